/** How far one reference is from what this engine computes. */
export interface ReferenceCheck {
  /** Name of the tensor, or of the field of references.json. */
  tensor: string;
  /** Values compared; padding is left out. */
  compared: number;
  /** Largest absolute difference; the number of differing ids or texts where those are compared. Infinite for NaN or another size. */
  maxAbs: number;
  /** Largest relative difference where the reference exceeds 1 in size. */
  maxRel: number;
  /** Largest `maxAbs` allowed. */
  tolerance: number;
  passed: boolean;
}

/**
 * Absolute differences allowed. Of float32 against strict float64 the worst is 1.8e-5 in logits and 2.9e-5 in hidden states
 * of small models, 4.0e-5 in logits of one of 135 M parameters; the rest is room for another order of summation.
 */
export const tolerances = {
  values: 1e-4,
  patterns: 1e-5,
  logits: 5e-4,
  tokenLoss: 5e-4,
  /** Float32 has a bias in the mean, 1.7e-5 at 135 M parameters; below 10 M it has none that was seen. */
  meanLoss: (parameters: number) => (parameters < 1e7 ? 1e-5 : 1e-4),
  /** Of a position's own RMS, for residuals with massive activations. */
  relativeToPosition: 1e-4,
  /** Of the value, for dequantised weights. */
  weights: 1e-6,
} as const;

export interface CompareOptions {
  tolerance: number;
  /** Which values count, by index. */
  counts?: (index: number) => boolean;
  /** What the difference at an index is measured in; 1 by default. */
  unit?: (index: number) => number;
}

/** Compares value by value. */
export function compareValues(tensor: string, found: ArrayLike<number>, expected: ArrayLike<number>, options: CompareOptions): ReferenceCheck {
  const { tolerance, counts, unit } = options;
  const check = { tensor, compared: 0, maxAbs: found.length === expected.length ? 0 : Infinity, maxRel: 0 };
  for (let i = 0; i < expected.length; i++) {
    if (counts && !counts(i)) continue;
    check.compared++;
    const difference = Math.abs(found[i]! - expected[i]!) / (unit?.(i) ?? 1);
    const distance = Number.isNaN(difference) ? Infinity : difference;
    check.maxAbs = Math.max(check.maxAbs, distance);
    if (Math.abs(expected[i]!) > 1) check.maxRel = Math.max(check.maxRel, (distance * (unit?.(i) ?? 1)) / Math.abs(expected[i]!));
  }
  return { ...check, tolerance, passed: check.compared > 0 && check.maxAbs <= tolerance };
}

/** The same checks with one tolerance for all that allow a difference. */
export function withTolerance(checks: readonly ReferenceCheck[], tolerance: number): ReferenceCheck[] {
  return checks.map((check) => (check.tolerance === 0 ? check : { ...check, tolerance, passed: check.compared > 0 && check.maxAbs <= tolerance }));
}

/** Counts what is not equal: ids, or texts. */
export function compareExactly(tensor: string, found: ArrayLike<unknown>, expected: ArrayLike<unknown>): ReferenceCheck {
  let differing = found.length === expected.length ? 0 : Math.max(found.length, expected.length) - Math.min(found.length, expected.length);
  for (let i = 0; i < Math.min(found.length, expected.length); i++) if (found[i] !== expected[i]) differing++;
  return { tensor, compared: expected.length, maxAbs: differing, maxRel: 0, tolerance: 0, passed: differing === 0 };
}
