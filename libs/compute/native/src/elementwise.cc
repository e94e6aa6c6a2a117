#include <cmath>

#include "call.h"
#include "families.h"
#include "simd.h"

/* Maps over one or two arrays. Plain loops: the compiler vectorises them for the file's instruction set. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int kMaxRank = 8;

/**
 * How two inputs spread over the output: dims, strides of a, strides of b, in one Int32Array; strides are 0 along
 * broadcast axes, and neighbouring axes come merged. No plan means equal shapes.
 */
struct Broadcast {
  int rank;
  int64_t dims[kMaxRank];
  int64_t a[kMaxRank];
  int64_t b[kMaxRank];
  int64_t total;
  int64_t aLength;
  int64_t bLength;
};

Broadcast readBroadcast(Call& call, int index) {
  if (call.absent(index)) {
    const int64_t count = call.length(0);
    return Broadcast{1, {count}, {1}, {1}, count, count, count};
  }
  const int64_t length = call.length(index);
  const int32_t* plan = call.ints(index, length);
  Broadcast result = {};
  result.rank = static_cast<int>(length / 3);
  if (length % 3 != 0 || result.rank < 1 || result.rank > kMaxRank) fail("broadcast plan of %d numbers", int(length));
  result.total = 1;
  int64_t lastA = 0, lastB = 0;
  for (int i = 0; i < result.rank; ++i) {
    result.dims[i] = plan[i];
    result.a[i] = plan[result.rank + i];
    result.b[i] = plan[2 * result.rank + i];
    if (result.dims[i] < 0 || result.a[i] < 0 || result.b[i] < 0) fail("broadcast plan holds a negative number");
    result.total = Call::extent(result.total, result.dims[i]);
    if (__builtin_add_overflow(lastA, (result.dims[i] - 1) * result.a[i], &lastA) || lastA == INT64_MAX) lastA = INT64_MAX - 1;
    if (__builtin_add_overflow(lastB, (result.dims[i] - 1) * result.b[i], &lastB) || lastB == INT64_MAX) lastB = INT64_MAX - 1;
  }
  result.aLength = result.total ? lastA + 1 : 0;
  result.bLength = result.total ? lastB + 1 : 0;
  return result;
}

template <class In, class Out, class F>
inline void row(const In* __restrict a, const In* __restrict b, Out* __restrict out, int64_t count, int64_t aStep,
                int64_t bStep, F f) {
  if (aStep == 1 && bStep == 1) {
    for (int64_t i = 0; i < count; ++i) out[i] = f(a[i], b[i]);
  } else if (aStep == 1 && bStep == 0) {
    const In right = *b;
    for (int64_t i = 0; i < count; ++i) out[i] = f(a[i], right);
  } else if (aStep == 0 && bStep == 1) {
    const In left = *a;
    for (int64_t i = 0; i < count; ++i) out[i] = f(left, b[i]);
  } else {
    for (int64_t i = 0; i < count; ++i) out[i] = f(a[i * aStep], b[i * bStep]);
  }
}

template <class In, class Out, class F>
void combine(const In* a, const In* b, Out* out, const Broadcast& plan, F f) {
  const int last = plan.rank - 1;
  const int64_t inner = plan.dims[last];
  if (plan.total == 0) return;
  const int64_t rows = plan.total / inner;
  if (rows == 1) {
    parallelRanges(inner, kGrain, [&](int64_t begin, int64_t end) {
      row(a + begin * plan.a[last], b + begin * plan.b[last], out + begin, end - begin, plan.a[last], plan.b[last], f);
    });
    return;
  }
  parallelRanges(rows, greatest(1, kGrain / inner), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      int64_t rest = r, aOffset = 0, bOffset = 0;
      for (int axis = last - 1; axis >= 0; --axis) {
        const int64_t position = rest % plan.dims[axis];
        rest /= plan.dims[axis];
        aOffset += position * plan.a[axis];
        bOffset += position * plan.b[axis];
      }
      row(a + aOffset, b + bOffset, out + r * inner, inner, plan.a[last], plan.b[last], f);
    }
  });
}

