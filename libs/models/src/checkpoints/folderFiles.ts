const weights = [
  { single: 'model.safetensors', index: 'model.safetensors.index.json', shard: /-\d+-of-\d+\.safetensors$/ },
  { single: 'pytorch_model.bin', index: 'pytorch_model.bin.index.json', shard: /-\d+-of-\d+\.bin$/ },
];

/** Configuration, tokenizer, template, card and licence. */
const text = /(\.(json|jinja|md|model|txt)$)|^LICENSE/;

/**
 * Which names of a Hugging Face folder belong to the model: the weights that are read (safetensors before pickles, one file
 * before shards) and the texts. Copies of the weights for other programs stay where they are.
 */
export function folderFiles(names: readonly string[]): string[] {
  const has = (name: string) => names.includes(name);
  const layout = weights.find(({ single, index }) => has(single) || has(index));
  const isWeights = (name: string) => layout !== undefined && (has(layout.single) ? name === layout.single : layout.shard.test(name));
  return names.filter((name) => isWeights(name) || text.test(name));
}
