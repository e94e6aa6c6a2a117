import { z } from 'zod';

export const modelSearch = z.object({
  text: z.string().max(20_000).catch('').default(''),
  prompt: z.string().max(20_000).catch('').default(''),
  temperature: z.number().min(0).max(10).catch(0.8).default(0.8),
  tokens: z.number().int().min(1).max(1024).catch(48).default(48),
  seed: z.number().int().nonnegative().catch(0).default(0),
});
