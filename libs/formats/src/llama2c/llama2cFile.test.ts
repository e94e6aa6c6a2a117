import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fault } from '../testing/fault';
import { openLlama2c, openSafetensors, readLlama2cTokenizer } from '../index';
import { sharedPath } from '../testing/sharedFixtures';

const dir = mkdtempSync(join(tmpdir(), 'sextant-llama2c-'));
afterAll(() => rmSync(dir, { recursive: true }));
const stories = sharedPath('data/models/stories260k-llama2c');
const huggingFace = sharedPath('fixtures/models/stories260k-hf/model.safetensors');

describe.skipIf(!existsSync(stories) || !existsSync(huggingFace))('stories260k (skipped without ../shared)', () => {
  it('has the header its README states', () => {
    const file = openLlama2c(join(stories, 'model.bin'));
    expect(file.config).toEqual({ dim: 64, hiddenDim: 172, nLayers: 5, nHeads: 8, nKvHeads: 4, vocabSize: 512, tied: true, contextLength: 512 });
    file.close();
  });

  it('holds the weights of the same model as a Hugging Face folder; wq and wk with their rows paired', () => {
    const [file, safe] = [openLlama2c(join(stories, 'model.bin')), openSafetensors(huggingFace)];
    const same: [string, string][] = [['tok_embeddings', 'model.embed_tokens'], ['norm', 'model.norm']];
    for (let layer = 0; layer < 5; layer++) {
      const [ours, theirs] = [`layers.${layer}`, `model.layers.${layer}`];
      same.push([`${ours}.attention_norm`, `${theirs}.input_layernorm`], [`${ours}.ffn_norm`, `${theirs}.post_attention_layernorm`]);
      same.push([`${ours}.attention.wv`, `${theirs}.self_attn.v_proj`], [`${ours}.attention.wo`, `${theirs}.self_attn.o_proj`]);
      same.push([`${ours}.feed_forward.w1`, `${theirs}.mlp.gate_proj`], [`${ours}.feed_forward.w2`, `${theirs}.mlp.down_proj`]);
      same.push([`${ours}.feed_forward.w3`, `${theirs}.mlp.up_proj`]);
    }
    for (const [ours, theirs] of same) expect(file.read(`${ours}.weight`), ours).toEqual(safe.read(`${theirs}.weight`));

    const [paired, halves] = [file.read('layers.0.attention.wq.weight'), safe.read('model.layers.0.self_attn.q_proj.weight')];
    for (let row = 0; row < 64; row++) {
      const [head, within] = [Math.floor(row / 8), row % 8];
      const from = head * 8 + (within < 4 ? 2 * within : 2 * (within - 4) + 1);
      expect(halves.slice(row * 64, row * 64 + 64)).toEqual(paired.slice(from * 64, from * 64 + 64));
    }
    file.close();
    safe.close();
  });

  it('refuses a file that is cut, versioned, or has another header', () => {
    const bytes = readFileSync(join(stories, 'model.bin'));
    const path = join(dir, 'model.bin');
    writeFileSync(path, bytes.subarray(0, bytes.length - 4));
    expect(fault(() => openLlama2c(path)).message).toContain(`has ${bytes.length} bytes, this one has ${bytes.length - 4}`);
    const versioned = Buffer.from(bytes);
    versioned.writeUInt32LE(0x616b3432, 0);
    writeFileSync(path, versioned);
    expect(fault(() => openLlama2c(path)).message).toContain('versioned');
    const headless = Buffer.from(bytes);
    headless.writeInt32LE(-1, 12);
    writeFileSync(path, headless);
    expect(fault(() => openLlama2c(path)).message).toContain('nHeads is -1');
  });

  it('reads its tokenizer whole', () => {
    const { pieces, scores } = readLlama2cTokenizer(join(stories, 'tok512.bin'), 512);
    expect(Buffer.from(pieces[1]!).toString()).toBe('\n<s>\n');
    expect(pieces.map((piece) => Buffer.from(piece).toString())).toContain(' the');
    expect(scores).toHaveLength(512);
    expect(fault(() => readLlama2cTokenizer(join(stories, 'tok512.bin'), 513)).message).toContain('ends in token 512');
    expect(fault(() => readLlama2cTokenizer(join(stories, 'tok512.bin'), 511)).message).toContain('after its 511 tokens');
  });
});
