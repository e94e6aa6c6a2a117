import { fitStepCost, stepSeconds } from './costModel';
import { stepBytes, stepFlops } from './dictionaryFormulas';
import type { Curves } from './point';

/** A training run too large to have been measured. */
export interface PlannedRun {
  d: number;
  n: number;
  k: number;
  batch: number;
  tokens: number;
}

export interface Machine {
  name: string;
  /** How many of the measured machines it counts as. An assumption, not a measurement. */
  times: number;
  memoryGigabytes: number;
}

export interface MachinePlan {
  machine: Machine;
  /** Machines whose memory holds the weights, their moments and one gradient. */
  machines: number;
  /** Hours of that many machines with the features dealt out evenly. */
  hours: number;
  /** Machines for a run of a week. */
  machinesForAWeek: number;
}

export interface Plan {
  run: PlannedRun;
  steps: number;
  encoderFlops: number;
  sparseFlops: number;
  /** What a trainer that multiplies densely in both passes would compute: 10 · d · F a token. */
  denseFlops: number;
  updateBytes: number;
  /** Weights, two moments and a gradient in float32. */
  stateBytes: number;
  /** All activations in float16, were they stored. */
  activationBytes: number;
  fit: { worst: number; encoderGflops: number; updateGigabytes: number };
  machines: MachinePlan[];
}

const week = 7 * 24;

/** What the run would take, by the step cost fitted to the curves at the greatest number of threads. */
export function planRun(curves: Curves, run: PlannedRun, machines: readonly Machine[]): Plan {
  const threads = Math.max(...curves.points.map((point) => point.threads));
  const cost = fitStepCost(curves.points.filter((point) => point.threads === threads && point.curve.startsWith('TopK step')));
  const steps = Math.ceil(run.tokens / run.batch);
  const { encoder, sparse } = stepFlops(run);
  const stateBytes = 2 * run.d * run.n * 4 * 4;
  const hoursHere = (stepSeconds(cost, { ...run }) * steps) / 3600;
  return {
    run,
    steps,
    encoderFlops: encoder * steps,
    sparseFlops: sparse * steps,
    denseFlops: 10 * run.d * run.n * run.tokens,
    updateBytes: stepBytes(run) * steps,
    stateBytes,
    activationBytes: run.tokens * run.d * 2,
    fit: { worst: cost.worst, encoderGflops: 2 / cost.encoder / 1e9, updateGigabytes: stepBytes({ ...run, d: 1, n: 1 }) / cost.update / 1e9 },
    machines: machines.map((machine) => {
      const count = Math.ceil(stateBytes / (machine.memoryGigabytes * 2 ** 30));
      const hours = hoursHere / machine.times;
      return { machine, machines: count, hours: hours / count, machinesForAWeek: Math.max(count, Math.ceil(hours / week)) };
    }),
  };
}
