import { readFileSync } from 'node:fs';
import { SextantError } from '@sextant/schema';
import type { SpmPiece, SpmVocabulary } from './spmTokenizer';

/** Wire values of a protobuf message by field number: numbers, or bytes for strings and messages. */
type Fields = Map<number, (number | Uint8Array)[]>;

/** pieces, trainer_spec, normalizer_spec, self_test_data, denormalizer_spec; numbers from 200 are for extensions. */
const modelFields = [1, 2, 3, 4, 5];
const kinds: Readonly<Record<number, SpmPiece['kind']>> = { 1: 'normal', 2: 'unknown', 3: 'control', 4: 'user', 5: 'unused', 6: 'byte' };
const algorithms: Readonly<Record<number, SpmVocabulary['algorithm']>> = { 1: 'unigram', 2: 'bpe' };

/**
 * Reads a SentencePiece `.model` file (sentencepiece_model.proto) of the unigram or BPE kind.
 * @throws SextantError INVALID_FILE naming the file and what is wrong or not supported.
 */
export function readSentencePieceModel(file: string): SpmVocabulary {
  const refuse = (what: string): never => {
    throw new SextantError('INVALID_FILE', `${file}: ${what}`, { file });
  };
  const text = (bytes: Uint8Array | undefined) => bytes && (decoded(bytes) ?? refuse(`has a text that is no UTF-8: ${Buffer.from(bytes).toString('hex').slice(0, 40)}`));
  const message = (bytes: Uint8Array): Fields => readMessage(bytes) ?? refuse('is no SentencePiece model (its protobuf ends too early)');
  const model = message(readFileSync(file));
  const stray = [...model.keys()].find((field) => !modelFields.includes(field) && field < 200);
  if (stray !== undefined) refuse(`has a field ${stray} that a SentencePiece model does not have`);
  const nested = (field: number) => message(lastBytes(model, field) ?? new Uint8Array());
  const [trainer, normalizer, denormalizer] = [nested(2), nested(3), nested(5)];
  const pieces = (model.get(1) ?? []).map((value): SpmPiece => {
    const piece = message(value instanceof Uint8Array ? value : refuse('has a piece that is no message'));
    const kind = lastNumber(piece, 3) ?? 1;
    return { text: text(lastBytes(piece, 1)) ?? '', score: lastFloat(piece, 2) ?? 0, kind: kinds[kind] ?? refuse(`has a piece of the unknown type ${kind}`) };
  });
  if (pieces.length === 0) refuse('has no pieces; expected a SentencePiece model');
  const type = lastNumber(trainer, 3) ?? 1;
  const algorithm = algorithms[type] ?? refuse(`is a model of type ${type}; unigram (1) and BPE (2) are read, use the model's tokenizer.json`);
  if ((lastNumber(normalizer, 5) ?? 1) === 0) refuse('keeps spaces as they are (escape_whitespaces is false), which is not supported; use the model\'s tokenizer.json');
  if ((lastNumber(trainer, 24) ?? 0) !== 0) refuse('marks spaces behind words (treat_whitespace_as_suffix), which is not supported; use the model\'s tokenizer.json');
  if ((lastBytes(denormalizer, 2)?.length ?? 0) > 0) refuse('rewrites text when it decodes (denormalizer_spec), which is not supported; use the model\'s tokenizer.json');
  const idOf = (kind: SpmPiece['kind'], name: string) => {
    const id = pieces.findIndex((piece) => piece.kind === kind && piece.text === name);
    return id < 0 ? null : id;
  };
  const unkId = pieces.findIndex(({ kind }) => kind === 'unknown');
  if (unkId < 0) refuse('has no unknown piece');
  return {
    algorithm,
    pieces,
    charsMap: lastBytes(normalizer, 2),
    padId: idOf('control', text(lastBytes(trainer, 48)) ?? '<pad>'),
    bosId: idOf('control', text(lastBytes(trainer, 46)) ?? '<s>'),
    eosId: idOf('control', text(lastBytes(trainer, 47)) ?? '</s>'),
    unkId,
    addBos: true,
    addPrefix: (lastNumber(normalizer, 3) ?? 1) !== 0,
    removeExtraSpaces: (lastNumber(normalizer, 4) ?? 1) !== 0,
    unkSurface: text(lastBytes(trainer, 44)) ?? ' \u2047 ',
  };
}

function lastNumber(fields: Fields, field: number): number | undefined {
  const value = fields.get(field)?.at(-1);
  return typeof value === 'number' ? value : undefined;
}

function lastBytes(fields: Fields, field: number): Uint8Array | undefined {
  const value = fields.get(field)?.at(-1);
  return value instanceof Uint8Array ? value : undefined;
}

/** 32-bit fields are kept as their bytes. */
function lastFloat(fields: Fields, field: number): number | undefined {
  const bytes = lastBytes(fields, field);
  return bytes?.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true) : undefined;
}

/** Undefined for bytes that are no UTF-8. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Null when the bytes are no protobuf message. */
function readMessage(bytes: Uint8Array): Fields | null {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) return NaN;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return NaN;
  };
  const take = (length: number): Uint8Array | null => {
    if (!(length >= 0 && at + length <= bytes.length)) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key % 8;
    const value = wire === 0 ? varint() : wire === 1 ? take(8) : wire === 2 ? take(varint()) : wire === 5 ? take(4) : null;
    if (value === null || Number.isNaN(value)) return null;
    const field = Math.floor(key / 8);
    const values = fields.get(field);
    if (values) values.push(value);
    else fields.set(field, [value]);
  }
  return fields;
}
