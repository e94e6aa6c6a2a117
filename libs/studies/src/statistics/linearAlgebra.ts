import { undefinedBecause, type Outcome } from './outcome';

export type Matrix = readonly (readonly number[])[];

/**
 * Inverse of a small symmetric positive definite matrix by Cholesky's factorisation.
 * Undefined when a pivot falls below 1e-13 of the largest diagonal entry: the columns are then dependent.
 */
export function invertPositive(matrix: Matrix): Outcome<{ inverse: number[][] }> {
  const n = matrix.length;
  // Scaled to a unit diagonal first, so that columns in different units do not look dependent.
  const scale = matrix.map((row, i) => Math.sqrt(row[i]!));
  if (scale.some((value) => !(value > 0))) return undefinedBecause('the matrix is singular');
  const factor = matrix.map(() => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let value = matrix[i]![j]! / (scale[i]! * scale[j]!);
      for (let k = 0; k < j; k++) value -= factor[i]![k]! * factor[j]![k]!;
      if (i > j) factor[i]![j] = value / factor[j]![j]!;
      else if (value > 1e-13) factor[i]![i] = Math.sqrt(value);
      else return undefinedBecause('the matrix is singular: its columns depend on each other');
    }
  }
  const inverse = matrix.map(() => new Array<number>(n).fill(0));
  for (let column = 0; column < n; column++) {
    const x = new Array<number>(n).fill(0);
    for (let i = 0; i < n; i++) {
      let value = i === column ? 1 : 0;
      for (let k = 0; k < i; k++) value -= factor[i]![k]! * x[k]!;
      x[i] = value / factor[i]![i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let value = x[i]!;
      for (let k = i + 1; k < n; k++) value -= factor[k]![i]! * x[k]!;
      x[i] = value / factor[i]![i]!;
    }
    for (let i = 0; i < n; i++) inverse[i]![column] = x[i]! / (scale[i]! * scale[column]!);
  }
  return { defined: true, inverse };
}

export const multiply = (matrix: Matrix, vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((total, value, i) => total + value * vector[i]!, 0));

/** XᵀWX with weights per row. */
export function gram(rows: Matrix, weights?: readonly number[]): number[][] {
  const width = rows[0]?.length ?? 0;
  const result = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  rows.forEach((row, r) => {
    const weight = weights?.[r] ?? 1;
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) result[i]![j]! += weight * row[i]! * row[j]!;
    }
  });
  return result;
}

/** Xᵀy. */
export function crossProduct(rows: Matrix, y: readonly number[]): number[] {
  const result = new Array<number>(rows[0]?.length ?? 0).fill(0);
  rows.forEach((row, r) => row.forEach((value, i) => (result[i]! += value * y[r]!)));
  return result;
}
