import type { Rng } from '@sextant/compute';
import { ConfigReader } from './configReader';
import { Weights } from './decoder/weights';
import { describeModel } from './families/registry';
import type { JsonObject } from './json';
import { LanguageModel } from './languageModel';
import { parametersOf, sizeOf, type ParameterSpec } from './parameters';
import type { Tokenizer } from './tokenizer/tokenizer';

/**
 * A fresh model. `config` is what its config.json will say, in Hugging Face's keys. Matrices are drawn from
 * N(0, initializer_range²), those that write to the residual stream smaller by sqrt(2 · layers) (GPT-2,
 * Radford et al. 2019), gains are one and biases zero.
 * @throws SextantError INVALID_FILE naming the field of a bad config.
 */
export function initModel(config: JsonObject, tokenizer: Tokenizer | null, rng: Rng): LanguageModel {
  const reader = new ConfigReader(config, 'config');
  const { architecture } = describeModel(reader);
  const residualStd = architecture.initStd / Math.sqrt(2 * architecture.blocks.length);
  const draw = ({ shape, init, gain = 1 }: ParameterSpec): Float32Array => {
    const data = new Float32Array(sizeOf(shape));
    if (init === 'gain') return data.fill(gain);
    if (init === 'zero') return data;
    const std = init === 'residual' ? residualStd : architecture.initStd;
    return data.map(() => std * rng.normal());
  };
  const weights = new Weights(architecture, (take) => parametersOf(architecture).forEach((parameter) => take(parameter, draw(parameter))));
  return new LanguageModel(architecture, weights, { config, generation: {}, tokenizer, path: 'a new model' });
}
