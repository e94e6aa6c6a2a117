import { SextantError } from '@sextant/schema';

/** Index of the first NaN or infinity, or -1. */
export function firstNonFinite(values: Float32Array | Float64Array): number {
  // Only NaN and infinities differ from themselves by anything but 0; this compiles to less than Number.isFinite does.
  for (let i = 0; i < values.length; i++) if (values[i]! - values[i]! !== 0) return i;
  return -1;
}

/** Row-major position of a flat index: 3 in [2, 2] is [1, 1]. */
export function positionOf(index: number, shape: readonly number[]): number[] {
  const position: number[] = [];
  let rest = index;
  for (const dimension of [...shape].reverse()) {
    position.unshift(rest % dimension);
    rest = Math.floor(rest / dimension);
  }
  return position;
}

/** @throws SextantError INVALID_FILE naming file, tensor, value and position of the first NaN or infinity. */
export function assertFinite(values: Float32Array | Float64Array, where: { file: string; tensor: string; shape: readonly number[]; start?: number }): void {
  const index = firstNonFinite(values);
  if (index < 0) return;
  const position = positionOf(index + (where.start ?? 0), where.shape);
  throw new SextantError('INVALID_FILE', `${where.file}: tensor ${JSON.stringify(where.tensor)} holds ${values[index]} at [${position.join(', ')}]`, {
    file: where.file,
    tensor: where.tensor,
    value: String(values[index]),
  });
}
