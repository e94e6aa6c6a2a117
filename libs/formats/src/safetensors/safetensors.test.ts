import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SextantError } from '@sextant/schema';
import { fault } from '../testing/fault';
import { openSafetensors, writeSafetensors } from '../index';
import { hostileFiles, sharedPath } from '../testing/sharedFixtures';

const dir = mkdtempSync(join(tmpdir(), 'sextant-safetensors-'));
afterAll(() => rmSync(dir, { recursive: true }));
const path = join(dir, 'tensors.safetensors');

describe('safetensors round trip', () => {
  it('keeps every dtype, shape, value and the metadata', () => {
    writeSafetensors(
      path,
      {
        half: { dtype: 'F16', shape: [2, 2], data: Float32Array.of(1, -0.5, 65504, 2 ** -24) },
        brain: { dtype: 'BF16', shape: [2], data: Float32Array.of(1, -3.140625) },
        single: { dtype: 'F32', shape: [3], data: Float32Array.of(0.1, 2, -1e30) },
        double: { dtype: 'F64', shape: [1], data: Float64Array.of(Math.PI) },
        wide: { dtype: 'I64', shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
        ids: { dtype: 'I32', shape: [2], data: Int32Array.of(-7, 9) },
        mask: { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 1, 255) },
        scalar: { dtype: 'F32', shape: [], data: Float32Array.of(4) },
        empty: { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
      },
      { hook: 'blocks.2.hook_resid_post', a: '' },
    );
    const file = openSafetensors(path);
    expect([...file.read('half')]).toEqual([1, -0.5, 65504, 2 ** -24]);
    expect([...file.read('brain')]).toEqual([1, -3.140625]);
    expect(file.read('single')).toEqual(Float32Array.of(0.1, 2, -1e30));
    expect(file.read('double')[0]).toBe(Math.fround(Math.PI));
    expect([...file.readInt('wide')]).toEqual([-1, 2 ** 31 - 1]);
    expect([...file.readInt('ids')]).toEqual([-7, 9]);
    expect([...file.readInt('mask')]).toEqual([0, 1, 255]);
    expect(file.info('half')).toEqual({ dtype: 'F16', shape: [2, 2] });
    expect([...file.read('scalar')]).toEqual([4]);
    expect(file.read('empty')).toHaveLength(0);
    expect(file.metadata).toEqual({ hook: 'blocks.2.hook_resid_post', a: '' });
    file.close();
  });

  it('reads only the rows asked for', () => {
    writeSafetensors(path, { x: { dtype: 'F16', shape: [4, 3], data: Float32Array.from({ length: 12 }, (_, i) => i) } });
    const file = openSafetensors(path);
    expect([...file.read('x', { rows: { start: 1, count: 2 } })]).toEqual([3, 4, 5, 6, 7, 8]);
    expect(fault(() => file.read('x', { rows: { start: 3, count: 2 } })).message).toContain('has 4 rows');
    file.close();
  });

  it('gives the same bytes whatever the order of the tensors and the metadata', () => {
    const a = { dtype: 'F32' as const, shape: [1], data: Float32Array.of(1) };
    const b = { dtype: 'F16' as const, shape: [1], data: Float32Array.of(2) };
    writeSafetensors(path, { a, b }, { x: '1', y: '2' });
    const first = readFileSync(path);
    writeSafetensors(path, { b, a }, { y: '2', x: '1' });
    expect(readFileSync(path)).toEqual(first);
  });

  it('leaves nothing beside the file, and the old file when the new one is refused', () => {
    writeSafetensors(path, { a: { dtype: 'F32', shape: [1], data: Float32Array.of(1) } });
    const before = readFileSync(path);
    expect(fault(() => writeSafetensors(path, { a: { dtype: 'F32', shape: [2], data: Float32Array.of(1, NaN) } })).message).toContain('"a" holds NaN at [1]');
    expect(fault(() => writeSafetensors(path, { a: { dtype: 'F16', shape: [1], data: Float32Array.of(70000) } })).message).toContain('store it as F32');
    expect(fault(() => writeSafetensors(path, { a: { dtype: 'F32', shape: [3], data: Float32Array.of(1) } })).message).toContain('1 values');
    expect(fault(() => writeSafetensors(path, { a: { dtype: 'I32', shape: [1], data: Float32Array.of(1) } })).message).toContain('Float32Array');
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(dir)).toEqual(['tensors.safetensors']);
  });
});

