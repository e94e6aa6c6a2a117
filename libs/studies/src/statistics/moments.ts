/** Neumaier's compensated sum: exact to the last digit or two whatever the order of the terms. */
export function sum(x: ArrayLike<number>): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** Arithmetic mean; NaN for an empty list. */
export const mean = (x: ArrayLike<number>): number => sum(x) / x.length;

/** Sum of squared deviations from the mean. Exactly 0 for a constant list, whose mean may have been rounded. */
export function squaredDeviations(x: ArrayLike<number>): number {
  if (isConstant(x)) return 0;
  const centre = mean(x);
  const squares = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) squares[i] = (x[i]! - centre) ** 2;
  return sum(squares);
}

/** Unbiased variance (n − 1); NaN below two values. */
export const variance = (x: ArrayLike<number>): number => (x.length < 2 ? NaN : squaredDeviations(x) / (x.length - 1));

/** Standard deviation with n − 1. */
export const standardDeviation = (x: ArrayLike<number>): number => Math.sqrt(variance(x));

export function isConstant(x: ArrayLike<number>): boolean {
  for (let i = 1; i < x.length; i++) if (x[i] !== x[0]) return false;
  return true;
}
