#include "families.h"

#include "call.h"
#include "instructionSets.h"

namespace sextant {
namespace SEXTANT_ISA {

void registerAll(Registry& registry) {
#define SEXTANT_REGISTER(name) register##name(registry);
  SEXTANT_FAMILIES(SEXTANT_REGISTER)
#undef SEXTANT_REGISTER
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
