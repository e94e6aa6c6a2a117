import { z } from 'zod';

/** SHA-256 of an artifact's manifest, 64 hex digits: the only way anything refers to stored data. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 digest of 64 hex digits');
export type Digest = z.infer<typeof digestSchema>;

/** A TransformerLens hook name, such as `blocks.2.hook_resid_post`. */
export const hookNameSchema = z
  .string()
  .regex(
    /^(hook_embed|hook_pos_embed|blocks\.\d+\.(hook_(resid_(pre|mid|post)|attn_out|mlp_out)|attn\.hook_(q|k|v|z|pattern|rot_q|rot_k)|mlp\.hook_(pre|pre_linear|post)|ln[12]\.hook_normalized)|ln_final\.hook_normalized)$/,
    'expected a TransformerLens hook name, such as blocks.2.hook_resid_post',
  );

export const featureRefSchema = z.object({
  dictionary: digestSchema,
  index: z.number().int().nonnegative(),
});
export type FeatureRef = z.infer<typeof featureRefSchema>;

/** An estimate with its 95 % interval. Units are stated by the field that holds it. */
export const intervalSchema = z.object({ estimate: z.number(), lo: z.number(), hi: z.number() });
export type Interval = z.infer<typeof intervalSchema>;
