import { describe, expect, it } from 'vitest';
import { numbersWithin, sameIds } from './agreement';
import { goalMet } from './goal';
import { median, readReport, reportLine, type Measured } from './measured';
import { rows, rowsNamed } from './registry';
import { exitCode, merged, table, type DatedResult } from './report';
import { compare, summarise } from './runRow';

const machine = { cpu: 'x', cores: 2, memoryGigabytes: 1, node: 'v20', threads: 2, loadAverage: [0], commit: 'abc', date: '2026-01-01' };
const losses = (units: number, seconds: number[], numbers: number[]): Measured => ({ units, seconds, evidence: { kind: 'numbers', numbers }, versions: {} });

describe('the protocol', () => {
  it('finds the last report in what a process printed, and says what it printed when there is none', () => {
    const measured = losses(10, [1, 3, 2], [0.5]);
    expect(readReport(`warming up\n${reportLine(losses(1, [1], [1]))}\n${reportLine(measured)}\nbye\n`)).toEqual(measured);
    expect(() => readReport('Traceback: no module named torch')).toThrow(/no module named torch/);
    expect(() => readReport('BENCH {"units":0,"seconds":[],"versions":{}}')).toThrow();
  });
});

describe('agreement', () => {
  it('takes numbers within the tolerance, and refuses others, NaN and other evidence', () => {
    const close = numbersWithin(1e-3, 'loss');
    const of = (...numbers: number[]) => ({ kind: 'numbers' as const, numbers });
    expect(close(of(100, -2), of(100.05, -2)).agreed).toBe(true);
    expect(close(of(100, -2), of(100.2, -2)).agreed).toBe(false);
    expect(close(of(NaN), of(1)).agreed).toBe(false);
    expect(close(of(1, 2), of(1)).agreed).toBe(false);
    expect(close(of(1), { kind: 'ids', ids: [1] }).agreed).toBe(false);
    expect(close(of(100), of(100.2)).text).toContain('loss 100 beside 100.200');
  });

  it('takes ids that begin alike', () => {
    const of = (...ids: number[]) => ({ kind: 'ids' as const, ids });
    expect(sameIds(2)(of(1, 2, 3), of(1, 2, 4))).toMatchObject({ agreed: true, text: expect.stringContaining('first 2 of 3') });
    expect(sameIds(3)(of(1, 2, 3), of(1, 2, 4)).agreed).toBe(false);
  });
});

describe('a row', () => {
  const row = { name: 'a', goal: { timesFaster: 2 }, agreement: numbersWithin(1e-3, 'loss') };
  const round = (ours: number, peer: number, loss = 1) => ({
    ...compare(row, losses(100, [9, ours, ours], [1]), losses(50, [peer], [loss])),
    loadAverage: 0,
  });

  it('compares units a second of the median repetition, and gives the median ratio with its range', () => {
    expect(round(1, 1).speedRatio).toBe(2);
    const result = summarise(row, [round(1, 1), round(1, 2), round(1, 1.5)]);
    expect(result).toMatchObject({ speedRatio: 3, range: [2, 4], agreed: true, met: true });
    expect(summarise({ ...row, goal: { timesFaster: 3.5 } }, [round(1, 1), round(1, 2), round(1, 1.5)])).toMatchObject({ met: false });
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('is not met, and fails the run, where one round disagrees', () => {
    const result: DatedResult = { ...summarise(row, [round(1, 5), round(1, 5, 2)]), machine };
    expect(result).toMatchObject({ agreed: false, met: false });
    expect(exitCode([result])).toBe(1);
    expect(exitCode([summarise(row, [round(5, 1)]), { name: 'b', skipped: 'not set up' }])).toBe(0);
    expect(exitCode([{ name: 'b', failed: 'ended with exit status 1' }])).toBe(1);
  });

  it('reads a share of the time as the inverse of a speed', () => {
    expect(goalMet({ shareOfTime: 0.5 }, 2.1)).toBe(true);
    expect(goalMet({ shareOfTime: 0.5 }, 1.9)).toBe(false);
  });

  it('replaces what a results file said of it, unless it could not run', () => {
    const at = (name: string, ratio: number): DatedResult => ({ ...summarise({ ...row, name }, [round(1, ratio)]), machine });
    const before = { results: [at('b', 1), at('a', 1)] };
    const now: { results: DatedResult[] } = { results: [at('a', 3), { name: 'b', skipped: 'no peer', machine }, { name: 'c', skipped: 'no peer', machine }] };
    const names = ['a', 'b', 'c'].map((name) => ({ ...row, name }));
    const ratios = (results: DatedResult[]) => results.map((result) => ('rounds' in result ? result.rounds.map(({ speedRatio }) => speedRatio) : result.name));
    expect(ratios(merged(names, before, now).results)).toEqual([[6], [2], 'c']);
    expect(ratios(merged(names, before, now, true).results)).toEqual([[2, 6], [2], 'c']);
    const other = { results: now.results.map((result) => ({ ...result, machine: { ...machine, commit: 'def' } })) };
    expect(ratios(merged(names, before, other, true).results)).toEqual([[6], [2], 'c']);
  });
});

describe('the registry', () => {
  it('names every row once, and finds rows by the beginning of their names', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    expect(rowsNamed('lm-harvest').map(({ name }) => name)).toEqual(['lm-harvest-pytorch', 'lm-harvest-transformer-lens']);
    expect(() => rowsNamed('lm-harv')).toThrow(/no row "lm-harv".*lm-train/);
  });

  it('has a line in the table for every row, whether it ran or not', () => {
    const text = table(rows, rows.map(({ name }) => ({ name, skipped: 'run: npm run bench:peers', machine })));
    expect(text.split('\n')).toHaveLength(rows.length + 2);
    expect(text).toContain('npm run bench:peers');
  });
});
