import { fromBfloat16, fromHalf } from './half';

/** Plain little-endian element types that several formats share, and how their bytes are read. */
export type ElementType = 'f64' | 'f32' | 'f16' | 'bf16' | 'i64' | 'u64' | 'i32' | 'u32' | 'i16' | 'u16' | 'i8' | 'u8' | 'bool';

export const elementWidths: Record<ElementType, number> = {
  f64: 8, f32: 4, f16: 2, bf16: 2, i64: 8, u64: 8, i32: 4, u32: 4, i16: 2, u16: 2, i8: 1, u8: 1, bool: 1,
};

export function isFloating(type: ElementType): boolean {
  return type === 'f64' || type === 'f32' || type === 'f16' || type === 'bf16';
}

/** Float32 of floating-point bytes: f32, f16 and bf16 exactly, f64 rounded. Null for an integer type. */
export function floatsOf(type: ElementType, bytes: Uint8Array): Float32Array | null {
  const { buffer } = aligned(bytes);
  switch (type) {
    case 'f32':
      return new Float32Array(buffer);
    case 'f16':
      return fromHalf(new Uint16Array(buffer));
    case 'bf16':
      return fromBfloat16(new Uint16Array(buffer));
    case 'f64':
      return Float32Array.from(new Float64Array(buffer));
    default:
      return null;
  }
}

/** Int32 of integer bytes; the offending value as text when one does not fit; null for a floating-point type. */
export function integersOf(type: ElementType, bytes: Uint8Array): Int32Array | string | null {
  const { buffer } = aligned(bytes);
  switch (type) {
    case 'i32':
      return new Int32Array(buffer);
    case 'bool':
    case 'u8':
      return Int32Array.from(new Uint8Array(buffer));
    case 'i8':
      return Int32Array.from(new Int8Array(buffer));
    case 'u16':
      return Int32Array.from(new Uint16Array(buffer));
    case 'i16':
      return Int32Array.from(new Int16Array(buffer));
    case 'u32':
      return narrowToInt32(new Uint32Array(buffer));
    case 'i64':
      return narrowToInt32(new BigInt64Array(buffer));
    case 'u64':
      return narrowToInt32(new BigUint64Array(buffer));
    default:
      return null;
  }
}

/** The bytes in memory of their own, so that typed arrays may begin at 0. */
function aligned(bytes: Uint8Array): { buffer: ArrayBuffer } {
  const { buffer } = bytes;
  const whole = bytes.byteOffset === 0 && bytes.byteLength === buffer.byteLength;
  return whole && buffer instanceof ArrayBuffer ? { buffer } : { buffer: new Uint8Array(bytes).buffer };
}

function narrowToInt32(wide: Uint32Array | BigInt64Array | BigUint64Array): Int32Array | string {
  const values = new Int32Array(wide.length);
  for (let i = 0; i < wide.length; i++) {
    values[i] = Number(wide[i]!);
    if (BigInt(values[i]!) !== BigInt(wide[i]!)) return String(wide[i]);
  }
  return values;
}

/** Number of elements, or null when the product of the dimensions passes 2^53 on the way. */
export function elementCount(shape: readonly number[]): number | null {
  let count = 1;
  for (const dimension of shape) {
    count *= dimension;
    if (!Number.isSafeInteger(count)) return null;
  }
  return count;
}
