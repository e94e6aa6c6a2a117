import { tf } from '@sextant/compute';
import type { FeatureRef } from '@sextant/schema';
import type { StudyDictionary } from './model';
import type { BenchBatch, ResidualBench } from './residualBench';

/**
 * Activations of a few features on every token of a bench, computed once: the same feature is clamped at many doses and
 * matched by many controls. Owns its tensors.
 */
export class ActivationCache {
  private readonly known = new Map<BenchBatch, Map<number, tf.Tensor2D>>();
  private current: BenchBatch | null = null;

  constructor(
    private readonly bench: ResidualBench,
    private readonly dictionary: StudyDictionary,
    /** Digest that feature references name the dictionary by. */
    private readonly digest: string,
  ) {}

  /** Makes sure that these features' activations are there. */
  load(features: readonly number[]): void {
    for (const batch of this.bench.batches) {
      const own = this.known.get(batch) ?? new Map<number, tf.Tensor2D>();
      this.known.set(batch, own);
      const missing = [...new Set(features)].filter((feature) => !own.has(feature));
      if (missing.length === 0) continue;
      const columns: tf.Tensor2D[] = tf.tidy(() => tf.split(this.dictionary.encodeOne(batch.value, missing), missing.length, 1));
      missing.forEach((feature, i) => own.set(feature, columns[i]!));
    }
  }

  /** Says which batch the next lookups are about. */
  reading(batch: BenchBatch): void {
    this.current = batch;
  }

  /** Activations [N, 1] on the current batch's unchanged values; null where they were not loaded. */
  readonly lookup = (feature: FeatureRef): tf.Tensor2D | null => {
    if (feature.dictionary !== this.digest || !this.current) return null;
    return this.known.get(this.current)?.get(feature.index) ?? null;
  };

  dispose(): void {
    for (const columns of this.known.values()) for (const column of columns.values()) column.dispose();
    this.known.clear();
  }
}
