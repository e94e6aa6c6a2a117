import { SextantError } from '@sextant/schema';
import { writeFileAtomic } from '../atomicWrite';
import { firstNonFinite, positionOf } from '../finite';
import { toBfloat16, toHalf } from '../half';
import { elementCount } from '../elements';
import { safetensorsWidths } from './types';

export type WritableDtype = 'F32' | 'F16' | 'BF16' | 'F64' | 'I32' | 'I64' | 'U16' | 'U8' | 'BOOL';
export type WritableData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint16Array | Uint8Array;

export interface WritableTensor {
  dtype: WritableDtype;
  shape: readonly number[];
  /**
   * Row-major values. F16 and BF16 take Float32Array (rounded to nearest even) or Uint16Array bit patterns;
   * I64 takes Int32Array or BigInt64Array; every other dtype takes its own typed array.
   */
  data: WritableData;
}

const dtypeOrder = Object.keys(safetensorsWidths);

/**
 * Writes a safetensors file atomically. Equal input gives equal bytes: tensors are ordered as the original
 * library does (widest dtype first, then by name), metadata by key, the header padded to 8 bytes.
 * @throws SextantError INVALID_INPUT naming tensor and value: wrong length or array type, NaN, infinities,
 * or a number beyond the dtype's range. Nothing is written then.
 */
export function writeSafetensors(path: string, tensors: Record<string, WritableTensor>, metadata: Record<string, string> = {}): void {
  const names = Object.keys(tensors).sort(
    (a, b) => dtypeOrder.indexOf(tensors[b]!.dtype) - dtypeOrder.indexOf(tensors[a]!.dtype) || Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const header: [string, unknown][] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) header.push(['__metadata__', Object.fromEntries(keys.map((key) => [key, metadata[key]]))]);

  const body: WritableData[] = [];
  let end = 0;
  for (const name of names) {
    const tensor = tensors[name]!;
    const data = encode(path, name, tensor);
    header.push([name, { dtype: tensor.dtype, shape: [...tensor.shape], data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
    body.push(data);
  }

  const json = Buffer.from(`{${header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`);
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writeFileAtomic(path, [length, padded, ...body]);
}

function encode(path: string, name: string, { dtype, shape, data }: WritableTensor): WritableData {
  const refuse = (what: string, value: unknown): never => {
    throw new SextantError('INVALID_INPUT', `${path}: tensor ${JSON.stringify(name)} ${what}`, { file: path, tensor: name, value });
  };
  const count = elementCount(shape);
  if (count !== data.length || shape.some((dimension) => !Number.isSafeInteger(dimension) || dimension < 0)) {
    return refuse(`has shape [${shape.join(', ')}] but ${data.length} values`, data.length);
  }
  if (data instanceof Float32Array || data instanceof Float64Array) {
    const bad = firstNonFinite(data);
    if (bad >= 0) return refuse(`holds ${data[bad]} at [${positionOf(bad, shape).join(', ')}]`, String(data[bad]));
  }
  if (data instanceof Float32Array && (dtype === 'F16' || dtype === 'BF16')) {
    const bits = dtype === 'F16' ? toHalf(data) : toBfloat16(data);
    const infinity = dtype === 'F16' ? 0x7c00 : 0x7f80;
    const bad = bits.findIndex((pattern) => (pattern & 0x7fff) === infinity);
    if (bad >= 0) return refuse(`holds ${data[bad]}, beyond the range of ${dtype}; store it as F32`, data[bad]);
    return bits;
  }
  if (data instanceof Int32Array && dtype === 'I64') return BigInt64Array.from(data, BigInt);
  if (!(data instanceof arrayOf[dtype])) return refuse(`of dtype ${dtype} was given a ${data.constructor.name}`, data.constructor.name);
  return data;
}

const arrayOf = {
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  F64: Float64Array,
  I32: Int32Array,
  I64: BigInt64Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;