struct Add { template <class T> T operator()(T a, T b) const { return a + b; } };
struct Subtract { template <class T> T operator()(T a, T b) const { return a - b; } };
struct Multiply { template <class T> T operator()(T a, T b) const { return a * b; } };
struct Divide { float operator()(float a, float b) const { return a / b; } };
struct SquaredDifference { template <class T> T operator()(T a, T b) const { return (a - b) * (a - b); } };
// As Math.max and Math.min: a NaN on either side wins.
struct Maximum { template <class T> T operator()(T a, T b) const { return a > b || a != a ? a : b; } };
struct Minimum { template <class T> T operator()(T a, T b) const { return a < b || a != a ? a : b; } };
struct Greater { template <class T> uint8_t operator()(T a, T b) const { return a > b; } };
struct GreaterEqual { template <class T> uint8_t operator()(T a, T b) const { return a >= b; } };
struct Less { template <class T> uint8_t operator()(T a, T b) const { return a < b; } };
struct LessEqual { template <class T> uint8_t operator()(T a, T b) const { return a <= b; } };
struct Equal { template <class T> uint8_t operator()(T a, T b) const { return a == b; } };
struct NotEqual { template <class T> uint8_t operator()(T a, T b) const { return a != b; } };

/** <operation>(a, b, out, plan) on floats, or on int32 where `F` takes them. */
template <class F>
void arithmetic(Call& call) {
  const Broadcast plan = readBroadcast(call, 3);
  if (call.isInts(0)) {
    combine(call.ints(0, plan.aLength), call.ints(1, plan.bLength), call.ints(2, plan.total), plan, F{});
  } else {
    combine(call.floats(0, plan.aLength), call.floats(1, plan.bLength), call.floats(2, plan.total), plan, F{});
  }
}

template <class F>
void floatArithmetic(Call& call) {
  const Broadcast plan = readBroadcast(call, 3);
  combine(call.floats(0, plan.aLength), call.floats(1, plan.bLength), call.floats(2, plan.total), plan, F{});
}

template <class F>
void comparison(Call& call) {
  const Broadcast plan = readBroadcast(call, 3);
  if (call.isInts(0)) {
    combine(call.ints(0, plan.aLength), call.ints(1, plan.bLength), call.bytes(2, plan.total), plan, F{});
  } else {
    combine(call.floats(0, plan.aLength), call.floats(1, plan.bLength), call.bytes(2, plan.total), plan, F{});
  }
}

/** <operation>(x, out), eight or so lanes at a time. */
template <Vector (*f)(Vector)>
void lanes(Call& call) {
  const int64_t count = call.length(0);
  const float* x = call.floats(0, count);
  float* out = call.floats(1, count);
  parallelRanges(count, kGrain, [&](int64_t begin, int64_t end) {
    int64_t i = begin;
    for (; i + kLanes <= end; i += kLanes) store(out + i, f(load(x + i)));
    if (i < end) storeSome(out + i, f(loadSome(x + i, end - i)), end - i);
  });
}

/** <operation>(x, out), element by element. */
template <float (*f)(float)>
void elements(Call& call) {
  const int64_t count = call.length(0);
  const float* x = call.floats(0, count);
  float* out = call.floats(1, count);
  parallelRanges(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = f(x[i]);
  });
}

float negate(float x) { return -x; }
float absolute(float x) { return __builtin_fabsf(x); }
float square(float x) { return x * x; }
float squareRoot(float x) { return __builtin_sqrtf(x); }
float inverseSquareRoot(float x) { return 1.0f / __builtin_sqrtf(x); }
float reciprocal(float x) { return 1.0f / x; }
float logarithm(float x) { return __builtin_logf(x); }
float logarithm1p(float x) { return __builtin_log1pf(x); }
float sine(float x) { return __builtin_sinf(x); }
float cosine(float x) { return __builtin_cosf(x); }
float sign(float x) { return x > 0 ? 1.0f : x < 0 ? -1.0f : x; }
// NaN stays NaN.
float relu(float x) { return x < 0 ? 0.0f : x; }

