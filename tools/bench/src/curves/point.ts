import { z } from 'zod';

/** One measured cost. `flops` and `bytes` are what the work asks for by its formula, whatever the kernel makes of it. */
export const pointSchema = z.object({
  curve: z.string(),
  /** What was varied, and all sizes. */
  x: z.number(),
  sizes: z.record(z.string(), z.number()),
  threads: z.number().int(),
  /** Seconds of the fastest repetition. */
  seconds: z.number().positive(),
  /** Tokens in it. */
  tokens: z.number().positive(),
  flops: z.number(),
  bytes: z.number(),
});
export type Point = z.infer<typeof pointSchema>;

/** What the machine was seen to reach, by number of threads. */
export const peakSchema = z.object({ threads: z.number().int(), gflops: z.number().positive(), gigabytes: z.number().positive() });
export type Peak = z.infer<typeof peakSchema>;

export const curvesSchema = z.object({
  machine: z.record(z.string(), z.unknown()),
  peaks: z.array(peakSchema),
  points: z.array(pointSchema),
});
export type Curves = z.infer<typeof curvesSchema>;
