import { chatTemplate } from '../world/chat';
import { specialTokens } from './trainBpe';

/** The `tokenizer_config.json` of a tokenizer that `trainBpe` made, with the world's chat template. */
export function tokenizerConfig(contextLength: number): Record<string, unknown> {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: specialTokens.bos,
    eos_token: specialTokens.eos,
    pad_token: specialTokens.pad,
    add_bos_token: true,
    clean_up_tokenization_spaces: false,
    model_max_length: contextLength,
    chat_template: chatTemplate,
  };
}
