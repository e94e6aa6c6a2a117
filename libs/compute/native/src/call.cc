#include "call.h"

#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>

namespace sextant {

void fail(const char* format, ...) {
  Failure failure;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(failure.message, sizeof failure.message, format, arguments);
  va_end(arguments);
  throw failure;
}

Call::Call(napi_env env, napi_callback_info info) : env_(env) {
  void* data = nullptr;
  napi_get_cb_info(env, info, &count_, arguments_, nullptr, &data);
  name_ = static_cast<const Entry*>(data)->name;
}

bool Call::absent(int index) const {
  if (index >= static_cast<int>(count_)) return true;
  napi_valuetype type;
  napi_typeof(env_, arguments_[index], &type);
  return type == napi_undefined || type == napi_null;
}

void* Call::typedValue(napi_value value, int index, napi_typedarray_type type, const char* expected,
                       int64_t* length) const {
  bool isTyped = false;
  napi_is_typedarray(env_, value, &isTyped);
  if (!isTyped) fail("%s: argument %d is not a %s", name_, index, expected);
  napi_typedarray_type actual;
  size_t count = 0;
  void* data = nullptr;
  napi_get_typedarray_info(env_, value, &actual, &count, &data, nullptr, nullptr);
  if (actual != type) fail("%s: argument %d is a typed array of another kind, expected %s", name_, index, expected);
  *length = static_cast<int64_t>(count);
  return data;
}

void* Call::typed(int index, napi_typedarray_type type, const char* expected, int64_t length) const {
  if (index >= static_cast<int>(count_)) fail("%s: argument %d is missing, expected %s", name_, index, expected);
  int64_t actual = 0;
  void* data = typedValue(arguments_[index], index, type, expected, &actual);
  if (actual != length) {
    fail("%s: argument %d has %lld elements, expected %s of %lld", name_, index, static_cast<long long>(actual), expected,
         static_cast<long long>(length));
  }
  return data;
}

float* Call::floats(int index, int64_t length) const {
  return static_cast<float*>(typed(index, napi_float32_array, "Float32Array", length));
}

float* Call::floatsOrNull(int index, int64_t length) const { return absent(index) ? nullptr : floats(index, length); }

int32_t* Call::ints(int index, int64_t length) const {
  return static_cast<int32_t*>(typed(index, napi_int32_array, "Int32Array", length));
}

int32_t* Call::intsOrNull(int index, int64_t length) const { return absent(index) ? nullptr : ints(index, length); }

uint8_t* Call::bytes(int index, int64_t length) const {
  return static_cast<uint8_t*>(typed(index, napi_uint8_array, "Uint8Array", length));
}

uint8_t* Call::bytesOrNull(int index, int64_t length) const { return absent(index) ? nullptr : bytes(index, length); }

double* Call::doubles(int index, int64_t length) const {
  return static_cast<double*>(typed(index, napi_float64_array, "Float64Array", length));
}

int64_t Call::length(int index) const {
  bool isTyped = false;
  if (index < static_cast<int>(count_)) napi_is_typedarray(env_, arguments_[index], &isTyped);
  if (!isTyped) fail("%s: argument %d is not a typed array", name_, index);
  size_t count = 0;
  napi_get_typedarray_info(env_, arguments_[index], nullptr, &count, nullptr, nullptr, nullptr);
  return static_cast<int64_t>(count);
}

static bool hasType(napi_env env, napi_value value, napi_typedarray_type type) {
  bool isTyped = false;
  napi_is_typedarray(env, value, &isTyped);
  if (!isTyped) return false;
  napi_typedarray_type actual;
  napi_get_typedarray_info(env, value, &actual, nullptr, nullptr, nullptr, nullptr);
  return actual == type;
}

bool Call::isFloats(int index) const {
  return index < static_cast<int>(count_) && hasType(env_, arguments_[index], napi_float32_array);
}

bool Call::isInts(int index) const {
  return index < static_cast<int>(count_) && hasType(env_, arguments_[index], napi_int32_array);
}

double Call::number(int index) const {
  double value = 0;
  if (index >= static_cast<int>(count_) || napi_get_value_double(env_, arguments_[index], &value) != napi_ok) {
    fail("%s: argument %d is not a number", name_, index);
  }
  return value;
}

int64_t Call::integer(int index) const {
  const double value = number(index);
  if (value != std::floor(value) || std::fabs(value) > 9007199254740991.0) {
    fail("%s: argument %d is %g, expected a whole number", name_, index, value);
  }
  return static_cast<int64_t>(value);
}

int64_t Call::size(int index) const {
  const int64_t value = integer(index);
  // A product of two such sizes fits 64 bits; `extent` serves those of more.
  if (value < 0 || value > INT32_MAX) {
    fail("%s: argument %d is %lld, expected a size from 0 to %d", name_, index, static_cast<long long>(value), INT32_MAX);
  }
  return value;
}

int64_t Call::extent(int64_t a, int64_t b, int64_t c, int64_t d) {
  int64_t product = 0;
  if (a == 0 || b == 0 || c == 0 || d == 0) return 0;
  const bool beyond = __builtin_mul_overflow(a, b, &product) || __builtin_mul_overflow(product, c, &product) || __builtin_mul_overflow(product, d, &product);
  return beyond ? INT64_MAX : product;
}

bool Call::flag(int index) const {
  bool value = false;
  if (index >= static_cast<int>(count_) || napi_get_value_bool(env_, arguments_[index], &value) != napi_ok) {
    fail("%s: argument %d is not a boolean", name_, index);
  }
  return value;
}

int64_t Call::listLength(int index) const {
  uint32_t count = 0;
  if (index >= static_cast<int>(count_) || napi_get_array_length(env_, arguments_[index], &count) != napi_ok) {
    fail("%s: argument %d is not an array", name_, index);
  }
  return count;
}

float* Call::listFloats(int index, int64_t element, int64_t* length) const {
  napi_value value = nullptr;
  if (index >= static_cast<int>(count_) || napi_get_element(env_, arguments_[index], static_cast<uint32_t>(element), &value) != napi_ok) {
    fail("%s: argument %d is not an array of at least %lld", name_, index, static_cast<long long>(element) + 1);
  }
  return static_cast<float*>(typedValue(value, index, napi_float32_array, "array of Float32Array", length));
}

void Call::returns(double value) { napi_create_double(env_, value, &result_); }

void Call::returnsText(const char* text) { napi_create_string_utf8(env_, text, NAPI_AUTO_LENGTH, &result_); }

static napi_value invoke(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  size_t none = 0;
  napi_get_cb_info(env, info, &none, nullptr, nullptr, &data);
  try {
    Call call(env, info);
    static_cast<const Entry*>(data)->run(call);
    return call.result();
  } catch (const Failure& failure) {
    napi_throw_type_error(env, "ERR_SEXTANT_NATIVE", failure.message);
    return nullptr;
  }
}

void Registry::add(const char* name, void (*run)(Call&)) {
  // Lives as long as the process, as the exports do.
  Entry* entry = new Entry{name, run};
  napi_value function;
  napi_create_function(env_, name, NAPI_AUTO_LENGTH, invoke, entry, &function);
  napi_set_named_property(env_, exports_, name, function);
}

}  // namespace sextant
