/**
 * Background of a token or cell: linear in |value| / max between the scale's zero and its orange (above) or blue
 * (below) end. The domain is fixed by the caller, so that one view compares like with like.
 */
export function heatColor(value: number, max: number): string {
  const strength = max > 0 ? Math.min(1, Math.abs(value) / max) : 0;
  return `color-mix(in oklab, var(--${value < 0 ? 'neg' : 'pos'}) ${Number((strength * 100).toFixed(1))}%, var(--zero))`;
}
