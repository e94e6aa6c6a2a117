import { describe, expect, it } from 'vitest';
import { bytes, duration, interval, printable, table } from './output';
import { describeProgress } from './progressBar';
import { SideBySide } from './sideBySide';

describe('output', () => {
  it('shows control characters of model output instead of obeying them', () => {
    expect(printable('a\u001b[2J\u009b31mb\n\tc')).toBe('a\\x1b[2J\\x9b31mb⏎\\x09c');
    expect(table(['name'], [['x\u001b]0;title\u0007']])).not.toContain('\u001b');
  });

  it('aligns numbers to the right and words to the left', () => {
    expect(table(['name', 'n'], [['a', 5], ['bcd', 1200]])).toBe(['name     n', 'a        5', 'bcd   1200'].join('\n'));
    expect(table(['name'], [])).toBe('(none)');
  });

  it('writes sizes, times and intervals for people', () => {
    expect([bytes(999), bytes(1_234), bytes(45_600_000)]).toEqual(['999 B', '1.23 kB', '45.6 MB']);
    expect([duration(59.6), duration(125), duration(7_260)]).toEqual(['1 min 0 s', '2 min 5 s', '2 h 1 min']);
    expect(interval({ estimate: -0.42, lo: -0.5, hi: 0.1 })).toBe('−0.420 [−0.500, 0.100]');
  });

  it('describes progress in one line, with what is not known left out', () => {
    const progress = { stage: 'train', done: 250, total: 1000, unit: 'steps', rate: null, etaSeconds: null };
    expect(describeProgress('dictionary.train', progress)).toBe('dictionary.train  train  █████░░░░░░░░░░░░░░░   25 %  250/1000 steps');
    expect(describeProgress('t', { ...progress, rate: 125, etaSeconds: 6, metrics: { loss: 0.12345 } })).toMatch(/125\/s {2}6 s left {2}loss 0\.123$/);
    expect(describeProgress('t', { ...progress, total: 0 })).toContain('  0 %');
  });
});

describe('SideBySide', () => {
  it('sets two texts in columns, breaking at words and inside one that is too long', () => {
    const view = new SideBySide(null);
    for (const word of ['one ', 'two ', 'three ', 'four']) view.add('baseline', word);
    view.add('steered', 'abcdefghijklmnop\u001b[31m');
    const [header, rule, ...rows] = view.text(23).split('\n');
    expect([header, rule]).toEqual(['baseline   │ steered', '───────────┼───────────']);
    expect(rows).toEqual(['one two    │ abcdefghij', 'three four │ klmnop\\x1b', '           │ [31m']);
    expect(view.end()).toEqual({ baseline: 'one two three four', steered: 'abcdefghijklmnop\u001b[31m' });
  });
});
