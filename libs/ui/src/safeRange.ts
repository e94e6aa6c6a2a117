import type { Effect } from '@sextant/schema';

/** Doses at which a claim measured the perplexity ratio, and the contiguous ones around zero that stayed inside a limit. */
export interface SafeRange {
  limit: number;
  /** Smallest and largest measured dose inside the limit, going out from 0; 0 where the first step already leaves it. */
  lo: number;
  hi: number;
  /** Perplexity ratio by dose, ascending; 1 at dose 0 by definition. */
  curve: { dose: number; ratio: number }[];
}

/**
 * The measured safe range of a feature's dose: point estimates at the doses of a study, never extrapolated.
 * Null where no dose was measured.
 */
export function safeRange(effects: readonly Pick<Effect, 'dose' | 'perplexityRatio'>[], limit: number): SafeRange | null {
  const measured = effects.filter((effect) => effect.perplexityRatio !== null && effect.dose !== 0);
  if (measured.length === 0) return null;
  const curve = [{ dose: 0, ratio: 1 }, ...measured.map((effect) => ({ dose: effect.dose, ratio: effect.perplexityRatio ?? 1 }))]
    .sort((left, right) => left.dose - right.dose);
  const reach = (outwards: typeof curve) => {
    const stop = outwards.findIndex((point) => point.ratio > limit);
    return (stop === -1 ? outwards.at(-1) : outwards[stop - 1])?.dose ?? 0;
  };
  const negative = reach(curve.filter((point) => point.dose < 0).reverse());
  const positive = reach(curve.filter((point) => point.dose > 0));
  return { limit, lo: negative, hi: positive, curve };
}
