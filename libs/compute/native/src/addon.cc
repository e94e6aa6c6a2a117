#include <cstdlib>
#include <cstring>

#include "call.h"
#include "instructionSets.h"
#include "pool.h"

namespace sextant {
namespace {

struct InstructionSet {
  const char* name;
  bool (*supported)();
  void (*registerAll)(Registry&);
};

/* Best first; the last runs everywhere this file was compiled for. */
constexpr InstructionSet kInstructionSets[] = {
#if defined(SEXTANT_HAS_AVX512)
    {"avx512",
     [] {
       return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
     },
     avx512::registerAll},
#endif
#if defined(SEXTANT_HAS_AVX2)
    {"avx2", [] { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }, avx2::registerAll},
#endif
    {"baseline", [] { return true; }, baseline::registerAll},
};

const InstructionSet* chosen = nullptr;

/** The best set this processor has; SEXTANT_ISA asks for a lesser one, and is refused what the processor lacks. */
const InstructionSet& choose() {
  const char* wanted = getenv("SEXTANT_ISA");
  for (const InstructionSet& set : kInstructionSets) {
    if (wanted && *wanted && strcmp(wanted, set.name) != 0) continue;
    if (set.supported()) return set;
  }
  fail("SEXTANT_ISA=%s is not available on this processor or was not built; unset it", wanted ? wanted : "");
}

void isa(Call& call) { call.returnsText(chosen->name); }

void setThreadCount(Call& call) {
  const int64_t count = call.size(0);
  if (count < 1 || count > 1024) fail("setThreads: %lld threads, expected 1 to 1024", static_cast<long long>(count));
  setThreads(static_cast<int>(count));
}

void threadCount(Call& call) { call.returns(threads()); }

}  // namespace
}  // namespace sextant

NAPI_MODULE_INIT() {
  using namespace sextant;
  try {
    chosen = &choose();
  } catch (const Failure& failure) {
    napi_throw_error(env, "ERR_SEXTANT_NATIVE", failure.message);
    return nullptr;
  }
  Registry registry(env, exports);
  registry.add("isa", isa);
  registry.add("setThreads", setThreadCount);
  registry.add("threads", threadCount);
  chosen->registerAll(registry);
  return exports;
}
