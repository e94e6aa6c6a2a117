import fc from 'fast-check';

/** One change of a file's bytes, as data, so that a failure prints it. Places are shares of the file, in [0, 1). */
export type Mutation =
  | { kind: 'byte'; at: number; value: number }
  | { kind: 'bit'; at: number; bit: number }
  | { kind: 'cut'; at: number }
  | { kind: 'append'; bytes: number[] }
  | { kind: 'insert'; at: number; bytes: number[] }
  | { kind: 'remove'; at: number; count: number }
  | { kind: 'copy'; from: number; to: number; count: number }
  /** A little-endian integer of `width` bytes: a count, a length, an offset. */
  | { kind: 'integer'; at: number; width: 4 | 8; value: bigint }
  /** A decimal number of the text, replaced. */
  | { kind: 'number'; at: number; text: string }
  /** A word of the text, replaced by another word of the same text, or by `text`. */
  | { kind: 'word'; at: number; other: number; text: string | null };

// Without fast-check's bias to small numbers, which would change the first bytes over and over.
const place = fc.noBias(fc.nat({ max: 2 ** 30 - 1 })).map((step) => step / 2 ** 30);
const byte = fc.integer({ min: 0, max: 255 });
const few = fc.array(byte, { minLength: 1, maxLength: 24 });
const edges = [0n, 1n, 2n, 3n, 8n, 127n, 255n, 4096n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
const integer = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const numbers = ['0', '1', '2', '-1', '0.5', '1e3', '1e999', '9007199254740993', '4611686018427387904', 'null', 'true', 'NaN', '[]', '{}', '""', '"2"'];
const words = ['__proto__', 'constructor', 'F32', 'F16', 'BF16', 'I32', 'weight', 'bias', 'null', '', '\\u0000', '../x', 'nan'];

/** Changes of binary files, and of the text inside them. `focus` is the share of the file that holds its structure. */
export function mutation(focus = 1): fc.Arbitrary<Mutation> {
  const at = fc.oneof(place, place.map((share) => share * focus));
  return fc.oneof(
    fc.record({ kind: fc.constant('byte' as const), at, value: byte }),
    fc.record({ kind: fc.constant('bit' as const), at, bit: fc.nat({ max: 7 }) }),
    fc.record({ kind: fc.constant('cut' as const), at: place }),
    fc.record({ kind: fc.constant('append' as const), bytes: few }),
    fc.record({ kind: fc.constant('insert' as const), at, bytes: few }),
    fc.record({ kind: fc.constant('remove' as const), at, count: fc.integer({ min: 1, max: 64 }) }),
    fc.record({ kind: fc.constant('copy' as const), from: at, to: at, count: fc.integer({ min: 1, max: 64 }) }),
    fc.record({ kind: fc.constant('integer' as const), at, width: fc.constantFrom(4 as const, 8 as const), value: integer }),
    textMutation(at),
  );
}

/** Changes of text files: numbers and words replaced, beside a few changed bytes. */
export function textMutation(at: fc.Arbitrary<number> = place): fc.Arbitrary<Mutation> {
  return fc.oneof(
    fc.record({ kind: fc.constant('number' as const), at, text: fc.oneof(fc.constantFrom(...numbers), fc.integer().map(String)) }),
    fc.record({ kind: fc.constant('word' as const), at, other: place, text: fc.option(fc.constantFrom(...words), { nil: null }) }),
    fc.record({ kind: fc.constant('remove' as const), at, count: fc.integer({ min: 1, max: 64 }) }),
    fc.record({ kind: fc.constant('byte' as const), at, value: byte }),
  );
}

/** The bytes after all changes; the input stays as it is. */
export function mutate(original: Uint8Array, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce<Buffer>((bytes, change) => apply(Buffer.from(bytes), change), Buffer.from(original));
}

function apply(bytes: Buffer, change: Mutation): Buffer {
  const index = (share: number) => Math.floor(share * bytes.length);
  switch (change.kind) {
    case 'byte':
      if (bytes.length > 0) bytes[index(change.at)] = change.value;
      return bytes;
    case 'bit':
      if (bytes.length > 0) bytes[index(change.at)]! ^= 1 << change.bit;
      return bytes;
    case 'cut':
      return bytes.subarray(0, index(change.at));
    case 'append':
      return Buffer.concat([bytes, Buffer.from(change.bytes)]);
    case 'insert':
      return Buffer.concat([bytes.subarray(0, index(change.at)), Buffer.from(change.bytes), bytes.subarray(index(change.at))]);
    case 'remove':
      return Buffer.concat([bytes.subarray(0, index(change.at)), bytes.subarray(index(change.at) + change.count)]);
    case 'copy':
      bytes.copy(bytes, index(change.to), index(change.from), index(change.from) + change.count);
      return bytes;
    case 'integer': {
      const little = Buffer.alloc(8);
      little.writeBigUInt64LE(change.value);
      little.copy(bytes, index(change.at), 0, change.width);
      return bytes;
    }
    case 'number':
      return replaceMatch(bytes, /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, change.at, () => change.text);
    case 'word':
      return replaceMatch(bytes, /[A-Za-z_][A-Za-z0-9_.]*/g, change.at, (found) => change.text ?? found[Math.floor(change.other * found.length)]!);
  }
}

/** Replaces one match of the pattern in the bytes read as Latin-1, so that other bytes keep their values. */
function replaceMatch(bytes: Buffer, pattern: RegExp, share: number, replacement: (found: string[]) => string): Buffer {
  const text = bytes.toString('latin1');
  const matches = [...text.matchAll(pattern)];
  const chosen = matches[Math.floor(share * matches.length)];
  if (!chosen) return bytes;
  const other = replacement(matches.map(([found]) => found));
  return Buffer.from(text.slice(0, chosen.index) + other + text.slice(chosen.index + chosen[0].length), 'latin1');
}
