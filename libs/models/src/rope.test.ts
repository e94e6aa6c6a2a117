import { describe, expect, it } from 'vitest';
import { ConfigReader } from './configReader';
import type { JsonObject } from './json';
import { readRope, type RopeSource } from './rope';

/**
 * Expected frequencies come from a transcription of transformers/modeling_rope_utils.py into Python with float32
 * rounding at the same places; llama3 is held to Transformers itself by the family's fixture.
 */
function frequencies(values: JsonObject, changes: Partial<RopeSource> = {}, length = 1): number[] {
  const source = { headDim: 8, theta: 10000, contextLength: 64, legacy: { theta: 'rope_theta', scaling: 'rope_scaling' }, ...changes };
  return [...readRope(new ConfigReader(values, 'config.json'), source).inverseFrequencies(length)];
}

function expectClose(found: number[], expected: number[]): void {
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(2e-7));
}

describe('readRope', () => {
  it('reads both spellings alike', () => {
    const old = { rope_theta: 500000, rope_scaling: { type: 'linear', factor: 4 } };
    const now = { rope_parameters: { rope_theta: 500000, rope_type: 'linear', factor: 4 } };
    expect(frequencies(old)).toEqual(frequencies(now));
    expectClose(frequencies({}), [1, 0.100000001, 0.00999999978, 0.00100000005]);
  });

  it('scales linearly', () => {
    expectClose(frequencies({ rope_scaling: { rope_type: 'linear', factor: 4 } }), [0.25, 0.0250000004, 0.00249999994, 0.000250000012]);
  });

  it('grows a dynamic base only beyond the trained length', () => {
    const dynamic = { rope_scaling: { rope_type: 'dynamic', factor: 2 } };
    expectClose(frequencies(dynamic, {}, 64), [1, 0.100000001, 0.00999999978, 0.00100000005]);
    expectClose(frequencies(dynamic, {}, 100), [1, 0.0777822211, 0.00605007401, 0.000470588246]);
  });

  it('blends wavelengths as Llama 3.1 does', () => {
    const llama3 = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
    const expected = [1, 0.193922758, 0.0376060307, 0.00729266508, 0.00052484608, 3.42810235e-5, 6.64786967e-6, 1.28917316e-6];
    expectClose(frequencies({ rope_theta: 500000, rope_scaling: llama3 }, { headDim: 16 }), expected);
  });

  it('interpolates and sharpens as YaRN does', () => {
    const values = { rope_parameters: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 64, rope_theta: 10000 } };
    const expected = [1, 0.237170825, 0.05, 0.00790569415, 0.0025, 0.000790569415, 0.00025, 7.90569415e-5];
    expectClose(frequencies(values, { headDim: 16 }), expected);
    const source = { headDim: 16, theta: 10000, contextLength: 256, legacy: { theta: 'rope_theta' } };
    expect(readRope(new ConfigReader(values, 'config.json'), source).attentionScaling).toBeCloseTo(1.138629436111989, 12);
  });

  it('divides by one list of factors within the trained length and by another beyond it (LongRoPE)', () => {
    const longrope = { rope_type: 'longrope', short_factor: [1, 1, 2, 4], long_factor: [1, 2, 4, 8], original_max_position_embeddings: 32 };
    const values = { rope_scaling: longrope };
    expectClose(frequencies(values, {}, 32), [1, 0.1, 0.01 / 2, 0.001 / 4]);
    expectClose(frequencies(values, {}, 33), [1, 0.1 / 2, 0.01 / 4, 0.001 / 8]);
    const source = { headDim: 8, theta: 10000, contextLength: 128, legacy: { theta: 'rope_theta', scaling: 'rope_scaling' } };
    const scalingOf = (more: JsonObject) => readRope(new ConfigReader({ rope_scaling: { ...longrope, ...more } }, 'config.json'), source).attentionScaling;
    // sqrt(1 + ln(128 / 32) / ln 32)
    expect(scalingOf({})).toBeCloseTo(Math.sqrt(1.4), 12);
    expect(scalingOf({ attention_factor: 1.5 })).toBe(1.5);
    expect(() => scalingOf({ long_factor: [1, 2] })).toThrow(/"rope_scaling.long_factor" is \[1,2\]; expected a list of 4 numbers above 0/);
  });

  it('rotates a share of each head, and refuses a share that is no even number of dimensions', () => {
    const legacy = { theta: 'rotary_emb_base', partial: 'rotary_pct' };
    expect(frequencies({ rotary_pct: 0.5 }, { legacy }).length).toBe(2);
    expect(() => frequencies({ rotary_pct: 0.3, rotary_emb_base: 10000 }, { legacy, headDim: 10 })).toThrow(/"rotary_pct" is 0.3/);
  });
});
