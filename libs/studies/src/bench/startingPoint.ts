import { SextantError } from '@sextant/schema';

/** Where a pass has to start so that a hook runs and nothing below it does. */
export interface StartingBlock {
  /** Block whose input is cached; null when the pass has to start at the embedding. */
  block: number | null;
  /** The hook's value is that input itself, so the hook can be applied to the cached value before the pass begins. */
  direct: boolean;
}

/** @throws SextantError INVALID_INPUT for a hook that is no point of the model's blocks or ends. */
export function startingBlock(hook: string, nLayers: number): StartingBlock {
  if (hook === 'hook_embed' || hook === 'hook_pos_embed') return { block: null, direct: false };
  if (hook.startsWith('ln_final.')) return { block: nLayers - 1, direct: false };
  const match = /^blocks\.(\d+)\.(.+)$/.exec(hook);
  const layer = match ? Number(match[1]) : NaN;
  if (!(layer < nLayers)) throw new SextantError('INVALID_INPUT', `this model of ${nLayers} blocks has no hook ${hook}`, { field: 'hook', value: hook });
  if (match![2] === 'hook_resid_pre') return { block: layer, direct: true };
  if (match![2] === 'hook_resid_post' && layer + 1 < nLayers) return { block: layer + 1, direct: true };
  return { block: layer, direct: false };
}
