import * as tf from '@tensorflow/tfjs';

export interface BackendSpeed {
  /** Billions of floating-point operations a second in a square matrix product; the median of the repeats. */
  matMulGflops: number;
  /** Billions of bytes a second read and written by an addition of two large arrays; the median of the repeats. */
  addGigabytes: number;
}

/** Times the selected backend for about a second. Another busy program on the machine makes it look slower. */
export async function measureBackend({ size = 512, length = 2 ** 23, repeats = 7 } = {}): Promise<BackendSpeed> {
  const a = tf.tidy(() => tf.randomUniform([size, size], -1, 1, 'float32', 1));
  const b = tf.tidy(() => tf.randomUniform([size, size], -1, 1, 'float32', 2));
  // Together larger than a processor's cache.
  const [x, y] = tf.tidy(() => [tf.ones([length]), tf.ones([length])] as const);
  try {
    const product = await medianSeconds(repeats, () => tf.matMul(a, b));
    const addition = await medianSeconds(repeats, () => tf.add(x, y));
    return { matMulGflops: (2 * size ** 3) / product / 1e9, addGigabytes: (3 * 4 * length) / addition / 1e9 };
  } finally {
    tf.dispose([a, b, x, y]);
  }
}

/** Reading one value back waits for backends that compute in the background. */
async function medianSeconds(repeats: number, run: () => tf.Tensor): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i <= repeats; i++) {
    const started = performance.now();
    const result = run();
    const last = tf.tidy(() => tf.slice(tf.reshape(result, [-1]), [0], [1]));
    await last.data();
    times.push((performance.now() - started) / 1000);
    tf.dispose([result, last]);
  }
  // The first run warms up caches and pools.
  const sorted = times.slice(1).sort((p, q) => p - q);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
