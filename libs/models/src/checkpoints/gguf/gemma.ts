import type { JsonObject } from '../../json';
import type { ParameterSpec } from '../../parameters';
import { renamed, type TensorBinding } from '../../weights/bindings';
import { shifted } from '../../weights/layouts';
import type { GgufHeader } from './header';
import { decoderConfig } from './decoderConfig';
import { ggufNames } from './names';

/** llama.cpp adds the 1 of Gemma's (1 + weight) to the stored norms (conversion/gemma.py). */
export function gemmaTensors(parameters: readonly ParameterSpec[]): TensorBinding[] {
  const isNorm = ({ init }: ParameterSpec) => init === 'gain';
  const matrices = parameters.filter((parameter) => !isNorm(parameter));
  return [...renamed(matrices, ggufNames), ...renamed(parameters.filter(isNorm), ggufNames, shifted(1))];
}

export interface GemmaRules {
  modelType: string;
  window: number | null;
  /** Every so many layers one sees everything. */
  period: number;
  /** Layers of the size whose scores are scaled by hidden_size / heads rather than by the head's width. */
  largest: number;
  softcaps: { attention: number | null; final: number | null };
}

/**
 * What Gemma 2 and Gemma 3 share. The scale of the scores is not in the files that llama.cpp writes: it knows it by the number
 * of layers (src/models/gemma2.cpp, gemma3.cpp). `attention.scale`, where a file has it, says so itself.
 */
export function gemmaConfig(header: GgufHeader, { modelType, window, period, largest, softcaps }: GemmaRules): JsonObject {
  const { keys } = header;
  const config = decoderConfig(header);
  const [width, heads, layers] = [keys.size('embedding_length'), keys.size('attention.head_count'), keys.layers('block_count')];
  const headDim = keys.size('attention.key_length', Math.floor(width / heads));
  const scalar = keys.has('attention.scale') ? keys.positive('attention.scale') ** -2 : layers === largest ? width / heads : headDim;
  const cap = (key: string, fallback: number | null) => (keys.has(key) || fallback !== null ? keys.number(key, fallback ?? 0) || null : null);
  return {
    ...config,
    model_type: modelType,
    hidden_activation: 'gelu_pytorch_tanh',
    query_pre_attn_scalar: scalar,
    attn_logit_softcapping: cap('attn_logit_softcapping', softcaps.attention),
    final_logit_softcapping: cap('final_logit_softcapping', softcaps.final),
    sliding_window: window,
    layer_types: layerTypes(header, layers, window === null ? 1 : period),
  };
}

/** `attention.sliding_window_pattern` is a period, or one flag for each layer; without it the family's period counts. */
function layerTypes({ keys }: GgufHeader, layers: number, period: number): string[] {
  const key = 'attention.sliding_window_pattern';
  const listed = keys.values[key];
  const named = (slides: boolean) => (slides ? 'sliding_attention' : 'full_attention');
  if (Array.isArray(listed)) {
    if (listed.length < layers || listed.some((flag) => typeof flag !== 'boolean')) keys.refuse(key, `a number, or ${layers} times true or false`);
    keys.has(key);
    return listed.slice(0, layers).map((slides) => named(slides === true));
  }
  const every = keys.size(key, period);
  return Array.from({ length: layers }, (_, layer) => named(layer % every < every - 1));
}
