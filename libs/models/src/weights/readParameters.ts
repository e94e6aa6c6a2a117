import { SextantError } from '@sextant/schema';
import type { Architecture } from '../architecture';
import type { TensorPlacement } from '../families/family';
import { parametersOf, type ParameterSpec, type Shape } from '../parameters';
import type { WeightSource } from './weightSource';

/** Called for each parameter as soon as its values are read; `data` may be kept. */
export type TakeParameter = (parameter: ParameterSpec, data: Float32Array) => void;

/**
 * Reads every parameter of an architecture, tensor by tensor, so that no more than one is in memory twice.
 * Names and shapes are checked before the first value is read.
 * @throws SextantError INVALID_FILE naming file, tensor and value: missing or unknown tensors, wrong shapes,
 * a stored unembedding that differs from the embedding it is said to be tied to.
 */
export function readParameters(source: WeightSource, placement: TensorPlacement, architecture: Architecture, take: TakeParameter): void {
  const parameters = parametersOf(architecture);
  const bindings = placement.tensors(parameters, architecture);
  const present = new Set(source.names());
  const { optionalPrefix: prefix } = placement;
  const bare = prefix !== undefined && ![...present].some((name) => name.startsWith(prefix));
  const stored = (tensor: string) => (bare && tensor.startsWith(prefix) ? tensor.slice(prefix.length) : tensor);

  const expected = new Map(bindings.map((binding) => [stored(binding.tensor), binding]));
  for (const [name, { shape }] of expected) {
    if (!present.has(name)) throw missing(source, name, architecture);
    const found = source.shape(name);
    if (!sameShape(found, shape)) {
      throw new SextantError('INVALID_FILE', `${source.file(name)}: tensor "${name}" has shape [${found.join(', ')}]; config.json makes it [${shape.join(', ')}]`, {
        file: source.file(name),
        tensor: name,
        value: found,
      });
    }
  }
  const head = architecture.tied ? tiedHead(placement, architecture) : null;
  const unknown = [...present].find((name) => !expected.has(name) && name !== head && !placement.buffers?.test(name));
  if (unknown !== undefined) {
    throw new SextantError('INVALID_FILE', `${source.file(unknown)}: tensor "${unknown}" is not part of a ${architecture.family} model of this configuration`, {
      file: source.file(unknown),
      tensor: unknown,
      value: source.shape(unknown),
    });
  }
  for (const [name, { parameters: parts, layout }] of expected) {
    const data = source.read(name);
    if (head !== null && present.has(head) && parts[0]!.name === 'embed.weight') assertTied(source, name, head, data);
    const split = layout.split(data, parts.map(({ shape }) => shape));
    parts.forEach((parameter, i) => take(parameter, split[i]!));
  }
}

/** Name under which an unembedding of its own would be stored. */
function tiedHead(placement: TensorPlacement, architecture: Architecture): string | null {
  const untied = { ...architecture, tied: false };
  const unembed = parametersOf(untied).filter(({ name }) => name === 'unembed.weight');
  return placement.tensors(unembed, untied)[0]?.tensor ?? null;
}

function assertTied(source: WeightSource, embedding: string, head: string, data: Float32Array): void {
  const other = source.read(head);
  const at = other.length === data.length ? data.findIndex((value, i) => value !== other[i]) : Math.min(data.length, other.length);
  if (at < 0) return;
  throw new SextantError(
    'INVALID_FILE',
    `${source.file(head)}: config.json ties the embeddings, but "${head}" differs from "${embedding}" at element ${at} (${other[at]} and ${data[at]}); ` +
      'set "tie_word_embeddings" to what the model was trained with',
    { file: source.file(head), tensor: head, field: 'tie_word_embeddings', value: other[at] },
  );
}

function missing(source: WeightSource, name: string, architecture: Architecture): SextantError {
  const hint = !architecture.tied && /head|embed_out/.test(name) ? '; if the embeddings are tied, config.json must say "tie_word_embeddings": true' : '';
  const has = source.names().slice(0, 4).join(', ');
  return new SextantError('INVALID_FILE', `${source.file()}: tensor "${name}" is missing (the file has ${has || 'no tensors'}, …)${hint}`, {
    file: source.file(),
    tensor: name,
  });
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}
