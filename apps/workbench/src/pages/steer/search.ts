import { z } from 'zod';

/** One line of the recipe: what is done to one feature, and how strongly (a multiple of its max, or a factor). */
export const recipeLine = z.object({
  feature: z.number().int().nonnegative(),
  kind: z.enum(['clamp', 'scale', 'ablate', 'add', 'projectOut']).catch('clamp').default('clamp'),
  dose: z.number().catch(1).default(1),
});
export type RecipeLine = z.infer<typeof recipeLine>;

export const steerSearch = z.object({
  dictionary: z.string().optional().catch(undefined),
  recipe: z.array(recipeLine).max(16).catch([]).default([]),
  scope: z.enum(['all', 'prompt', 'generated', 'assistant']).catch('all').default('all'),
  mode: z.enum(['chat', 'completion']).catch('chat').default('chat'),
  prompt: z.string().max(20_000).catch('').default(''),
  system: z.string().max(20_000).catch('').default(''),
  tokens: z.number().int().min(1).max(1024).catch(40).default(40),
  temperature: z.number().min(0).max(10).catch(0).default(0),
  topP: z.number().gt(0).max(1).catch(1).default(1),
  seed: z.number().int().nonnegative().catch(0).default(0),
  /** The token both charts point at. */
  token: z.number().int().nonnegative().optional().catch(undefined),
});
export type SteerSearch = z.infer<typeof steerSearch>;
