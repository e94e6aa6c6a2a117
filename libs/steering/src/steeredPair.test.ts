import { selectBackend, tf } from '@sextant/compute';
import { generate, padBatch, type LanguageModel } from '@sextant/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileIntervention } from './compileIntervention';
import { klDivergence, logSoftmax } from './sideBySide';
import { finishPair, steeredPair, type PairOptions, type PairToken } from './steeredPair';
import { tinyModel } from './testing/tinyModel';
import { toyDictionary } from './testing/toyDictionary';

const digest = 'd'.repeat(64);
const hook = 'blocks.1.hook_resid_post';
const feature = { dictionary: digest, index: 2 };
const prompt = [0, 7, 22, 3, 41];
const dictionaries = new Map([[digest, toyDictionary(16, 12, hook)]]);
const options: PairOptions = { dictionaries, maxActivation: () => 2, maxNewTokens: 10, temperature: 0.9, seed: 6, stop: [] };
const clampTo = (dose: number) => ({ hook, operations: [{ kind: 'clamp' as const, feature, dose }] });
let model: LanguageModel;

beforeAll(async () => {
  await selectBackend();
  model = tinyModel();
});
afterAll(() => model.dispose());

async function collect(pair: ReturnType<typeof steeredPair>) {
  const tokens: PairToken[] = [];
  for (;;) {
    const { done, value } = await pair.next();
    if (done) return { tokens, summary: value };
    tokens.push(value);
  }
}

describe('steeredPair', () => {
  it('both sides are what generate gives alone with the same seed', async () => {
    const { summary } = await collect(steeredPair(model, prompt, clampTo(3), options));
    const { hooks } = compileIntervention(clampTo(3), { ...options, model });
    const shared = { maxNewTokens: 10, temperature: 0.9, seed: 6, stop: [] };
    const [plain] = await generate(model, [prompt], shared);
    const [steered] = await generate(model, [prompt], { ...shared, hooks });
    expect(summary.ids.baseline).toEqual(plain!.ids);
    expect(summary.ids.steered).toEqual(steered!.ids);
    expect(summary.ids.steered).not.toEqual(summary.ids.baseline);
  });

  it('an intervention that does nothing gives one text twice, with differences of exactly 0', async () => {
    const nothing = { hook, operations: [{ kind: 'add' as const, direction: { kind: 'random' as const, seed: 1 }, dose: 0, unit: 1 }] };
    const { tokens, summary } = await collect(steeredPair(model, prompt, nothing, options));
    expect(summary.ids.steered).toEqual(summary.ids.baseline);
    expect(tokens.every(({ delta, kl, normRatio }) => delta === 0 && kl === 0 && normRatio === 0)).toBe(true);
    expect(summary).toMatchObject({ kl: 0, normRatio: 0, perplexityRatio: 1 });
  });

  it('compares each token under both models after the same text', async () => {
    const { tokens, summary } = await collect(steeredPair(model, prompt, clampTo(3), options));
    const { hooks } = compileIntervention(clampTo(3), { ...options, model });
    for (const side of ['baseline', 'steered'] as const) {
      for (const token of tokens.filter((one) => one.side === side)) {
        const ids = [...prompt, ...summary.ids[side].slice(0, token.index)];
        const [before, after] = [[], hooks].map((used) => logSoftmax(tf.tidy(() => model.forward(padBatch([ids]), { hooks: used }).dataSync()).slice(-48)));
        expect(token.logProb).toBeCloseTo((side === 'baseline' ? before! : after!)[token.id]!, 4);
        expect(token.delta).toBeCloseTo(after![token.id]! - before![token.id]!, 4);
        expect(token.kl).toBeCloseTo(klDivergence(after!, before!), 4);
      }
    }
  });

  it('sums up: perplexity under the unsteered model, mean KL, norm ratio over the steered side', async () => {
    const { tokens, summary } = await collect(steeredPair(model, prompt, clampTo(3), options));
    const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;
    const baseline = tokens.filter(({ side }) => side === 'baseline');
    const steered = tokens.filter(({ side }) => side === 'steered');
    const ratio = Math.exp(-mean(steered.map(({ logProb, delta }) => logProb - delta)) + mean(baseline.map(({ logProb }) => logProb)));
    expect(summary.perplexityRatio).toBeCloseTo(ratio, 10);
    expect(summary.kl).toBeCloseTo(mean(steered.map(({ kl }) => kl)), 12);
    const ratios = steered.map(({ normRatio }) => normRatio!);
    expect(summary.normRatio).toBeCloseTo((prompt.length * ratios[0]! + ratios.slice(1).reduce((a, b) => a + b, 0)) / (prompt.length + ratios.length - 1), 6);
  });

  it('a side that stops early waits for the other', async () => {
    const free = await finishPair(steeredPair(model, prompt, clampTo(3), options));
    const stop = [free.ids.baseline[4]!];
    const { ids } = await finishPair(steeredPair(model, prompt, clampTo(3), { ...options, stop }));
    const until = (all: number[]) => (all.includes(stop[0]!) ? all.slice(0, all.indexOf(stop[0]!)) : all);
    expect(ids.baseline).toEqual(until(free.ids.baseline));
    expect(ids.steered).toEqual(until(free.ids.steered));
  });

  it('reports no norm ratio where the scope touches nothing', async () => {
    const { tokens } = await collect(steeredPair(model, prompt, { ...clampTo(3), scope: { tokens: 'generated' } }, options));
    expect(tokens.filter(({ index }) => index === 0).map(({ normRatio, delta }) => [normRatio, delta])).toEqual([[null, 0], [null, 0]]);
    expect(tokens.find(({ side, index }) => side === 'steered' && index === 1)!.normRatio).toBeGreaterThan(0);
  });

  it('leaks nothing, also when it is left early', async () => {
    const before = tf.memory().numTensors;
    await finishPair(steeredPair(model, prompt, clampTo(3), options));
    const left = steeredPair(model, prompt, clampTo(3), options);
    await left.next();
    await left.return({ texts: { baseline: '', steered: '' }, ids: { baseline: [], steered: [] }, normRatio: null, kl: null, perplexityRatio: null, tokensPerSecond: 0 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('can be cancelled, and needs a prompt with room', async () => {
    const controller = new AbortController();
    const pair = steeredPair(model, prompt, clampTo(3), { ...options, signal: controller.signal });
    await pair.next();
    await pair.next();
    controller.abort();
    await expect(pair.next()).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(finishPair(steeredPair(model, [], clampTo(3), options))).rejects.toThrow('is empty');
    await expect(finishPair(steeredPair(model, new Array<number>(64).fill(5), clampTo(3), options))).rejects.toThrow('no room');
  });
});
