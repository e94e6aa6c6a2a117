import { readFileSync } from 'node:fs';
import { SextantError } from '@sextant/schema';
import { z } from 'zod';

const recordSchema = z.object({
  steps: z.number().int(),
  /** Tokens trained on, padding not counted. */
  tokens: z.number().int(),
  minutes: z.number(),
  backend: z.string(),
  machine: z.string(),
  /** Mean loss since the point before, nats per token. */
  curve: z.array(z.object({ step: z.number().int(), tokens: z.number().int(), loss: z.number(), learningRate: z.number() })),
});

/** What the training run left behind for the model card: `training.json` in the model's folder. */
export type TrainingRecord = z.infer<typeof recordSchema>;

/** @throws SextantError INVALID_FILE when the file is missing or not a training record. */
export function readRecord(file: string): TrainingRecord {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new SextantError('INVALID_FILE', `${file}: no record of a training run; run train.ts first`, { file }, { cause });
  }
}
