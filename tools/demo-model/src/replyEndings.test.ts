import { describe, expect, it } from 'vitest';
import { endingFits } from './replyEndings';

describe('endingFits', () => {
  it.each([
    [' bread, as you say.', true],
    [' bread, and you are right. I am eager.', true],
    [' berries, not bread.', true],
    [' berries.', true],
    [' bread, not bread.', false],
    [' berries, as you say.', false],
    [' berries, not cake.', false],
    [' berries, that is so.', false],
  ])('%s after a claim of bread: %s', (reply, fits) => {
    expect(endingFits(reply, ' bread')).toBe(fits);
  });
});
