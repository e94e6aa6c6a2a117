import * as tf from '@tensorflow/tfjs';

/**
 * What `tf.tidy` returns is searched for tensors to keep. TF.js does so by enumerating every property, the elements of
 * typed arrays included: `tf.tidy(() => x.dataSync())` of a million numbers takes seconds. This search looks where
 * tensors can be and gives TF.js their list instead.
 */
export function searchTidyResultsQuickly(): void {
  const engine = tf.engine();
  const endScope = engine.endScope.bind(engine);
  engine.endScope = (result) => endScope(tensorsIn(result));
}

/** All tensors in a value made of tensors, arrays and plain objects. */
export function tensorsIn(value: unknown): tf.Tensor[] {
  const found: tf.Tensor[] = [];
  collect(value, found, new Set());
  return found;
}

function collect(value: unknown, found: tf.Tensor[], seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if (seen.has(value)) return;
  seen.add(value);
  if (value instanceof tf.Tensor) {
    found.push(value);
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found, seen);
    return;
  }
  for (const item of Object.values(value)) collect(item, found, seen);
}
