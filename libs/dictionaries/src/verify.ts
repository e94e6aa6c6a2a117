import { denseCodes, tf, type Codes } from '@sextant/compute';
import { fromBfloat16, openSafetensors, toBfloat16, type SafetensorsFile } from '@sextant/formats';
import { loadDictionary } from './formats';
import type { LoadOptions } from './saeLens/read';

/** Relative L2 error a token may have: six times what float32 libraries differ from float64 (fixtures README). */
export const referenceTolerance = 2e-6;

/** A token whose k-th and next pre-activation are exactly equal: any of the tied features may be kept. */
export interface BoundaryTie {
  row: number;
  tied_features: number[];
}

export interface VerifyOptions extends LoadOptions {
  tolerance?: number;
  /** Tensor names of the references to compare with; `f` and `x_hat` by default, and the forward pass where stored. */
  tensors?: { codes?: string; reconstruction?: string; forward?: string };
  boundaryTies?: BoundaryTie[];
  /** Rows left out: where the reference itself is not a number. */
  skipRows?: number[];
  /** Leave out the features beyond the last that the reference has active: nested widths that were not in use. */
  onlyActiveFeatures?: boolean;
  /** Round the input to bfloat16 first: what a reference in that type has read. */
  bfloat16Input?: boolean;
}

export interface TensorError {
  tensor: string;
  maxAbsolute: number;
  /** Largest relative L2 error over the rows compared. */
  maxRowRelative: number;
  /** Row of that error. */
  worstRow: number;
  rows: number;
  passed: boolean;
}

export interface VerifyReport {
  path: string;
  architecture: string;
  tolerance: number;
  errors: TensorError[];
  /** Entries active in one of the two codes only, ties aside. */
  supportMismatches: number;
  passed: boolean;
}

/**
 * Loads a dictionary, encodes and decodes the reference input, and compares with what the original library computed.
 * @param referencesPath safetensors with `x` [N, d], `f` [N, n], `x_hat` [N, dOut]
 */
export function verifyDictionary(path: string, referencesPath: string, options: VerifyOptions = {}): VerifyReport {
  const { tolerance = referenceTolerance, tensors = {}, boundaryTies = [], skipRows = [], onlyActiveFeatures = false, bfloat16Input = false, scale } = options;
  const dictionary = loadDictionary(path, scale === undefined ? {} : { scale });
  const file = openSafetensors(referencesPath);
  try {
    const names = { codes: 'f', reconstruction: 'x_hat', ...tensors };
    const expected = rowsOf(file, names.codes, dictionary.n);
    const [codes, reconstruction, forward] = tf.tidy(() => {
      const input = file.read('x');
      const x = tf.tensor2d(bfloat16Input ? fromBfloat16(toBfloat16(input)) : input, [expected.rows, dictionary.d]);
      const raw = onlyActiveFeatures ? upTo(lastActive(expected), dictionary.rawEncode(x)) : dictionary.rawEncode(x);
      return [denseCodes(raw).dataSync(), dictionary.rawDecode(raw, x).dataSync(), dictionary.reconstruct(x).dataSync()] as const;
    });
    const ties = new Map(boundaryTies.map((tie) => [tie.row, tie]));
    const skipped = new Set(skipRows);
    const found = rowsFrom(codes, dictionary.n);
    const errors = [compare(names.codes, found, expected, (row) => (skipped.has(row) ? null : tieAware(found, expected, row, ties.get(row))), tolerance)];
    // A tie shows in the reconstruction as well; which feature won is not a difference.
    const plain = (row: number) => !skipped.has(row) && !differsAtTie(found, expected, row, ties.get(row));
    const check = (tensor: string, values: ArrayLike<number>) => {
      const [actual, reference] = [rowsFrom(values, dictionary.dOut), rowsOf(file, tensor, dictionary.dOut)];
      errors.push(compare(tensor, actual, reference, (row) => (plain(row) ? [actual.row(row), reference.row(row)] : null), tolerance));
    };
    check(names.reconstruction, reconstruction);
    if (names.forward) check(names.forward, forward);
    let supportMismatches = 0;
    for (let row = 0; row < expected.rows; row++) {
      if (!plain(row)) continue;
      const [a, b] = [found.row(row), expected.row(row)];
      for (let i = 0; i < a.length; i++) if ((a[i] !== 0) !== (b[i] !== 0)) supportMismatches++;
    }
    const passed = supportMismatches === 0 && errors.every((error) => error.passed);
    return { path, architecture: dictionary.architecture, tolerance, errors, supportMismatches, passed };
  } finally {
    file.close();
    dictionary.dispose();
  }
}

/** One more than the last feature that is active anywhere. */
function lastActive(codes: Rows): number {
  let last = 0;
  for (let row = 0; row < codes.rows; row++) codes.row(row).forEach((value, feature) => (last = value === 0 ? last : Math.max(last, feature + 1)));
  return last;
}

function upTo(width: number, codes: Codes): Codes {
  const all = denseCodes(codes);
  const [rows, n] = [codes.rows, codes.n];
  return { layout: 'dense', rows, n, dense: tf.mul(all, tf.less(tf.range(0, n, 1, 'int32'), width).toFloat()).as2D(rows, n) };
}

interface Rows {
  rows: number;
  row(index: number): number[];
}

function rowsFrom(values: ArrayLike<number>, width: number): Rows {
  const data = Array.from(values);
  return { rows: data.length / width, row: (index) => data.slice(index * width, (index + 1) * width) };
}

function rowsOf(file: SafetensorsFile, name: string, width: number): Rows {
  return rowsFrom(file.read(name, { allowNonFinite: true }), width);
}

/** With a tie at the boundary, the sorted values must agree; otherwise every entry. */
function tieAware(found: Rows, expected: Rows, row: number, tie: BoundaryTie | undefined): [number[], number[]] {
  const [a, b] = [found.row(row), expected.row(row)];
  if (!tie) return [a, b];
  const descending = (x: number, y: number) => y - x;
  return [a.sort(descending), b.sort(descending)];
}

function differsAtTie(found: Rows, expected: Rows, row: number, tie: BoundaryTie | undefined): boolean {
  if (!tie) return false;
  const [a, b] = [found.row(row), expected.row(row)];
  return tie.tied_features.some((feature) => (a[feature] !== 0) !== (b[feature] !== 0));
}

type Pair = [actual: number[], reference: number[]];

function compare(tensor: string, found: Rows, expected: Rows, pairOf: (row: number) => Pair | null, tolerance: number): TensorError {
  const error: TensorError = { tensor, maxAbsolute: 0, maxRowRelative: 0, worstRow: 0, rows: 0, passed: found.rows === expected.rows };
  for (let row = 0; row < expected.rows; row++) {
    const pair = pairOf(row);
    if (!pair) continue;
    const [actual, reference] = pair;
    let [difference, size] = [0, 0];
    for (let i = 0; i < reference.length; i++) {
      const gap = Math.abs(actual[i]! - reference[i]!);
      error.maxAbsolute = Math.max(error.maxAbsolute, gap);
      difference += gap ** 2;
      size += reference[i]! ** 2;
    }
    const relative = difference === 0 ? 0 : Math.sqrt(difference) / Math.max(Math.sqrt(size), 1e-3);
    error.rows += 1;
    if (!(relative <= error.maxRowRelative)) [error.maxRowRelative, error.worstRow] = [relative, row];
  }
  error.passed &&= error.maxRowRelative <= tolerance;
  return error;
}
