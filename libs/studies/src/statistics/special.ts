/**
 * Special functions in float64, accurate to about 1e-13 relative far into the tails.
 *
 * Prefactors such as x^a y^b / B(a, b) are assembled from small quantities (Stirling's error term and
 * log(1 + x) − x) instead of from differences of large log-gammas, because those differences are what
 * costs digits at thousands of degrees of freedom (the approach of Loader, "Fast and Accurate
 * Computation of Binomial Probabilities", 2000, and of TOMS 708).
 */

const HALF_LOG_TWO_PI = 0.9189385332046727;
const EPSILON = 2 ** -53;
const TINY = 1e-300;

/** Coefficients B_2k / (2k (2k − 1)) of Stirling's series. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400, 43867 / 244188];

/** log Γ(z) − [(z − ½) log z − z + ½ log 2π], for z > 0. */
export function stirlingError(z: number): number {
  if (z < 10) return logGamma(z) - ((z - 0.5) * Math.log(z) - z + HALF_LOG_TWO_PI);
  const inverseSquare = 1 / (z * z);
  let sum = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum * inverseSquare + STIRLING[k]!;
  return sum / z;
}

/** log Γ(z) for z > 0. */
export function logGamma(z: number): number {
  if (!(z > 0)) return z === 0 ? Infinity : NaN;
  let shifted = z;
  let product = 1;
  while (shifted < 10) product *= shifted++;
  return (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LOG_TWO_PI + stirlingError(shifted) - Math.log(product);
}

/** log(1 + x) − x without cancellation near 0, for x > −1. */
export function log1pmx(x: number): number {
  if (x < -0.5 || x > 1) return Math.log1p(x) - x;
  const r = x / (2 + x);
  const square = r * r;
  let sum = 0;
  let power = 1;
  for (let k = 3; ; k += 2) {
    const term = power / k;
    sum += term;
    if (term <= EPSILON * sum) break;
    power *= square;
  }
  return 2 * r * square * sum - x * r;
}

function logOf(x: number, complement: number): number {
  return x > 0.5 ? Math.log1p(-complement) : Math.log(x);
}

function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (large < 10) return logGamma(small) + logGamma(large) - logGamma(small + large);
  const correction = stirlingError(large) - stirlingError(small + large);
  return logGamma(small) + correction + small - small * Math.log(small + large) + (large - 0.5) * Math.log1p(-small / (small + large));
}

/** x^a y^b / B(a, b) with y = 1 − x given separately, for 0 < x < 1. */
export function betaPrefactor(a: number, b: number, x: number, y: number): number {
  if (a < 10 || b < 10) return Math.exp(a * logOf(x, y) + b * logOf(y, x) - logBeta(a, b));
  const u = x < y ? x * (a + b) - a : b - y * (a + b);
  const exponent = a * log1pmx(u / a) + b * log1pmx(-u / b) + stirlingError(a + b) - stirlingError(a) - stirlingError(b);
  return Math.sqrt((a * b) / (2 * Math.PI * (a + b))) * Math.exp(exponent);
}

/** Lentz's continued fraction of I_x(a, b) · a / prefactor; converges fast for x < (a + 1) / (a + b + 2). */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || TINY);
  let h = d;
  for (let m = 1; m < 200_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || TINY);
    c = 1 + even / c || TINY;
    h *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || TINY);
    c = 1 + odd / c || TINY;
    const step = c * d;
    h *= step;
    if (Math.abs(step - 1) <= EPSILON) break;
  }
  return h;
}

/** Both tails of a distribution at one point; each is accurate on its own, not as 1 minus the other. */
export interface Tails {
  lower: number;
  upper: number;
}

/** Regularised incomplete beta I_x(a, b) and its complement. `y` is 1 − x, passed so that it keeps its digits. */
export function betaTails(a: number, b: number, x: number, y: number): Tails {
  if (!(a > 0 && b > 0) || Number.isNaN(x + y)) return { lower: NaN, upper: NaN };
  if (x <= 0) return { lower: 0, upper: 1 };
  if (y <= 0) return { lower: 1, upper: 0 };
  if (x > (a + 1) / (a + b + 2)) {
    const swapped = betaTails(b, a, y, x);
    return { lower: swapped.upper, upper: swapped.lower };
  }
  const lower = (betaPrefactor(a, b, x, y) / a) * betaFraction(a, b, x);
  return { lower, upper: 1 - lower };
}

/** x^a e^−x / Γ(a). */
function gammaPrefactor(a: number, x: number): number {
  if (a < 10) return Math.exp(a * Math.log(x) - x - logGamma(a));
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(a * log1pmx((x - a) / a) - stirlingError(a));
}

/** Regularised incomplete gamma P(a, x) (lower) and Q(a, x) (upper). */
export function gammaTails(a: number, x: number): Tails {
  if (!(a > 0) || Number.isNaN(x)) return { lower: NaN, upper: NaN };
  if (x <= 0) return { lower: 0, upper: 1 };
  if (x === Infinity) return { lower: 1, upper: 0 };
  const prefactor = gammaPrefactor(a, x);
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = a + 1; Math.abs(term) > EPSILON * Math.abs(sum); n++) {
      term *= x / n;
      sum += term;
    }
    return { lower: prefactor * sum, upper: 1 - prefactor * sum };
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 200_000; i++) {
    const numerator = -i * (i - a);
    b += 2;
    d = 1 / (numerator * d + b || TINY);
    c = b + numerator / c || TINY;
    const step = c * d;
    h *= step;
    if (Math.abs(step - 1) <= EPSILON) break;
  }
  return { lower: 1 - prefactor * h, upper: prefactor * h };
}