/** clip(x, out, low, high) */
void clip(Call& call) {
  const int64_t count = call.length(0);
  const float* x = call.floats(0, count);
  float* out = call.floats(1, count);
  const float low = static_cast<float>(call.number(2)), high = static_cast<float>(call.number(3));
  parallelRanges(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = x[i] < low ? low : x[i] > high ? high : x[i];
  });
}

/** step(x, out, alpha): 1 where x > 0, else alpha; the derivative of relu. */
void step(Call& call) {
  const int64_t count = call.length(0);
  const float* x = call.floats(0, count);
  float* out = call.floats(1, count);
  const float alpha = static_cast<float>(call.number(2));
  parallelRanges(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = x[i] != x[i] ? x[i] : x[i] > 0 ? 1.0f : alpha;
  });
}

/** select(condition, a, b, out): a where the condition holds, else b. */
void select(Call& call) {
  const int64_t count = call.length(0);
  const uint8_t* condition = call.bytes(0, count);
  const float* a = call.floats(1, count);
  const float* b = call.floats(2, count);
  float* out = call.floats(3, count);
  parallelRanges(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = condition[i] ? a[i] : b[i];
  });
}

/** toFloats(x, out): from int32 or from bytes. */
void toFloats(Call& call) {
  const int64_t count = call.length(0);
  float* out = call.floats(1, count);
  if (call.isInts(0)) {
    const int32_t* x = call.ints(0, count);
    for (int64_t i = 0; i < count; ++i) out[i] = static_cast<float>(x[i]);
  } else {
    const uint8_t* x = call.bytes(0, count);
    for (int64_t i = 0; i < count; ++i) out[i] = x[i];
  }
}

/** accumulate(target, source, weight): target += weight · source. */
void accumulate(Call& call) {
  const int64_t count = call.length(0);
  float* target = call.floats(0, count);
  const float* source = call.floats(1, count);
  const float weight = static_cast<float>(call.number(2));
  parallelRanges(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) target[i] += weight * source[i];
  });
}

/** scale(x, factor), in place. */
void scale(Call& call) {
  const int64_t count = call.length(0);
  float* x = call.floats(0, count);
  const float factor = static_cast<float>(call.number(1));
  parallelRanges(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) x[i] *= factor;
  });
}

}  // namespace

void registerElementwise(Registry& registry) {
  registry.add("add", arithmetic<Add>);
  registry.add("subtract", arithmetic<Subtract>);
  registry.add("multiply", arithmetic<Multiply>);
  registry.add("maximum", arithmetic<Maximum>);
  registry.add("minimum", arithmetic<Minimum>);
  registry.add("squaredDifference", arithmetic<SquaredDifference>);
  registry.add("divide", floatArithmetic<Divide>);
  registry.add("greater", comparison<Greater>);
  registry.add("greaterEqual", comparison<GreaterEqual>);
  registry.add("less", comparison<Less>);
  registry.add("lessEqual", comparison<LessEqual>);
  registry.add("equal", comparison<Equal>);
  registry.add("notEqual", comparison<NotEqual>);
  registry.add("exp", lanes<exponential>);
  registry.add("sigmoid", lanes<sigmoid>);
  registry.add("tanh", lanes<hyperbolicTangent>);
  registry.add("erf", lanes<errorFunction>);
  registry.add("negate", elements<negate>);
  registry.add("absolute", elements<absolute>);
  registry.add("square", elements<square>);
  registry.add("sqrt", elements<squareRoot>);
  registry.add("rsqrt", elements<inverseSquareRoot>);
  registry.add("reciprocal", elements<reciprocal>);
  registry.add("log", elements<logarithm>);
  registry.add("log1p", elements<logarithm1p>);
  registry.add("sin", elements<sine>);
  registry.add("cos", elements<cosine>);
  registry.add("sign", elements<sign>);
  registry.add("relu", elements<relu>);
  registry.add("clip", clip);
  registry.add("step", step);
  registry.add("select", select);
  registry.add("toFloats", toFloats);
  registry.add("accumulate", accumulate);
  registry.add("scale", scale);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
