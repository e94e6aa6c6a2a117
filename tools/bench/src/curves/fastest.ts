/** Seconds of the fastest step between moments given in milliseconds: what other programs on the machine disturb least. */
export function fastest(moments: readonly number[]): number {
  const gaps = moments.slice(1).map((at, i) => at - moments[i]!);
  return Math.min(...gaps) / 1000;
}
