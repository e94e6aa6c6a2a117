#pragma once

namespace sextant {

class Registry;

namespace SEXTANT_ISA {

/* One line per kernel family; its file defines `register<Family>`. */
#define SEXTANT_FAMILIES(FAMILY) \
  FAMILY(Gemm)                   \
  FAMILY(Elementwise)            \
  FAMILY(Reduce)                 \
  FAMILY(Layout)                 \
  FAMILY(Normalise)              \
  FAMILY(Gated)                  \
  FAMILY(Rope)                   \
  FAMILY(Attention)              \
  FAMILY(CrossEntropy)           \
  FAMILY(AdamW)                  \
  FAMILY(DictionaryEncode)       \
  FAMILY(DictionaryCodes)        \
  FAMILY(DictionaryRows)         \
  FAMILY(DictionaryAdam)

#define SEXTANT_DECLARE(name) void register##name(Registry& registry);
SEXTANT_FAMILIES(SEXTANT_DECLARE)
#undef SEXTANT_DECLARE

}  // namespace SEXTANT_ISA
}  // namespace sextant
