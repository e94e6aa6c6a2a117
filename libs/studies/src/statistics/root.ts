import { SextantError } from '@sextant/schema';

/**
 * Root of a monotone function between `a` and `b` by Brent's method (Algorithms for Minimization without
 * Derivatives, 1973, ch. 4), to the last digits float64 has.
 * @throws SextantError INTERNAL when the function has the same sign at both ends.
 */
export function findRoot(f: (x: number) => number, a: number, b: number, maxSteps = 200): number {
  let fa = f(a);
  let fb = f(b);
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (fa > 0 === fb > 0) throw new SextantError('INTERNAL', `no sign change between ${a} and ${b}`, { value: [fa, fb] });
  let c = a;
  let fc = fa;
  let step = b - a;
  let previous = step;
  for (let i = 0; i < maxSteps; i++) {
    if (fb > 0 === fc > 0) {
      c = a;
      fc = fa;
      step = b - a;
      previous = step;
    }
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const tolerance = 2 ** -52 * Math.abs(b) + Number.MIN_VALUE;
    const half = (c - b) / 2;
    if (Math.abs(half) <= tolerance || fb === 0) return b;
    if (Math.abs(previous) < tolerance || Math.abs(fa) <= Math.abs(fb)) {
      step = half;
      previous = half;
    } else {
      const s = fb / fa;
      let p: number;
      let q: number;
      if (a === c) {
        p = 2 * half * s;
        q = 1 - s;
      } else {
        const r = fb / fc;
        const t = fa / fc;
        p = s * (2 * half * t * (t - r) - (b - a) * (r - 1));
        q = (t - 1) * (r - 1) * (s - 1);
      }
      if (p > 0) q = -q;
      else p = -p;
      if (2 * p < Math.min(3 * half * q - Math.abs(tolerance * q), Math.abs(previous * q))) {
        previous = step;
        step = p / q;
      } else {
        step = half;
        previous = half;
      }
    }
    a = b;
    fa = fb;
    b += Math.abs(step) > tolerance ? step : Math.sign(half) * tolerance;
    fb = f(b);
  }
  return b;
}

/**
 * The point where a distribution's lower tail is `p`, found on the logarithm of whichever tail is smaller so
 * that quantiles far out keep their digits. `tails` is evaluated on a coordinate that runs over the whole line.
 */
export function findQuantile(tails: (s: number) => { lower: number; upper: number }, p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  const useLower = p <= 0.5;
  const target = Math.log(useLower ? p : 1 - p);
  const excess = (s: number) => {
    const { lower, upper } = tails(s);
    return useLower ? Math.log(lower) - target : target - Math.log(upper);
  };
  let lo = -1;
  let hi = 1;
  while (excess(lo) > 0) lo *= 2;
  while (excess(hi) < 0) hi *= 2;
  const finite = (s: number) => Math.max(-1e4, Math.min(1e4, excess(s)));
  return findRoot(finite, lo, hi);
}
