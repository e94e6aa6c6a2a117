#pragma once
#include <node_api.h>

#include <cstdint>

namespace sextant {

/** Raises a JavaScript TypeError with this message once the kernel has unwound. */
struct Failure {
  char message[320];
};

[[noreturn]] __attribute__((format(printf, 1, 2))) void fail(const char* format, ...);

/**
 * One JavaScript call as a kernel sees it. Every argument is checked for type and length here, before any
 * pointer is used: a TF.js `float32` tensor may hold a Uint8Array, and a wrong shape would read out of bounds.
 */
class Call {
 public:
  static constexpr int kMaxArguments = 32;

  Call(napi_env env, napi_callback_info info);

  /** A Float32Array of exactly `length` elements. */
  float* floats(int index, int64_t length) const;
  /** As `floats`, or null when the argument is null or undefined. */
  float* floatsOrNull(int index, int64_t length) const;
  /** An Int32Array of exactly `length` elements. */
  int32_t* ints(int index, int64_t length) const;
  int32_t* intsOrNull(int index, int64_t length) const;
  /** A Uint8Array of exactly `length` elements. */
  uint8_t* bytes(int index, int64_t length) const;
  uint8_t* bytesOrNull(int index, int64_t length) const;
  /** A Float64Array of exactly `length` elements. */
  double* doubles(int index, int64_t length) const;

  /** Whether the argument is missing, null or undefined. */
  bool absent(int index) const;
  /** Elements of a typed array of any kind. */
  int64_t length(int index) const;
  bool isFloats(int index) const;
  bool isInts(int index) const;

  /** A whole number from 0 to 2^31 − 1. */
  int64_t size(int index) const;
  /** The product of sizes ≥ 0; INT64_MAX, which no array's length equals, where it is beyond 64 bits. */
  static int64_t extent(int64_t a, int64_t b, int64_t c = 1, int64_t d = 1);
  /** A whole number of either sign. */
  int64_t integer(int index) const;
  double number(int index) const;
  bool flag(int index) const;

  /** Elements of a JavaScript array of Float32Arrays. */
  int64_t listLength(int index) const;
  float* listFloats(int index, int64_t element, int64_t* length) const;

  void returns(double value);
  void returnsText(const char* text);
  napi_value result() const { return result_; }

 private:
  void* typed(int index, napi_typedarray_type type, const char* expected, int64_t length) const;
  void* typedValue(napi_value value, int index, napi_typedarray_type type, const char* expected, int64_t* length) const;

  napi_env env_;
  size_t count_ = kMaxArguments;
  napi_value arguments_[kMaxArguments];
  napi_value result_ = nullptr;
  const char* name_ = "";
};

/** A native function: its JavaScript name and the code behind it. */
struct Entry {
  const char* name;
  void (*run)(Call&);
};

/** Collects the entries of every kernel family and puts them on the addon's exports. */
class Registry {
 public:
  Registry(napi_env env, napi_value exports) : env_(env), exports_(exports) {}
  void add(const char* name, void (*run)(Call&));

 private:
  napi_env env_;
  napi_value exports_;
};

}  // namespace sextant
