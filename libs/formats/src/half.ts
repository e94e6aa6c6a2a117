/**
 * IEEE 754 binary16 and bfloat16 conversions of whole arrays, rounding to nearest even, subnormals kept.
 * Values beyond the range become infinities and NaN stays NaN, as in hardware; the writers refuse both.
 */

/** The largest finite binary16 value. */
export const HALF_MAX = 65504;

const halfValues = new Float32Array(0x10000);
for (let bits = 0; bits < 0x10000; bits++) {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0x1f) halfValues[bits] = fraction ? NaN : sign * Infinity;
  else halfValues[bits] = exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The value of one binary16 bit pattern. */
export const halfToNumber = (bits: number): number => halfValues[bits]!;

/** Binary16 bit patterns to float32, exactly; into `values` where it is given. */
export function fromHalf(bits: Uint16Array, values = new Float32Array(bits.length)): Float32Array {
  for (let i = 0; i < bits.length; i++) values[i] = halfValues[bits[i]!]!;
  return values;
}

/** Float32 to binary16 bit patterns, rounding to nearest even. */
export function toHalf(values: Float32Array): Uint16Array {
  const source = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const magnitude = source[i]! & 0x7fffffff;
    const sign = (source[i]! >>> 16) & 0x8000;
    if (magnitude >= 0x477ff000) {
      bits[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    } else if (magnitude >= 0x38800000) {
      const rebased = magnitude - 0x38000000;
      bits[i] = sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
    } else {
      // Scaling by 2^24 is exact in double, so this rounds once.
      const scaled = Math.abs(values[i]!) * 0x1000000;
      const floor = Math.floor(scaled);
      const rest = scaled - floor;
      bits[i] = sign | (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
    }
  }
  return bits;
}

/** bfloat16 bit patterns to float32, exactly. */
export function fromBfloat16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = bits[i]! << 16;
  return new Float32Array(wide.buffer);
}

/** Float32 to bfloat16 bit patterns, rounding to nearest even. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const source = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const wide = source[i]!;
    const isNaN = (wide & 0x7fffffff) > 0x7f800000;
    bits[i] = isNaN ? (wide >>> 16) | 0x40 : (wide + 0x7fff + ((wide >>> 16) & 1)) >>> 16;
  }
  return bits;
}
