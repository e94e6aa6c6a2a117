import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Rng, tf } from '@sextant/compute';
import { openSafetensors, writeSafetensors } from '@sextant/formats';
import { transposed } from './transposed';

const FILE = 'dictionary.safetensors';

export interface PlantedOptions {
  d: number;
  n: number;
  batchSize: number;
  batches: number;
  /** Directions in each row's mix. */
  active: number;
  seed: number;
}

/** What both sides of a dictionary row read. */
export interface Planted {
  d: number;
  n: number;
  batchSize: number;
  /** Batches [batchSize, d], in order. */
  batches: Float32Array[];
  /** Unit rows [n, d] that both sides start from: the planted directions, disturbed. */
  directions: Float32Array;
  /** [d] of the first batch. */
  mean: Float32Array;
}

/**
 * Writes activations made of known directions, and a dictionary close to them, as a run finds it after its first
 * hundred steps. Each row is a mean plus `active` of n unit vectors with strengths in 0.5 … 1.5 plus noise.
 */
export function writePlanted(dir: string, { d, n, batchSize, batches, active, seed }: PlantedOptions): void {
  if (existsSync(join(dir, FILE))) return;
  mkdirSync(dir, { recursive: true });
  const rng = new Rng(seed);
  const truth = unitRows(rng.fork('directions').normals(n * d), d);
  const centre = rng.fork('mean').normals(d, 0.3);
  const rows = batches * batchSize;
  const x = rng.fork('noise').normals(rows * d, 0.05);
  const draw = rng.fork('mix');
  for (let row = 0; row < rows; row++) {
    const to = x.subarray(row * d, (row + 1) * d);
    for (let t = 0; t < d; t++) to[t]! += centre[t]!;
    for (let j = 0; j < active; j++) {
      const [from, strength] = [draw.int(n) * d, 0.5 + draw.uniform()];
      for (let t = 0; t < d; t++) to[t]! += strength * truth[from + t]!;
    }
  }
  const disturbance = rng.fork('disturbance').normals(n * d, 0.5 / Math.sqrt(d));
  const directions = unitRows(truth.map((value, i) => value + disturbance[i]!), d);
  const mean = tf.tidy(() => Float32Array.from(tf.mean(tf.tensor2d(x.slice(0, batchSize * d), [batchSize, d]), 0).dataSync()));
  writeSafetensors(join(dir, FILE), {
    batches: { dtype: 'F32', shape: [batches, batchSize, d], data: x },
    directions: { dtype: 'F32', shape: [n, d], data: directions },
    mean: { dtype: 'F32', shape: [d], data: mean },
  });
}

export function readPlanted(dir: string): Planted {
  const file = openSafetensors(join(dir, FILE));
  try {
    const [count = 0, batchSize = 0, d = 0] = file.info('batches').shape;
    const all = file.read('batches');
    const directions = file.read('directions');
    const batches = Array.from({ length: count }, (_, i) => all.slice(i * batchSize * d, (i + 1) * batchSize * d));
    return { d, n: directions.length / d, batchSize, batches, directions, mean: file.read('mean') };
  } finally {
    file.close();
  }
}

/** Weights in SAELens's layout from unit rows [n, d] times `norm`. */
export function initialWeights({ directions, n, d }: Planted, norm = 1): { W_enc: Float32Array; W_dec: Float32Array } {
  const rows = norm === 1 ? directions : directions.map((value) => value * norm);
  return { W_enc: transposed(rows, n, d), W_dec: rows };
}

function unitRows(rows: Float32Array, d: number): Float32Array {
  for (let start = 0; start < rows.length; start += d) {
    let square = 0;
    for (let t = start; t < start + d; t++) square += rows[t]! ** 2;
    for (let t = start; t < start + d; t++) rows[t]! /= Math.sqrt(square);
  }
  return rows;
}
