import { normalTails } from './normal';
import { stirlingError, type Tails } from './special';

/**
 * Both tails of the non-central t distribution.
 *
 * T = (Z + δ) / U with U = √(χ²_ν / ν), so P(T ≤ t) = E[Φ(tU − δ)]. The expectation is summed by the
 * trapezoidal rule in s = log U, where the integrand is analytic and decays at both ends, so the rule
 * converges geometrically; every term is positive, so small tails keep their relative accuracy.
 */
export function noncentralTTails(t: number, df: number, noncentrality: number): Tails {
  const step = 0.25 * Math.min(1 / Math.sqrt(2 * df), 1 / (1 + Math.abs(t)), 0.2);
  const scale = Math.sqrt(df / Math.PI) * Math.exp(-stirlingError(df / 2)) * step;
  let lower = 0;
  let upper = 0;
  const add = (s: number): boolean => {
    const exponent = df * (s - Math.expm1(2 * s) / 2);
    if (exponent < -300) return false;
    const weight = scale * Math.exp(exponent);
    const tails = normalTails(t * Math.exp(s) - noncentrality);
    lower += weight * tails.lower;
    upper += weight * tails.upper;
    return true;
  };
  add(0);
  for (let i = 1; add(i * step); i++);
  for (let i = 1; add(-i * step); i++);
  return { lower, upper };
}
