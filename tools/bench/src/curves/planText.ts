import type { Plan } from './plan';
import type { Curves, Peak, Point } from './point';

const exp = (value: number) => value.toExponential(1).replace('e+', 'e');

export function peakTable({ peaks }: Curves): string {
  const rows = peaks.map(({ threads, gflops, gigabytes }) => `| ${threads} | ${gflops.toFixed(0)} | ${gigabytes.toFixed(1)} |`);
  return ['| threads | GFLOP/s of [1024×1024]·[1024×1024] | GB/s of an addition |', '|---|---|---|', ...rows].join('\n');
}

/** Share of the peak that a point's formula comes to: of the arithmetic, and of the memory's where it asks for bytes. */
export function shares({ flops, bytes, seconds }: Point, peak: Peak): { arithmetic: number; memory: number } {
  return { arithmetic: flops / seconds / (peak.gflops * 1e9), memory: bytes / seconds / (peak.gigabytes * 1e9) };
}

export function pointTable({ points, peaks }: Curves): string {
  const keys = [...new Set(points.map(({ curve, x }) => `${curve}|${x}`))];
  const threads = peaks.map((peak) => peak.threads).sort((a, b) => a - b);
  const rows = keys.map((key) => {
    const [curve = '', x = ''] = key.split('|');
    const cells = threads.flatMap((count) => {
      const point = points.find((candidate) => candidate.curve === curve && String(candidate.x) === x && candidate.threads === count);
      const peak = peaks.find((candidate) => candidate.threads === count);
      if (!point || !peak) return ['–', '–', '–'];
      const { arithmetic, memory } = shares(point, peak);
      return [(point.seconds * 1000).toPrecision(3), arithmetic.toFixed(2), memory > 0 ? memory.toFixed(2) : '–'];
    });
    return `| ${[curve, x, ...cells].join(' | ')} |`;
  });
  const heads = threads.flatMap((count) => [`ms, ${count} thread${count > 1 ? 's' : ''}`, 'of FLOP/s', 'of bytes/s']);
  return [`| cost | value | ${heads.join(' | ')} |`, `|${'---|'.repeat(2 + heads.length)}`, ...rows].join('\n');
}

export function planText({ run, steps, machines, fit, ...plan }: Plan): string {
  const lines = [
    `${run.n.toLocaleString('en-US')} features of width ${run.d}, k ${run.k}, ${run.tokens.toLocaleString('en-US')} tokens in ${steps.toLocaleString('en-US')} steps of ${run.batch.toLocaleString('en-US')}:`,
    '',
    '| quantity | value |',
    '|---|---|',
    `| FLOPs of the encoder, 2·d·F a token | ${exp(plan.encoderFlops)} |`,
    `| FLOPs of everything that is sparse, 8·d·k a token | ${exp(plan.sparseFlops)} |`,
    `| FLOPs of a trainer that is dense in both passes, 10·d·F | ${exp(plan.denseFlops)} |`,
    `| bytes that Adam moves, 56·d·F a step | ${exp(plan.updateBytes)} |`,
    `| weights, moments and a gradient in memory | ${(plan.stateBytes / 1e12).toFixed(1)} TB |`,
    `| all activations in float16, were they stored | ${(plan.activationBytes / 1e12).toFixed(0)} TB |`,
    '',
    `Cost fitted to the measured steps: the encoder at ${fit.encoderGflops.toFixed(0)} GFLOP/s, Adam at ${fit.updateGigabytes.toFixed(1)} GB/s; largest difference from a measured step ${(fit.worst * 100).toFixed(0)} %.`,
    '',
    '| machine | counted as | machines that hold it | hours on them | machines for a week |',
    '|---|---|---|---|---|',
    ...machines.map(
      ({ machine, machines: count, hours, machinesForAWeek }) =>
        `| ${machine.name} | ${machine.times} × | ${count} | ${Math.round(hours).toLocaleString('en-US')} | ${machinesForAWeek.toLocaleString('en-US')} |`,
    ),
  ];
  return lines.join('\n');
}
