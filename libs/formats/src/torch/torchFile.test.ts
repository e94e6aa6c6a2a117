import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, crc32 } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { fault, readAll } from '../testing/fault';
import { openSafetensors, openTorch } from '../index';
import { hostileFiles, sharedPath } from '../testing/sharedFixtures';

const dir = mkdtempSync(join(tmpdir(), 'sextant-torch-'));
afterAll(() => rmSync(dir, { recursive: true }));

const dictionaries = sharedPath('fixtures/dictionaries');
describe.skipIf(!existsSync(dictionaries))('checkpoints of the original libraries (skipped without ../shared)', () => {
  it('keeps non-contiguous tensors apart from contiguous ones: W_enc of JumpReLU encodes as the library does', () => {
    const folder = join(dictionaries, 'dictionary_learning/jumprelu');
    const file = openTorch(join(folder, 'trainer_0/ae.pt'));
    const [wEnc, bEnc, threshold] = [file.read('W_enc'), file.read('b_enc'), file.read('threshold')];
    const [d, n] = file.info('W_enc').shape as [number, number];
    const pickled = readFileSync(join(folder, 'trainer_0/ae.pt')).toString('latin1');
    expect(pickled).toContain('_rebuild_tensor_v2');
    file.close();
    const reference = openSafetensors(join(folder, 'reference.safetensors'));
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

  it('reads int32 scalars, bfloat16 weights and constants beside the tensors', () => {
    const topk = openTorch(join(dictionaries, 'dictionary_learning/topk_threshold_set/trainer_0/ae.pt'));
    expect(topk.info('k')).toEqual({ dtype: 'i32', shape: [] });
    expect(topk.readInt('k')[0]).toBeGreaterThan(0);
    expect(fault(() => topk.read('k')).message).toContain('"k" is i32; expected floating-point');
    topk.close();
    const brain = openTorch(join(dictionaries, 'dictionary_learning/topk_bf16/trainer_0/ae.pt'));
    expect(brain.info('encoder.weight').dtype).toBe('bf16');
    brain.close();
    const openai = openTorch(join(dictionaries, 'openai/topk_layer_norm/autoencoder.pt'));
    expect(openai.constants.get('activation')).toBe('TopK');
    expect(openai.constants.get('activation_state_dict.k')).toBeGreaterThan(0);
    openai.close();
  });

  it('reads every checkpoint of dictionary_learning and openai whole', () => {
    const paths = readdirSync(dictionaries, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.pt') && !path.startsWith('hostile'));
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) expect(readAll(openTorch(join(dictionaries, path))).size).toBeGreaterThan(3);
  });
});

const gptNeo = sharedPath('fixtures/models/tiny');
describe.skipIf(!existsSync(gptNeo))('pytorch_model.bin (skipped without ../shared)', () => {
  it('holds the values of the same model in safetensors', () => {
    const [bin, safe] = [openTorch(join(gptNeo, 'gpt-neo-local-bin/pytorch_model.bin')), openSafetensors(join(gptNeo, 'gpt-neo-local/model.safetensors'))];
    let compared = 0;
    for (const name of safe.names()) {
      if (!bin.has(name)) continue;
      expect(bin.info(name).shape).toEqual(safe.info(name).shape);
      expect(bin.read(name)).toEqual(safe.read(name));
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
    bin.close();
    safe.close();
  });
});

/** A zip of deflated entries, byte by byte, so that the inflating path is tried on a pickle too. */
function zipOf(entries: Record<string, Uint8Array>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(entries)) {
    const data = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from('PK\x03\x04'), common, Buffer.from(name), data);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, rest, Buffer.from(name));
    at += 4 + 26 + name.length + data.length;
  }
  const body = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length / 5, 4);
  end.writeUInt16LE(directory.length / 5, 6);
  end.writeUInt32LE(body.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, body, Buffer.from('PK\x05\x06'), end]);
}

/** {"w": tensor of shape (2, 3), strides (1, 2) over a FloatStorage of 6} as protocol 2, in pickletools' mnemonics. */
const strided = Buffer.concat([
  Buffer.from('\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x06tQK\0', 'latin1'),
  Buffer.from('K\x02K\x03\x86K\x01K\x02\x86\x89}tRs.', 'latin1'),
]);

describe('torch archives', () => {
  it('come out row-major from a strided view in a deflated archive', () => {
    const path = join(dir, 'strided.pt');
    writeFileSync(path, zipOf({ 'a/data.pkl': strided, 'a/data/0': new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer) }));
    const file = openTorch(path);
    expect(file.info('w')).toEqual({ dtype: 'f32', shape: [2, 3] });
    expect([...file.read('w')]).toEqual([1, 3, 5, 2, 4, 6]);
    file.close();
  });

  it('name the entry that is missing and the position of a NaN', () => {
    const path = join(dir, 'broken.pt');
    writeFileSync(path, zipOf({ 'a/data.pkl': strided }));
    expect(fault(() => openTorch(path)).message).toContain('has no entry "a/data/0"');
    writeFileSync(path, zipOf({ 'a/data.pkl': strided, 'a/data/0': new Uint8Array(Float32Array.of(1, NaN, 3, 4, 5, 6).buffer) }));
    expect(fault(() => readAll(openTorch(path))).message).toBe(`${path}: tensor "w" holds NaN at [1, 0]`);
  });
});

const files = hostileFiles('torch');
describe.skipIf(files.length === 0)('hostile torch files (skipped without ../shared)', () => {
  it.each(files)('$path: $outcome', ({ file, outcome, why }) => {
    const started = process.cpuUsage();
    if (outcome === 'refuse') {
      const error = fault(() => readAll(openTorch(file)));
      expect(error.code).toBe('INVALID_FILE');
      expect(error.message).toContain(file);
    } else {
      expect(outcome, why).toBe('refuse or read');
      try {
        expect(readAll(openTorch(file)).size).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_FILE' });
      }
    }
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000);
    for (const trace of ['sextant_pickle_was_executed', 'escaped.txt', '../escaped.txt', '../../escaped.txt']) expect(existsSync(trace)).toBe(false);
  });

  it('names what was not imported', () => {
    const message = (name: string) => fault(() => openTorch(files.find(({ path }) => path === name)!.file)).message;
    expect(message('os_system.pt')).toContain('the name posix.system is not allowed');
    expect(message('builtins_eval.pt')).toMatch(/the name (__builtin__|builtins)\.eval is not allowed/);
    expect(message('ext_opcode.pt')).toContain('opcode 0x82 is not allowed');
    expect(message('legacy_not_zip.pt')).toContain("torch's format from before version 1.6");
    expect(message('build_setstate.pt')).toContain('BUILD');
  });
});
