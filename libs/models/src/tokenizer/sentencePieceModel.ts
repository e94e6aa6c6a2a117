import { readFileSync } from 'node:fs';
import { SextantError } from '@sextant/schema';
import type { SpmPiece, SpmVocabulary } from './spmTokenizer';

/** Wire values of a protobuf message by field number: numbers, or bytes for strings and messages. */
type Fields = Map<number, (number | Uint8Array)[]>;

const kinds: Readonly<Record<number, SpmPiece['kind']>> = { 1: 'normal', 2: 'unknown', 3: 'control', 4: 'user', 5: 'unused', 6: 'byte' };
const BPE = 2;

/**
 * Reads a SentencePiece `.model` file (sentencepiece_model.proto) of the BPE kind without a precompiled character map.
 * @throws SextantError INVALID_FILE naming the file and what is wrong or not supported.
 */
export function readSentencePieceModel(file: string): SpmVocabulary {
  const refuse = (what: string): never => {
    throw new SextantError('INVALID_FILE', `${file}: ${what}`, { file });
  };
  const message = (bytes: Uint8Array): Fields => readMessage(bytes) ?? refuse('is no SentencePiece model (its protobuf ends too early)');
  const model = message(readFileSync(file));
  const nested = (field: number) => message(lastBytes(model, field) ?? new Uint8Array());
  const [trainer, normalizer] = [nested(2), nested(3)];
  const pieces = (model.get(1) ?? []).map((value): SpmPiece => {
    const piece = message(value instanceof Uint8Array ? value : refuse('has a piece that is no message'));
    return { text: text(lastBytes(piece, 1)) ?? '', score: lastFloat(piece, 2) ?? 0, kind: kinds[lastNumber(piece, 3) ?? 1] ?? 'unused' };
  });
  if (pieces.length === 0) refuse('has no pieces; expected a SentencePiece model');
  const algorithm = lastNumber(trainer, 3) ?? 1;
  if (algorithm !== BPE) refuse(`is a model of type ${algorithm}; only BPE (2) is read, use the model's tokenizer.json`);
  if ((lastBytes(normalizer, 2)?.length ?? 0) > 0) refuse('has a precompiled character map; use the model\'s tokenizer.json');
  const idOf = (kind: SpmPiece['kind'], name: string) => {
    const id = pieces.findIndex((piece) => piece.kind === kind && piece.text === name);
    return id < 0 ? null : id;
  };
  const unkId = pieces.findIndex(({ kind }) => kind === 'unknown');
  if (unkId < 0) refuse('has no unknown piece');
  return {
    pieces,
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

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes);
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
