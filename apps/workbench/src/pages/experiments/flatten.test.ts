import { describe, expect, it } from 'vitest';
import { diffSpecs, flatten } from './flatten';

describe('diffSpecs', () => {
  it('flattens nested specs to dotted keys', () => {
    expect([...flatten({ a: 1, source: { kind: 'world', doses: [1, 2] }, b: null })]).toEqual([['a', '1'], ['source.kind', 'world'], ['source.doses', '[1,2]'], ['b', 'null']]);
  });
  it('marks what differs, and a missing key as missing', () => {
    expect(diffSpecs([{ k: 32, seed: 0 }, { seed: 0, l1: 0.8 }])).toEqual([
      { key: 'k', values: ['32', '–'], differs: true },
      { key: 'l1', values: ['–', '0.8'], differs: true },
      { key: 'seed', values: ['0', '0'], differs: false },
    ]);
  });
});