describe('safetensors values', () => {
  it('names file, tensor and position of NaN and infinities, and lets them through when asked', () => {
    writeSafetensors(path, { W_enc: { dtype: 'F16', shape: [2, 2], data: Uint16Array.of(0, 0, 0, 0x7c00) } });
    const file = openSafetensors(path);
    const error = fault(() => file.read('W_enc'));
    expect(error.code).toBe('INVALID_FILE');
    expect(error.message).toBe(`${path}: tensor "W_enc" holds Infinity at [1, 1]`);
    expect(fault(() => file.read('W_enc', { rows: { start: 1, count: 1 } })).message).toContain('[1, 1]');
    expect(file.read('W_enc', { allowNonFinite: true })[3]).toBe(Infinity);
    expect(fault(() => file.readInt('W_enc')).message).toContain('is F16; expected integers');
    expect(fault(() => file.read('W_dec')).message).toContain('has no tensor "W_dec"');
    file.close();
  });

  it('refuses integers where numbers are wanted, and 64-bit integers that do not fit', () => {
    writeSafetensors(path, { x: { dtype: 'I64', shape: [1], data: BigInt64Array.of(2n ** 40n) } });
    const file = openSafetensors(path);
    expect(fault(() => file.read('x')).message).toContain('"x" is I64; expected floating-point');
    expect(fault(() => file.readInt('x')).message).toContain('1099511627776');
    file.close();
  });

  it('says that a missing file is missing', () => {
    expect(fault(() => openSafetensors(join(dir, 'absent.safetensors'))).code).toBe('NOT_FOUND');
    expect(fault(() => openSafetensors(dir)).message).toContain('is not a file');
  });

  it('refuses an element count that only fits after wrapping', () => {
    const header = '{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}';
    const bytes = Buffer.alloc(8 + header.length);
    bytes.writeBigUInt64LE(BigInt(header.length));
    bytes.write(header, 8);
    writeFileSync(path, bytes);
    expect(fault(() => openSafetensors(path)).message).toContain('more than 2^53');
  });
});

const original = sharedPath('fixtures/dictionaries/training/init_unit.safetensors');
describe.skipIf(!existsSync(original))('against the original library (skipped without ../shared)', () => {
  it('reads its file and writes the same bytes back', () => {
    const file = openSafetensors(original);
    const tensors = Object.fromEntries(
      file.names().map((name) => {
        const { shape } = file.info(name);
        return [name, { dtype: 'F32' as const, shape, data: file.read(name) }];
      }),
    );
    writeSafetensors(path, tensors, file.metadata);
    file.close();
    expect(readFileSync(path)).toEqual(readFileSync(original));
  });
});

const files = hostileFiles('safetensors');
describe.skipIf(files.length === 0)('hostile safetensors files (skipped without ../shared)', () => {
  it.each(files)('$path: $outcome', ({ file, outcome }) => {
    const open = () => {
      const opened = openSafetensors(file);
      opened.close();
      return opened;
    };
    if (outcome.startsWith('read')) expect(open().names().length).toBeGreaterThan(0);
    else if (outcome === 'refuse') {
      const error = fault(open);
      expect(error.code).toBe('INVALID_FILE');
      expect(error.message).toContain(file);
    } else {
      try {
        open();
      } catch (error) {
        expect(error).toBeInstanceOf(SextantError);
      }
    }
  });
});
