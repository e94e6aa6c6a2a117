import type { Shape } from '../parameters';

/** Named weights wherever they are kept. Values are read one tensor at a time, as float32. */
export interface WeightSource {
  names(): string[];
  /** @throws SextantError INVALID_FILE when there is no such tensor. */
  shape(name: string): Shape;
  /** @throws SextantError INVALID_FILE naming file, tensor and value for integers, NaN and infinities. */
  read(name: string): Float32Array;
  /** The file that holds a tensor, for error messages; without a name, the folder or file as a whole. */
  file(name?: string): string;
  close(): void;
}
