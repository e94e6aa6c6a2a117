import type { RopeSpec } from './architecture';
import type { ConfigReader } from './configReader';

/** Where a config.json says how heads rotate; the keys of Transformers 4 differ between families. */
export interface RopeSource {
  headDim: number;
  /** Base where the file names none. */
  theta: number;
  contextLength: number;
  /** Keys of Transformers 4, which nearly all published files have. */
  legacy: { theta: string; partial?: string; scaling?: string };
  /** Share of each head that rotates where the file names none. */
  partial?: number;
  /** Key inside `rope_parameters` when it holds one object per layer type (Gemma 3). */
  layerType?: string;
}

/**
 * Rotary settings from `rope_parameters` (Transformers 5) or from `rope_theta`, `rope_scaling` and their like
 * (Transformers 4). Formulas: transformers/modeling_rope_utils.py.
 * @throws SextantError INVALID_FILE for an unknown `rope_type` or a missing factor.
 */
export function readRope(config: ConfigReader, source: RopeSource): RopeSpec {
  const all = config.section('rope_parameters');
  const parameters = source.layerType === undefined ? all : (all?.section(source.layerType) ?? null);
  const legacyScaling = source.legacy.scaling === undefined ? null : config.section(source.legacy.scaling);
  const scaling = parameters ?? legacyScaling;
  const theta = parameters ? parameters.positive('rope_theta', source.theta) : config.positive(source.legacy.theta, source.theta);
  const partialKey = source.legacy.partial ?? 'partial_rotary_factor';
  const partial = parameters?.has('partial_rotary_factor') ? parameters.positive('partial_rotary_factor') : config.positive(partialKey, source.partial ?? 1);
  const rotaryDims = Math.floor(source.headDim * partial);
  if (rotaryDims < 2 || rotaryDims % 2 !== 0 || rotaryDims > source.headDim) {
    config.refuse(partialKey, `a share of the ${source.headDim} dimensions of a head that gives an even number of them`);
  }
  const base: RopeBase = { theta, rotaryDims, contextLength: source.contextLength };
  const typeKey = scaling?.has('rope_type') === false && scaling.has('type') ? 'type' : 'rope_type';
  // Files that serve old and new readers have both spellings of the type, and the base inside as well as outside.
  scaling?.ignore('type', 'rope_theta', 'partial_rotary_factor');
  const scale = scaling === null ? scalings.default! : scaling.choice(typeKey, scalings, 'default');
  return { rotaryDims, style: 'half', ...scale(base, scaling ?? config) };
}

interface RopeBase {
  theta: number;
  rotaryDims: number;
  contextLength: number;
}

type Scaling = (base: RopeBase, config: ConfigReader) => Pick<RopeSpec, 'inverseFrequencies' | 'attentionScaling'>;

const scalings: Readonly<Record<string, Scaling>> = {
  default: (base) => fixed(frequencies(base)),
  linear: (base, config) => {
    const factor = config.positive('factor');
    return fixed(frequencies(base).map((frequency) => frequency / factor));
  },
  /** NTK-aware scaling whose base grows with the sequence once it passes the trained length. */
  dynamic: (base, config) => {
    const factor = config.positive('factor');
    const trained = config.size('original_max_position_embeddings', base.contextLength);
    const { theta, rotaryDims } = base;
    const unscaled = frequencies(base);
    return {
      attentionScaling: 1,
      inverseFrequencies(length) {
        if (length <= trained) return unscaled;
        const growth = ((factor * length) / trained - (factor - 1)) ** (rotaryDims / (rotaryDims - 2));
        return frequencies({ ...base, theta: theta * growth });
      },
    };
  },
  /** Llama 3.1: long wavelengths are divided by the factor, short ones kept, those between blended. */
  llama3: (base, config) => {
    const [factor, low, high] = [config.positive('factor'), config.positive('low_freq_factor'), config.positive('high_freq_factor')];
    const trained = config.size('original_max_position_embeddings');
    return fixed(
      frequencies(base).map((frequency) => {
        const wavelength = (2 * Math.PI) / frequency;
        if (wavelength < trained / high) return frequency;
        if (wavelength > trained / low) return frequency / factor;
        const smooth = (trained / wavelength - low) / (high - low);
        return ((1 - smooth) * frequency) / factor + smooth * frequency;
      }),
    );
  },
  /** Frequencies divided by factors of their own, one list for sequences within the trained length and one beyond (Phi-3's LongRoPE). */
  longrope: (base, config) => {
    const trained = config.size('original_max_position_embeddings', base.contextLength);
    const factor = config.positive('factor', base.contextLength / trained);
    const divided = (key: string) => {
      const factors = config.numbers(key, base.rotaryDims / 2);
      return powers(base).map((power, i) => 1 / Math.fround(Math.fround(factors[i]!) * power));
    };
    const [short, long] = [divided('short_factor'), divided('long_factor')];
    const attentionScaling = config.positive('attention_factor', factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained)));
    return { attentionScaling, inverseFrequencies: (length) => (length > trained ? long : short) };
  },
  /** YaRN (Peng et al. 2023): interpolate slow dimensions, keep fast ones, and sharpen attention. */
  yarn: (base, config) => {
    const trained = config.size('original_max_position_embeddings', base.contextLength);
    const factor = config.positive('factor', base.contextLength / trained);
    const sharpening = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
    const shared = config.has('mscale') && config.has('mscale_all_dim');
    const defaultScaling = shared ? sharpening(config.positive('mscale')) / sharpening(config.positive('mscale_all_dim')) : sharpening(1);
    const dimensionOf = (rotations: number) => (base.rotaryDims * Math.log(trained / (rotations * 2 * Math.PI))) / (2 * Math.log(base.theta));
    const rounded = config.flag('truncate', true);
    const [first, last] = [dimensionOf(config.positive('beta_fast', 32)), dimensionOf(config.positive('beta_slow', 1))];
    const low = Math.max(rounded ? Math.floor(first) : first, 0);
    const high = Math.min(rounded ? Math.ceil(last) : last, base.rotaryDims - 1);
    const width = low === high ? 0.001 : high - low;
    const blended = frequencies(base).map((frequency, i) => {
      const interpolated = Math.min(1, Math.max(0, (i - low) / width));
      return (frequency / factor) * interpolated + frequency * (1 - interpolated);
    });
    return { ...fixed(blended), attentionScaling: config.positive('attention_factor', defaultScaling) };
  },
};

function fixed(values: Float32Array): Pick<RopeSpec, 'inverseFrequencies' | 'attentionScaling'> {
  return { inverseFrequencies: () => values, attentionScaling: 1 };
}

/** theta^(−2i/rotaryDims), each step rounded to float32 as PyTorch computes it. */
function frequencies(base: RopeBase): Float32Array {
  return powers(base).map((power) => 1 / power);
}

function powers({ theta, rotaryDims }: RopeBase): Float32Array {
  return Float32Array.from({ length: rotaryDims / 2 }, (_, i) => theta ** Math.fround((2 * i) / rotaryDims));
}
