/** For tests: a SentencePiece model's parts, and the bytes of its `.model` file (sentencepiece_model.proto). */
export interface SentencePieceParts {
  /** 1 unigram, 2 BPE. */
  type: number;
  /** Text, score, type; where there are byte pieces, the 256 of them stand before `firstByte + 256`. */
  pieces: readonly (readonly [string, number, number])[];
  firstByte: number | null;
  addDummyPrefix: boolean;
  removeExtraWhitespaces: boolean;
  /** Base64. */
  charsMap: string;
}

export function sentencePieceBytes({ type, pieces, firstByte, addDummyPrefix, removeExtraWhitespaces, charsMap }: SentencePieceParts): Buffer {
  const byteNames = Array.from({ length: 256 }, (_, byte) => [`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, 0, 6] as const);
  const all = firstByte === null ? pieces : [...pieces.slice(0, firstByte), ...byteNames, ...pieces.slice(firstByte)];
  const encoded = all.map(([text, score, kind]) => field(1, Buffer.concat([field(1, Buffer.from(text)), float(2, score), number(3, kind)])));
  const normalizer = [field(1, Buffer.from('test')), field(2, Buffer.from(charsMap, 'base64')), number(3, Number(addDummyPrefix)), number(4, Number(removeExtraWhitespaces))];
  return Buffer.concat([...encoded, field(2, Buffer.concat([number(3, type), number(35, Number(firstByte !== null))])), field(3, Buffer.concat(normalizer))]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

const number = (id: number, value: number): Buffer => Buffer.concat([varint(id * 8), varint(value)]);
const field = (id: number, bytes: Buffer): Buffer => Buffer.concat([varint(id * 8 + 2), varint(bytes.length), bytes]);

function float(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint(id * 8 + 5), bytes]);
}
