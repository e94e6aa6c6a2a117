import { SextantError } from '@sextant/schema';
import type { ConfigReader } from '../configReader';

/**
 * Keys of published config.json files that change nothing about what a decoder computes: names and versions, the use of
 * caches and of heads for other tasks, what only training or generation reads.
 */
const inert = new Set([
  ...['architectures', 'auto_map', 'model_type', 'transformers_version', 'torch_dtype', 'dtype', 'tokenizer_class', 'prefix', 'task_specific_params'],
  ...['use_cache', 'cache_implementation', 'is_decoder', 'is_llama_config', 'return_dict', 'return_dict_in_generate', 'output_hidden_states', 'output_attentions'],
  ...['output_scores', 'output_past', 'torchscript', 'use_bfloat16', 'tf_legacy_loss', 'gradient_checkpointing', 'finetuning_task', 'problem_type', 'id2label'],
  ...['label2id', 'num_labels', 'pretraining_tp', 'initializer_range', 'initializer_factor', 'chunk_size_feed_forward', 'reorder_and_upcast_attn', 'n_ctx'],
  ...['max_length', 'min_length', 'do_sample', 'early_stopping', 'num_beams', 'num_beam_groups', 'diversity_penalty', 'temperature', 'top_k', 'top_p', 'typical_p'],
  ...['repetition_penalty', 'length_penalty', 'no_repeat_ngram_size', 'encoder_no_repeat_ngram_size', 'bad_words_ids', 'num_return_sequences', 'suppress_tokens'],
  ...['begin_suppress_tokens', 'exponential_decay_length_penalty', 'remove_invalid_values', 'unsloth_fixed', 'tie_encoder_decoder', 'transformers.js_config'],
]);
/** Names that start with an underscore are notes; drop-out is off outside training; ids of tokens are the tokenizer's. */
const inertPattern = /^_|dropout|pdrop|^summary_|_token_ids?$|_token_index$|_version$/;

/** Words of names that describe a computation; a text or a switch under such a name is not passed over. */
const computes = /act|alibi|attn|attention|bias|cap|clip|embed|expert|factor|gate|head|hidden|layer|logit|loss|mlp|moe|multipl|norm|parallel|qk|quant|residual|rope|rotary|scal|share|tie|window/i;

/**
 * Every key of a config.json that may change what the model computes must have been read by its family; a loader that passes
 * over one computes something else without a word. Refused are: a name that looks like a misspelling of one that the
 * family looked for and did not find; a number, list or object under any name; text and `true` under a name that
 * speaks of computation. Passed over are `null`, `false`, the inert names above and other text.
 * @throws SextantError INVALID_FILE naming the key and its value.
 */
export function refuseUnreadKeys(config: ConfigReader, family: string): void {
  const absent = config.absent();
  for (const key of config.unread()) {
    const value = valueAt(config, key);
    const name = key.slice(key.lastIndexOf('.') + 1);
    if (inert.has(key) || inertPattern.test(name) || isEmpty(value)) continue;
    const meant = absent.find((wanted) => isNear(wanted, name));
    const harmless = value === false || ((typeof value === 'string' || value === true) && !computes.test(name));
    if (harmless && meant === undefined) continue;
    const advice = meant === undefined ? 'if it changes nothing, remove it from the file' : `did you mean "${meant}"?`;
    throw new SextantError(
      'INVALID_FILE',
      `${config.file}: "${key}" is ${JSON.stringify(value).slice(0, 120)}, which a ${family} model does not know and which may change what it computes; ${advice}`,
      { file: config.file, field: key, value, hint: advice },
    );
  }
}

function valueAt(config: ConfigReader, path: string): unknown {
  let reader: ConfigReader | null = config;
  const keys = path.split('.');
  const last = keys.pop()!;
  for (const key of keys) reader = reader?.section(key) ?? null;
  return reader?.values[last] ?? config.values[path];
}

function isEmpty(value: unknown): boolean {
  return (Array.isArray(value) && value.length === 0) || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

/** At most two letters inserted, removed or replaced, of names long enough that this is no coincidence. */
function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 2 || Math.min(a.length, b.length) < 5) return false;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length]! <= 2;
}
