import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fault, readAll } from '../testing/fault';
import { openNpz, openSafetensors, readNpy } from '../index';
import { hostileFiles, sharedPath } from '../testing/sharedFixtures';

const dir = mkdtempSync(join(tmpdir(), 'sextant-npy-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** An .npy of version 1, as numpy.save writes it. */
function npy(header: string, data: Uint8Array): Buffer {
  const text = `${header.padEnd(117)}\n`;
  const prefix = Buffer.from('\x93NUMPY\x01\0\0\0', 'latin1');
  prefix.writeUInt16LE(text.length, 8);
  return Buffer.concat([prefix, Buffer.from(text), data]);
}
const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('readNpy', () => {
  const path = join(dir, 'a.npy');
  it('reads row-major, column-major and big-endian arrays alike', () => {
    writeFileSync(path, npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", bytes(Float32Array.of(1, 2, 3, 4, 5, 6))));
    expect(readNpy(path)).toEqual({ shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) });
    writeFileSync(path, npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", bytes(Float64Array.of(1, 4, 2, 5, 3, 6))));
    expect(readNpy(path)).toEqual({ shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) });
    const swapped = Buffer.from(bytes(Float32Array.of(0.5, -3))).swap32();
    writeFileSync(path, npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", swapped));
    expect(readNpy(path)).toEqual({ shape: [2], values: Float32Array.of(0.5, -3) });
    writeFileSync(path, npy("{'descr': '<f2', 'fortran_order': False, 'shape': (), }", bytes(Uint16Array.of(0x3800))));
    expect(readNpy(path)).toEqual({ shape: [], values: Float32Array.of(0.5) });
  });

  it('refuses structured, object and integer arrays, and names a NaN', () => {
    const write = (header: string, data: ArrayBufferView) => writeFileSync(path, npy(header, bytes(data)));
    write("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", Float32Array.of(1));
    expect(fault(() => readNpy(path)).message).toContain('not a plain description');
    write("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", Float32Array.of(1));
    expect(fault(() => readNpy(path)).message).toContain('would be a pickle');
    write("{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", Int32Array.of(1));
    expect(fault(() => readNpy(path)).message).toContain('is i32; expected floating-point');
    write("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", Float32Array.of(1, NaN));
    expect(fault(() => readNpy(path)).message).toContain('holds NaN at [1]');
  });
});

const gemma = sharedPath('fixtures/dictionaries/gemma_scope');
describe.skipIf(!existsSync(gemma))('Gemma Scope archives (skipped without ../shared)', () => {
  const open = (folder: string) => {
    const path = readdirSync(join(gemma, folder), { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('params.npz'));
    expect(path).toBeDefined();
    return openNpz(join(gemma, folder, path!));
  };

  it.each(['res', 'res_compressed'])('%s: encodes as Gemma Scope does', (folder) => {
    const file = open(folder);
    const [d, n] = file.info('W_enc').shape as [number, number];
    expect(file.info('W_dec').shape).toEqual([n, d]);
    const [wEnc, bEnc, threshold] = [file.read('W_enc'), file.read('b_enc'), file.read('threshold')];
    file.close();
    const reference = openSafetensors(join(gemma, folder, 'reference.safetensors'));
    const [x, f] = [reference.read('x'), reference.read('f')];
    reference.close();
    for (let row = 8; row < 64; row++) {
      let [error, norm] = [0, 0];
      for (let feature = 0; feature < n; feature++) {
        let sum = bEnc[feature]!;
        for (let j = 0; j < d; j++) sum += x[row * d + j]! * wEnc[j * n + feature]!;
        const expected = f[row * n + feature]!;
        error += ((sum > threshold[feature]! ? Math.max(0, sum) : 0) - expected) ** 2;
        norm += expected ** 2;
      }
      // The fixtures' README allows a relative L2 error of 2e-6 per row.
      expect(Math.sqrt(error)).toBeLessThanOrEqual(2e-6 * Math.sqrt(norm));
    }
  });
});

const files = hostileFiles('gemma_scope npz');
/** Refused by what a Gemma Scope file has to hold, not by the archive's format: the dictionary loader's task. */
const loaders = new Set(['npz/threshold_missing.npz', 'npz/both_key_cases.npz']);
describe.skipIf(files.length === 0)('hostile npz files (skipped without ../shared)', () => {
  it.each(files)('$path: $outcome', ({ path, file, outcome }) => {
    const started = process.cpuUsage();
    const heap = process.memoryUsage().arrayBuffers;
    if (outcome === 'refuse' && !loaders.has(path)) {
      const error = fault(() => readAll(openNpz(file)));
      expect(error.code).toBe('INVALID_FILE');
      expect(error.message).toContain(file);
    } else expect(readAll(openNpz(file)).size).toBeGreaterThan(0);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000);
    expect(process.memoryUsage().arrayBuffers - heap).toBeLessThan(64 * 2 ** 20);
  });

  it('swaps the bytes of the big-endian array, which is 0.25 everywhere', () => {
    const arrays = [...readAll(openNpz(files.find(({ path }) => path === 'npz/big_endian_valid.npz')!.file)).values()];
    expect(arrays.filter((values) => values.every((value) => value === 0.25))).toHaveLength(1);
  });
});
