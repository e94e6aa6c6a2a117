import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { SextantError } from '@sextant/schema';
import { fault } from '../testing/fault';
import { openGguf, openSafetensors } from '../index';
import { sharedPath } from '../testing/sharedFixtures';

const dir = mkdtempSync(join(tmpdir(), 'sextant-gguf-'));
afterAll(() => rmSync(dir, { recursive: true }));

const folder = sharedPath('fixtures/models/gguf');
describe.skipIf(!existsSync(folder))('GGUF files of the gguf package (skipped without ../shared)', () => {
  it.each(['types', 'types-rare'])('%s: every type it reads gives the exact values, every other is refused by name', (name) => {
    const [file, expected] = [openGguf(join(folder, `${name}.gguf`)), openSafetensors(join(folder, `${name}.expected.safetensors`))];
    const exact: string[] = [];
    for (const tensor of file.names()) {
      if (!expected.has(tensor) || !/^F|^I/.test(expected.info(tensor).dtype)) continue;
      const { dtype, shape } = file.info(tensor);
      if (dtype.startsWith('ggml type')) {
        expect(fault(() => file.read(tensor)).message).toContain(`"${tensor}" is of ${dtype}, which is not read`);
        continue;
      }
      expect(shape).toEqual(expected.info(tensor).shape);
      expect(Buffer.compare(bytesOf(file.read(tensor)), bytesOf(expected.read(tensor))), tensor).toBe(0);
      exact.push(dtype);
    }
    if (name === 'types') {
      expect(new Set(exact)).toEqual(new Set(['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K']));
    } else expect(exact.sort()).toEqual(['IQ4_NL', 'IQ4_XS']);
    file.close();
    expected.close();
  });

  it('reads metadata of every value type', () => {
    const file = openGguf(join(folder, 'types.gguf'));
    const kinds = new Set([...file.metadata.values()].map((value) => (Array.isArray(value) ? 'array' : typeof value)));
    for (const kind of ['number', 'string', 'boolean', 'array']) expect(kinds).toContain(kind);
    file.close();
    const llama = openGguf(join(folder, 'llama-q4_k.gguf'));
    expect(llama.metadata.get('general.architecture')).toBe('llama');
    expect(llama.metadata.get('llama.embedding_length')).toBe(256);
    const tokens = llama.metadata.get('tokenizer.ggml.tokens');
    expect(Array.isArray(tokens) && tokens.length).toBe(llama.info('token_embd.weight').shape[0]);
    llama.close();
  });

  it(`damaged at random, it reads or is refused by name (${Number(process.env['SEXTANT_MUTATIONS'] ?? 500)} mutations)`, () => {
    const original = readFileSync(join(folder, 'llama-q2_k.gguf'));
    const path = join(dir, 'mutant.gguf');
    const header = 20_000;
    const mutation = fc.oneof(
      fc.tuple(fc.nat({ max: header }), fc.integer({ min: 0, max: 255 })),
      fc.tuple(fc.nat({ max: 64 }), fc.integer({ min: 0, max: 255 })),
      fc.tuple(fc.integer({ min: -original.length, max: -1 }), fc.constant(0)),
    );
    let refused = 0;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        let bytes = Buffer.from(original);
        for (const [at, byte] of mutations) {
          if (at < 0) bytes = bytes.subarray(0, Math.max(4, bytes.length + at));
          else if (at < bytes.length) bytes[at] = byte;
        }
        writeFileSync(path, bytes);
        try {
          const file = openGguf(path);
          try {
            for (const name of file.names()) file.read(name);
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
      { numRuns: Number(process.env['SEXTANT_MUTATIONS'] ?? 500), seed: 5411 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

const smollm = sharedPath('data/models/smollm2-135m-instruct-gguf/SmolLM2-135M-Instruct.Q4_1.gguf');
describe.skipIf(!existsSync(smollm))('SmolLM2 (skipped without ../shared)', () => {
  it('opens a real file of 272 tensors and reads one of each type', () => {
    const file = openGguf(smollm);
    const counts = new Map<string, number>();
    for (const name of file.names()) counts.set(file.info(name).dtype, (counts.get(file.info(name).dtype) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ Q4_1: 210, F32: 61, Q8_0: 1 });
    expect(file.info('token_embd.weight').shape).toEqual([49152, 576]);
    expect(file.read('blk.0.attn_q.weight')).toHaveLength(576 * 576);
    file.close();
  });
});

describe('GGUF headers', () => {
  const path = join(dir, 'header.gguf');
  it.each([
    ['no magic', Buffer.from('GGML\x03\0\0\0'), 'does not begin with GGUF'],
    ['version 1', Buffer.from('GGUF\x01\0\0\0'), 'is GGUF version 1; 2 and 3 are read'],
    ['big-endian', Buffer.from('GGUF\0\0\0\x03'), 'big-endian'],
    ['cut', Buffer.from('GGUF\x03\0\0\0\x01'), 'in the middle of its header'],
    ['endless tensors', Buffer.concat([Buffer.from('GGUF\x03\0\0\0'), Buffer.alloc(8, 0xff), Buffer.alloc(8)]), 'says 18446744073709551615 items'],
  ])('%s is refused', (_, bytes, message) => {
    writeFileSync(path, bytes);
    const error = fault(() => openGguf(path));
    expect(error.code).toBe('INVALID_FILE');
    expect(error.message).toContain(message);
  });
});

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
