import { z } from 'zod';
import { digestSchema, featureRefSchema, hookNameSchema, type Digest } from './refs';

/** A direction in the residual stream, named by how it was made so that it can be made again. */
export const directionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('decoder'), feature: featureRefSchema }),
  z.object({ kind: z.literal('vector'), vector: digestSchema }),
  /** Unit Gaussian direction drawn from `seed`; the control of every steering claim. */
  z.object({ kind: z.literal('random'), seed: z.number().int().nonnegative() }),
]);
export type Direction = z.infer<typeof directionSchema>;

/**
 * One operation on the residual stream h (model units). With a_i the feature's activation, d_i its unit
 * decoder row and max_i its largest activation on the indexed corpus:
 * - `clamp`      h' = h + (dose · max_i − a_i) d_i   (the SAE's error is kept)
 * - `scale`      h' = h + (factor − 1) a_i d_i
 * - `ablate`     h' = h − a_i d_i
 * - `add`        h' = h + dose · unit · v̂
 * - `projectOut` h' = h − v̂ v̂ᵀ h
 * - `reconstruct` h' = decode(encode(h)): the dictionary's reconstruction, its error dropped
 */
export const operationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('clamp'), feature: featureRefSchema, dose: z.number() }),
  z.object({ kind: z.literal('scale'), feature: featureRefSchema, factor: z.number() }),
  z.object({ kind: z.literal('ablate'), feature: featureRefSchema }),
  z.object({
    kind: z.literal('add'),
    direction: directionSchema,
    dose: z.number(),
    /** Length of one unit of dose, in model units; e.g. a feature's max activation or a vector's own norm. */
    unit: z.number().positive(),
    /**
     * When set, the added length is that of this feature's clamp at `dose` on each token
     * (|dose · max_i − a_i|, with the sign of the dose), so that a control disturbs every token exactly as much as
     * the thing it controls.
     */
    matchClampOf: featureRefSchema.optional(),
  }),
  z.object({ kind: z.literal('projectOut'), direction: directionSchema }),
  z.object({ kind: z.literal('reconstruct'), dictionary: digestSchema }),
]);
export type Operation = z.infer<typeof operationSchema>;

/** Which tokens are touched. Special tokens (BOS, EOS, padding) are left alone unless asked for. */
export const scopeSchema = z.object({
  tokens: z.enum(['all', 'prompt', 'generated', 'assistant']).default('all'),
  /** First position touched, counted from the first real token; negative counts from the end of the prompt. */
  from: z.number().int().optional(),
  /** One past the last position touched. */
  to: z.number().int().optional(),
  special: z.boolean().default(false),
});
export type Scope = z.infer<typeof scopeSchema>;

export const interventionSchema = z.object({
  version: z.literal(1).default(1),
  hook: hookNameSchema,
  operations: z.array(operationSchema).min(1).max(64),
  scope: scopeSchema.default({ tokens: 'all', special: false }),
  /** Two operations on one feature: apply in the order listed, or refuse. */
  conflict: z.enum(['compose', 'refuse']).default('refuse'),
});
export type Intervention = z.infer<typeof interventionSchema>;
export type InterventionInput = z.input<typeof interventionSchema>;

/** The artifacts an intervention refers to: what must be loaded before it can be applied. */
export function referencesOf({ operations }: Pick<Intervention, 'operations'>): { dictionaries: Digest[]; vectors: Digest[] } {
  const dictionaries = new Set<Digest>();
  const vectors = new Set<Digest>();
  for (const operation of operations) {
    if ('dictionary' in operation) dictionaries.add(operation.dictionary);
    if ('feature' in operation) dictionaries.add(operation.feature.dictionary);
    if (!('direction' in operation)) continue;
    const { direction } = operation;
    if (direction.kind === 'decoder') dictionaries.add(direction.feature.dictionary);
    if (direction.kind === 'vector') vectors.add(direction.vector);
    if ('matchClampOf' in operation && operation.matchClampOf) dictionaries.add(operation.matchClampOf.dictionary);
  }
  return { dictionaries: [...dictionaries], vectors: [...vectors] };
}
