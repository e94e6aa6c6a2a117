import { describe, expect, it } from 'vitest';
import { identified, splitByHash, type ItemContent } from './item';

const content: ItemContent = {
  cluster: 'c',
  split: 'A',
  prompt: 'p',
  choices: [' x', ' y'],
  gold: [1, 0],
  subject: [0],
  grading: 'argmax',
  covariates: {},
};

describe('identified', () => {
  it('gives equal content equal ids, whatever its place or covariates', () => {
    const [a] = identified('t', '1', [content]);
    const [, b] = identified('t', '1', [{ ...content, prompt: 'q' }, { ...content, covariates: { n: 1 } }]);
    expect(b?.id).toBe(a?.id);
    expect(a?.id).toMatch(/^[0-9a-f]{24}$/);
  });

  it('changes ids with content, choice order, task and version', () => {
    const ids = [
      ...identified('t', '1', [content, { ...content, choices: [' y', ' x'] }, { ...content, gold: [0, 1] }]),
      ...identified('u', '1', [content]),
      ...identified('t', '2', [content]),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(5);
  });

  it('tells repetitions apart and does so the same way every time', () => {
    const twice = identified('t', '1', [content, content, content]).map(({ id }) => id);
    expect(new Set(twice).size).toBe(3);
    expect(identified('t', '1', [content, content, content]).map(({ id }) => id)).toEqual(twice);
  });
});

describe('splitByHash', () => {
  it('halves clusters about evenly', () => {
    const a = Array.from({ length: 2000 }, (_, i) => splitByHash(`cluster ${i}`)).filter((split) => split === 'A').length;
    // Four standard deviations of a fair coin.
    expect(Math.abs(a - 1000)).toBeLessThan(90);
  });
});
