import { generate, type LanguageModel } from '@sextant/models';
import { compileIntervention, type SteeringLookups } from '@sextant/steering';
import type { Intervention, ItemResult } from '@sextant/schema';
import { promptIds } from '../prompt';

const SHOWN = 40;
const REPLY_TOKENS = 24;

export interface Reply {
  item: string;
  text: string;
}

export interface RepliesOptions {
  model: LanguageModel;
  intervention: Intervention;
  sources: SteeringLookups;
  baseline: readonly ItemResult[];
  steered: readonly ItemResult[];
  signal: AbortSignal;
}

/**
 * What the model writes, greedily, after the items that changed sides (the largest changes first, then others),
 * without and with the intervention: so that a reader sees what a margin means.
 */
export async function flippedReplies(options: RepliesOptions): Promise<{ baseline: Reply[]; steered: Reply[] }> {
  const { model, intervention, sources, baseline, steered, signal } = options;
  const after = new Map(steered.map((result) => [result.item, result]));
  const chosen = baseline
    .flatMap((before) => {
      const now = after.get(before.item);
      return now === undefined ? [] : [{ before, flipped: before.margin > 0 !== now.margin > 0, change: Math.abs(now.margin - before.margin) }];
    })
    .sort((a, b) => Number(b.flipped) - Number(a.flipped) || b.change - a.change || (a.before.item < b.before.item ? -1 : 1))
    .slice(0, SHOWN)
    .map(({ before }) => before);
  const prompts = chosen.map(({ prompt }) => promptIds(model, { prompt }));
  const write = async (hooks: Parameters<typeof generate>[2]['hooks']) => {
    const rows = await generate(model, prompts, { maxNewTokens: REPLY_TOKENS, temperature: 0, hooks, signal });
    return rows.map(({ text }, row) => ({ item: chosen[row]?.item ?? '', text }));
  };
  return { baseline: await write([]), steered: await write(compileIntervention(intervention, { ...sources, model, measure: false }).hooks) };
}
