#pragma once

namespace sextant {

class Registry;

namespace baseline {
void registerAll(Registry& registry);
}
namespace avx2 {
void registerAll(Registry& registry);
}
namespace avx512 {
void registerAll(Registry& registry);
}

}  // namespace sextant
