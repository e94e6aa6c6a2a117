import type { Rng } from '@sextant/compute';
import { SextantError } from '@sextant/schema';

export interface SamplingOptions {
  /** 0 (the default) takes the likeliest token. */
  temperature?: number;
  /** Sample among this many likeliest tokens. */
  topK?: number;
  /** Sample among the likeliest tokens that together hold this probability, after `topK`. */
  topP?: number;
}

/** @throws SextantError INVALID_INPUT naming the option and its value. */
export function checkSampling({ temperature = 0, topK, topP }: SamplingOptions): void {
  const refuse = (field: string, value: number, expected: string): never => {
    throw new SextantError('INVALID_INPUT', `${field} is ${value}; expected ${expected}`, { field, value });
  };
  if (!(temperature >= 0 && Number.isFinite(temperature))) refuse('temperature', temperature, 'a number from 0 on');
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1)) refuse('topK', topK, 'a whole number from 1 on');
  if (topP !== undefined && !(topP > 0 && topP <= 1)) refuse('topP', topP, 'a number above 0 and at most 1');
}

/**
 * Draws a token from logits; equal logits go to the lower id. One draw takes one number of `rng`, greedy takes none.
 * @throws SextantError INVALID_INPUT for logits that are no numbers.
 */
export function sampleToken(logits: Float32Array, { temperature = 0, topK = logits.length, topP = 1 }: SamplingOptions, rng: Rng): number {
  const best = likeliestId(logits);
  if (temperature === 0) return best;
  const weightOf = (id: number) => Math.exp((logits[id]! - logits[best]!) / temperature);
  const limited = topK < logits.length || topP < 1;
  const ids = limited ? likeliest(logits, logits[best]!, temperature, topK, topP) : Array.from(logits.keys());
  const total = ids.reduce((sum, id) => sum + weightOf(id), 0);
  let rest = rng.uniform() * total;
  for (const id of ids) {
    rest -= weightOf(id);
    if (rest < 0) return id;
  }
  return ids.at(-1)!;
}

/** One plain loop: with a large vocabulary this runs for every token, and a callback for each logit would show. */
function likeliestId(logits: Float32Array): number {
  let [best, top] = [0, -Infinity];
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (logit > top || Number.isNaN(logit)) [best, top] = [id, logit];
  }
  if (Number.isFinite(top)) return best;
  throw new SextantError('INVALID_INPUT', `the logit of token ${best} is ${top}; a hook has driven the model beyond float32, use a smaller dose`, { value: best });
}

/**
 * The likeliest ids that `topK` and then `topP` leave, best first. Only tokens near the best are sorted: the band below it
 * is doubled until what it leaves out can no longer matter.
 */
function likeliest(logits: Float32Array, best: number, temperature: number, topK: number, topP: number): number[] {
  const weightOf = (logit: number) => Math.exp((logit - best) / temperature);
  const limited = topK < logits.length;
  const total = limited ? 0 : logits.reduce((sum, logit) => sum + weightOf(logit), 0);
  for (let band = 4 * temperature; ; band *= 2) {
    const near: number[] = [];
    let held = 0;
    for (let id = 0; id < logits.length; id++) {
      if (logits[id]! < best - band) continue;
      near.push(id);
      held += weightOf(logits[id]!);
    }
    const enough = limited ? near.length >= topK : held >= topP * total;
    if (!enough && near.length < logits.length) continue;
    const ranked = near.sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, topK);
    const weights = ranked.map((id) => weightOf(logits[id]!));
    const share = topP * (limited ? weights.reduce((sum, weight) => sum + weight, 0) : total);
    let cumulative = 0;
    const crossing = weights.findIndex((weight) => (cumulative += weight) >= share);
    return crossing < 0 ? ranked : ranked.slice(0, crossing + 1);
  }
}
