import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SextantError } from '@sextant/schema';
import { openSafetensors, writeSafetensors } from '../index';

/** Set SEXTANT_MUTATIONS for a longer search, SEXTANT_MUTATION_SEED to repeat one. */
const numRuns = Number(process.env['SEXTANT_MUTATIONS'] ?? 500);
const seed = Number(process.env['SEXTANT_MUTATION_SEED'] ?? 5411);

const dir = mkdtempSync(join(tmpdir(), 'sextant-mutation-'));
afterAll(() => rmSync(dir, { recursive: true }));
const path = join(dir, 'mutant.safetensors');

writeSafetensors(
  path,
  {
    W_enc: { dtype: 'F32', shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i / 3 - 1) },
    b_enc: { dtype: 'F16', shape: [4], data: Float32Array.of(1, 2, 3, 4) },
    tokens: { dtype: 'I32', shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) },
    mask: { dtype: 'U8', shape: [2], data: Uint8Array.of(1, 0) },
  },
  { hook: 'blocks.1.hook_resid_post' },
);
const original = readFileSync(path);

type Mutation = (bytes: Buffer) => Buffer;

const offset = fc.nat({ max: original.length - 1 });
const headerText = (edit: (text: string) => string): Mutation => (bytes) => {
  const length = Math.min(Number(bytes.readBigUInt64LE()), bytes.length - 8);
  const header = Buffer.from(edit(bytes.subarray(8, 8 + length).toString('latin1')), 'latin1');
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([prefix, header, bytes.subarray(8 + length)]);
};

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(offset, fc.integer({ min: 0, max: 255 })).map(([at, byte]): Mutation => (bytes) => {
    const changed = Buffer.from(bytes);
    if (at < changed.length) changed[at] = byte;
    return changed;
  }),
  offset.map((at): Mutation => (bytes) => bytes.subarray(0, Math.max(8, at))),
  fc.uint8Array({ minLength: 1, maxLength: 32 }).map((tail): Mutation => (bytes) => Buffer.concat([bytes, tail])),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((length): Mutation => (bytes) => {
    const changed = Buffer.from(bytes);
    changed.writeBigUInt64LE(length);
    return changed;
  }),
  // Any number of the header replaced by another: shapes, offsets.
  fc
    .tuple(fc.nat({ max: 20 }), fc.oneof(fc.integer().map(String), fc.constantFrom('1e3', '0.5', '-1', '9007199254740993', '4611686018427387904', 'null', '[]', '"2"')))
    .map(([which, replacement]) => {
      let count = 0;
      return headerText((text) => text.replace(/\d+/g, (found) => (count++ === which ? replacement : found)));
    }),
  fc
    .tuple(fc.constantFrom('F32', 'F16', 'I32', 'U8', 'W_enc', 'b_enc', 'shape', 'dtype', 'data_offsets'), fc.constantFrom('F64', 'BF16', 'Q4', 'tokens', '__proto__', 'mask', ''))
    .map(([from, to]) => headerText((text) => text.replace(from, to))),
);

describe('a damaged safetensors file', () => {
  it(`either reads as finite tensors of the stated size or is refused by name (${numRuns} mutations)`, () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        writeFileSync(path, mutations.reduce<Buffer>((bytes, mutate) => mutate(bytes), original));
        try {
          const file = openSafetensors(path);
          try {
            for (const name of file.names()) {
              const { dtype, shape } = file.info(name);
              const values = /^(F|BF)/.test(dtype) ? file.read(name) : file.readInt(name);
              expect(values).toHaveLength(shape.reduce((product, dimension) => product * dimension, 1));
              for (const value of values) expect(Number.isFinite(value)).toBe(true);
            }
          } finally {
            file.close();
          }
        } catch (error) {
          if (!(error instanceof SextantError)) throw error;
          expect(error.code).toBe('INVALID_FILE');
          expect(error.message).toContain(path);
          refused++;
        }
      }),
      { numRuns, seed },
    );
    // Most of these mutations damage the header, so a reader that lets everything pass fails here.
    expect(refused).toBeGreaterThan(numRuns / 2);
  });
});
