import { SextantError } from '@sextant/schema';

/** When a feature counts as dead: it did not fire for a window of tokens, or of steps. */
export interface DeadRule {
  unit: 'tokens' | 'steps';
  window: number;
  /** Dead at `window` units of silence, or only past them (SAELens). */
  past?: boolean;
  /** Which features a step calls dead: before its own firing is counted (SAELens), or after (dictionary_learning). */
  judged: 'before' | 'after';
}

/** How long each feature has been silent. */
export class DeadFeatures {
  private readonly silent: Float64Array;

  constructor(n: number, readonly rule: DeadRule) {
    this.silent = new Float64Array(n);
  }

  /**
   * Counts one step.
   * @param counts on how many of the step's tokens each feature fired, [n]
   * @returns the features the rule calls dead in this step, ascending
   */
  observe(counts: ArrayLike<number>, tokens: number): Int32Array {
    const before = this.rule.judged === 'before' ? this.dead() : null;
    const grown = this.rule.unit === 'tokens' ? tokens : 1;
    for (let i = 0; i < this.silent.length; i++) this.silent[i] = counts[i]! > 0 ? 0 : this.silent[i]! + grown;
    return before ?? this.dead();
  }

  /** Dead features, ascending. */
  dead(): Int32Array {
    const { window, past } = this.rule;
    const found: number[] = [];
    for (let i = 0; i < this.silent.length; i++) if (past ? this.silent[i]! > window : this.silent[i]! >= window) found.push(i);
    return Int32Array.from(found);
  }

  /** Units of silence of each feature, for a checkpoint. */
  state(): Float64Array {
    return this.silent.slice();
  }

  restore(silent: Float64Array): void {
    if (silent.length !== this.silent.length) {
      throw new SextantError('INVALID_INPUT', `dead counters of ${silent.length} features cannot continue a dictionary of ${this.silent.length}`, { field: 'dead' });
    }
    this.silent.set(silent);
  }
}
