import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const shared = process.env['SEXTANT_SHARED'] ?? fileURLToPath(new URL('../../../../../shared', import.meta.url));
const folder = `${shared}/fixtures/statistics`;

/** Why the reference tests skip, or null when the values are there. */
export const referenceMissing = existsSync(folder) ? null : `needs the statistics fixtures at ${folder} (set SEXTANT_SHARED)`;

export interface ReferenceCase<In, Out> {
  name: string;
  call: string;
  input: In;
  expected: Out;
}

function revive(_key: string, value: unknown): unknown {
  if (value === 'inf') return Infinity;
  if (value === '-inf') return -Infinity;
  return value === 'nan' ? NaN : value;
}

/** Cases of one topic whose name begins with `prefix`; empty where the fixtures are absent (the tests then skip). */
export function referenceCases<In, Out>(topic: string, prefix = ''): ReferenceCase<In, Out>[] {
  if (referenceMissing) return [];
  const file: { cases: ReferenceCase<In, Out>[] } = JSON.parse(readFileSync(`${folder}/${topic}.json`, 'utf8'), revive);
  return file.cases.filter((one) => one.name.startsWith(prefix));
}

/** Relative gap, or the absolute one where the reference is below `absolute`. Equal infinities and NaNs give 0. */
export function gap(actual: number, expected: number, absolute = 1e-12): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  const difference = Math.abs(actual - expected);
  return difference <= absolute ? 0 : difference / Math.abs(expected);
}

/** The largest relative gap between two lists of numbers. */
export function largestGap(actual: readonly number[], expected: readonly number[], absolute = 1e-12): number {
  if (actual.length !== expected.length) return Infinity;
  return actual.reduce((worst, value, i) => Math.max(worst, gap(value, expected[i]!, absolute)), 0);
}
