import os from 'node:os';
import path from 'node:path';
import { outputOf } from './child';
import { goalMet } from './goal';
import { median, rateOf, readReport, type Measured } from './measured';
import { scratch } from './paths';
import type { BenchRow, SideContext } from './row';
import { sideCommand } from './sideCommand';

export interface Round {
  ours: Measured;
  peer: Measured;
  /** Units a second of each side's median repetition. */
  oursRate: number;
  peerRate: number;
  /** Ours over the peer's. */
  speedRatio: number;
  agreed: boolean;
  agreement: string;
  /** Load average of the last minute when the round began: far above the threads used, it measured others too. */
  loadAverage: number;
}

export interface MeasuredRow {
  name: string;
  rounds: Round[];
  /** Median over the rounds, and the least and greatest. */
  speedRatio: number;
  range: [number, number];
  agreed: boolean;
  met: boolean;
}

export type RowResult = { name: string; skipped: string } | { name: string; failed: string } | MeasuredRow;

export interface RunOptions {
  rounds: number;
  threads: number;
  log: (line: string) => void;
}

/** Prepares a row's inputs, then runs ours and the peer's in turn, each in a process of its own. */
export async function runRow(row: BenchRow, { rounds, threads, log }: RunOptions): Promise<RowResult> {
  const missing = row.unavailable?.() ?? row.peer.missing();
  if (missing) return { name: row.name, skipped: missing };
  const context: SideContext = { inputs: path.join(scratch, 'inputs', row.inputs), threads };
  try {
    await outputOf(sideCommand(row.name, 'prepare', context));
    const done: Round[] = [];
    for (let round = 0; round < rounds; round++) {
      const loadAverage = os.loadavg()[0] ?? NaN;
      const ours = readReport(await outputOf(sideCommand(row.name, 'ours', context)));
      const peer = readReport(await outputOf(row.peer.command(context)));
      done.push({ ...compare(row, ours, peer), loadAverage });
      log(roundLine(row, done.at(-1)!, round));
    }
    return summarise(row, done);
  } catch (error) {
    return { name: row.name, failed: error instanceof Error ? error.message : String(error) };
  }
}

export function compare(row: Pick<BenchRow, 'agreement'>, ours: Measured, peer: Measured): Omit<Round, 'loadAverage'> {
  const [oursRate, peerRate] = [rateOf(ours), rateOf(peer)];
  const { agreed, text } = row.agreement(ours.evidence, peer.evidence);
  return { ours, peer, oursRate, peerRate, speedRatio: oursRate / peerRate, agreed, agreement: text };
}

export function summarise({ name, goal }: Pick<BenchRow, 'name' | 'goal'>, rounds: Round[]): MeasuredRow {
  const ratios = rounds.map((round) => round.speedRatio);
  const agreed = rounds.every((round) => round.agreed);
  const speedRatio = median(ratios);
  return { name, rounds, speedRatio, range: [Math.min(...ratios), Math.max(...ratios)], agreed, met: agreed && goalMet(goal, speedRatio) };
}

const rate = (value: number) => (value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3));

function roundLine(row: BenchRow, round: Round, number: number): string {
  const speeds = `ours ${rate(round.oursRate)}, ${row.peer.name} ${rate(round.peerRate)} ${row.unit}/s`;
  return `  ${row.name} round ${number + 1}: ${speeds}, ratio ${round.speedRatio.toFixed(2)}; ${round.agreed ? 'agree' : 'DISAGREE'} (${round.agreement})`;
}
