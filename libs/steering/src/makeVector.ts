import { SextantError } from '@sextant/schema';
import { decoder } from './vectors/decoder';
import { meanDifference } from './vectors/meanDifference';
import { random } from './vectors/random';
import type { MadeVector, VectorMaker, VectorRequest } from './vectors/vector';

/** Every way to make a vector: one line per file of vectors/. */
export const vectorMakers = { 'mean-difference': meanDifference, random, decoder } as const satisfies Record<string, VectorMaker>;
export type VectorMethod = keyof typeof vectorMakers;

/**
 * Makes a steering vector. Its length is kept: an `add` operation with the vector's norm as unit and dose 1 adds it as it is.
 * @throws SextantError INVALID_INPUT for what the method needs and was not given, and for a vector without direction.
 */
export async function makeVector(method: VectorMethod, request: VectorRequest): Promise<MadeVector> {
  const vector = await vectorMakers[method](request);
  if (vector.norm > 0 && Number.isFinite(vector.norm)) return vector;
  throw new SextantError('INVALID_INPUT', `the ${method} vector has norm ${vector.norm}: the two sets of texts have the same mean`, { field: 'positive' });
}
