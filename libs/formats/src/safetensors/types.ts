/** Bytes per element of every dtype this reader accepts, in the order of the original library's enumeration. */
export const safetensorsWidths = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;
export type SafetensorsDtype = keyof typeof safetensorsWidths;

export function isSafetensorsDtype(name: unknown): name is SafetensorsDtype {
  return typeof name === 'string' && Object.hasOwn(safetensorsWidths, name);
}

export interface TensorInfo {
  dtype: SafetensorsDtype;
  shape: number[];
}

/** Where a tensor's bytes lie: [begin, end) from the start of the file. */
export interface TensorEntry extends TensorInfo {
  begin: number;
  end: number;
}
