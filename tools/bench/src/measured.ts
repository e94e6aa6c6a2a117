import { z } from 'zod';
import { SextantError } from '@sextant/schema';

/** What one side's process reports, in one line that begins with `BENCH `. */
export const measuredSchema = z.object({
  /** Units of work (tokens, …) in each repetition. */
  units: z.number().positive(),
  /** Seconds of each repetition, warm-up left out. */
  seconds: z.array(z.number().positive()).min(1),
  /** What the other side must agree with. */
  evidence: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('numbers'), numbers: z.array(z.number()).min(1) }),
    z.object({ kind: z.literal('ids'), ids: z.array(z.number().int()).min(1) }),
  ]),
  /** Versions of the packages that did the work. */
  versions: z.record(z.string(), z.string()),
});
export type Measured = z.infer<typeof measuredSchema>;
export type Evidence = Measured['evidence'];

const PREFIX = 'BENCH ';

export const reportLine = (measured: Measured): string => PREFIX + JSON.stringify(measured);

/** @throws SextantError INTERNAL with the end of the output where no report is in it */
export function readReport(output: string): Measured {
  const line = output.split('\n').findLast((candidate) => candidate.startsWith(PREFIX));
  if (!line) throw new SextantError('INTERNAL', `the process reported nothing; its output ends with:\n${output.trim().slice(-2000)}`);
  return measuredSchema.parse(JSON.parse(line.slice(PREFIX.length)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Units a second: of the median repetition. */
export const rateOf = ({ units, seconds }: Pick<Measured, 'units' | 'seconds'>): number => units / median(seconds);
