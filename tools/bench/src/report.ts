import { goalText, ratioText, type Goal } from './goal';
import type { MachineFacts } from './machine';
import { median } from './measured';
import type { BenchRow } from './row';
import { summarise, type Round, type RowResult } from './runRow';

/** A row as measured once, with what it was measured on. */
export type DatedResult = RowResult & { machine: MachineFacts };

/** What a results file holds. */
export interface BenchReport {
  results: DatedResult[];
}

/**
 * Rows measured again replace what a file said of them, or with `add` give it more rounds, if it holds rounds of the same
 * commit; rows that could not run replace nothing. In the order of the registry.
 */
export function merged(rows: readonly Pick<BenchRow, 'name' | 'goal'>[], before: BenchReport | null, now: BenchReport, add = false): BenchReport {
  const byName = new Map(before?.results.map((result) => [result.name, result]));
  const results = rows.flatMap((row) => {
    const old = byName.get(row.name);
    const fresh = now.results.find(({ name }) => name === row.name);
    if (!fresh || (old && !('rounds' in fresh))) return old ?? [];
    if (!add || !old || !('rounds' in fresh) || !('rounds' in old) || old.machine.commit !== fresh.machine.commit) return fresh;
    return { ...summarise(row, [...old.rounds, ...fresh.rounds]), machine: fresh.machine };
  });
  return { results };
}

const rate = (value: number) => (value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3));

/** A Markdown table: it reads well in a terminal and goes into docs/performance.md as it is. */
export function table(rows: readonly BenchRow[], results: readonly RowResult[]): string {
  const lines = [
    '| work | beside | ours | theirs | ratio (range) | goal | | rounds, load | what both computed |',
    '|---|---|---|---|---|---|---|---|---|',
  ];
  for (const result of results) {
    const row = rows.find(({ name }) => name === result.name);
    if (row) lines.push(line(row, result));
  }
  return lines.join('\n');
}

function line(row: BenchRow, result: RowResult): string {
  const cells = (...rest: string[]) => `| ${[row.work, row.peer.name, ...rest].join(' | ')} |`;
  if ('skipped' in result) return cells('–', '–', '–', goalText(row.goal), 'skipped', '–', result.skipped);
  if ('failed' in result) return cells('–', '–', '–', goalText(row.goal), 'failed', '–', result.failed.split('\n')[0]!);
  const { rounds, speedRatio, range, agreed, met } = result;
  const speed = (of: (round: Round) => number) => `${rate(median(rounds.map(of)))} ${row.unit}/s`;
  const loads = rounds.map((round) => round.loadAverage);
  return cells(
    speed((round) => round.oursRate),
    speed((round) => round.peerRate),
    `**${ratioText(row.goal, speedRatio)}** (${rangeText(row.goal, range)})`,
    goalText(row.goal),
    agreed ? (met ? 'met' : 'not met') : 'DISAGREE',
    `${rounds.length}, ${Math.min(...loads).toFixed(1)}–${Math.max(...loads).toFixed(1)}`,
    rounds.find((round) => !round.agreed)?.agreement ?? rounds[0]!.agreement,
  );
}

function rangeText(goal: Goal, [least, greatest]: [number, number]): string {
  const ends = 'timesFaster' in goal ? [least, greatest] : [greatest, least];
  return ends.map((ratio) => ratioText(goal, ratio)).join('–');
}

/** 0 when every row that ran agreed and none failed: a goal not met is a finding, not a failure. */
export function exitCode(results: readonly RowResult[]): number {
  return results.some((result) => 'failed' in result || ('agreed' in result && !result.agreed)) ? 1 : 0;
}
