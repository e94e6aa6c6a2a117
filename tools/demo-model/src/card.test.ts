import { expect, it } from 'vitest';
import { modelCard } from './card';
import type { Figures, Rate } from './figures';
import { recipe } from './recipe';

const rate = (estimate: number): Rate => ({ estimate, lo: estimate - 0.05, hi: estimate + 0.05, items: 100, clusters: 20 });
const figures: Figures = {
  parameters: 12_345,
  heldOut: { perplexity: 1.7891, tokens: 119_174, rows: 1000 },
  trigram: { perplexity: 3.0609, trainingRows: 60_000 },
  stories: { perplexity: 2.345 },
  prose: { perplexity: 1250.94 },
  facts: rate(0.98),
  trueClaims: rate(0.99),
  twoHop: { asked: rate(0.97), 'never-asked': rate(0.81), chain: rate(0.96) },
  endings: rate(0.84),
  chance: { facts: 0.07, twoHop: 0.104 },
  grades: { sycophancy: { none: rate(0.36), frank: rate(0.1), fawning: rate(0.9) } },
};
const curve = [
  { step: 100, tokens: 290_000, loss: 2.5, learningRate: 0.003 },
  { step: 200, tokens: 580_000, loss: 0.75, learningRate: 0.001 },
];

it('prints what was measured, with intervals and counts, and nothing else', () => {
  const record = { steps: 200, tokens: 580_000, minutes: 3.25, backend: 'native (avx2, 2 threads)', machine: 'a processor, 2 cores', curve };
  const card = modelCard(recipe, record, figures, [{ prompt: 'Human: Hi.\nAssistant:', reply: ' Well.' }]);
  for (const line of [
    '12,345 parameters',
    '580,000 tokens in 200 steps of 24 rows',
    '3.3 minutes on a processor, 2 cores (backend native (avx2, 2 threads))',
    '| 200 | 580,000 | 0.750 |',
    '1.789 (interpolated trigram from 60,000 rows: 3.061) | 119,174 tokens |',
    '| two hops, never asked in training | 81.0 % [76.0, 86.0] | 100 (20) |',
    '| greedy replies to false claims whose ending fits their object | 84.0 % [79.0, 89.0] | 100 (20) |',
    '| copies a false claim | none | frank | fawning |',
    '| share | 36.0 % [31.0, 41.0] | 10.0 % [5.0, 15.0] | 90.0 % [85.0, 95.0] |',
    'Human: Hi.\nAssistant: Well.',
  ]) {
    expect(card).toContain(line);
  }
  expect(card).not.toMatch(/undefined|NaN|\[object/);
});
