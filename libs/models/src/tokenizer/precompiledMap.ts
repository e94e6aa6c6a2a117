import { SextantError } from '@sextant/schema';

/**
 * A precompiled character map of SentencePiece (builder.cc `CompileCharsMap`, normalizer.cc `Normalizer::NormalizePrefix`): a
 * double-array trie over UTF-8 (darts-clone) whose values point into a text of replacements. At each place of a text the longest
 * key is replaced, else one character is kept.
 */
export class PrecompiledMap {
  private readonly units: Uint32Array;
  private readonly replacements: Uint8Array;

  /** @throws SextantError INVALID_FILE when the bytes are no such map. */
  constructor(bytes: Uint8Array, file: string) {
    const refuse = (what: string): never => {
      throw new SextantError('INVALID_FILE', `${file}: its precompiled character map ${what}`, { file, field: 'precompiled_charsmap' });
    };
    const copy = Uint8Array.from(bytes);
    const trieBytes = copy.length >= 8 ? new DataView(copy.buffer).getUint32(0, true) : NaN;
    if (!(trieBytes >= 4 && trieBytes % 4 === 0 && trieBytes + 4 < copy.length)) refuse('is damaged: its trie does not fit');
    this.units = new Uint32Array(copy.buffer.slice(4, 4 + trieBytes));
    this.replacements = copy.subarray(4 + trieBytes);
    if (this.replacements.at(-1) !== 0) refuse('is damaged: its last replacement does not end');
  }

  normalise(text: string): string {
    const bytes = new TextEncoder().encode(text);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const { length, value } = this.longest(bytes, at);
      if (length > 0) parts.push(this.replacements.subarray(value, this.replacements.indexOf(0, value)));
      else parts.push(bytes.subarray(at, at + characterLength(bytes[at]!)));
      at += length > 0 ? length : characterLength(bytes[at]!);
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(parts));
  }

  /** The longest key that begins at `at`, and where its replacement begins; places outside the trie match nothing. */
  private longest(bytes: Uint8Array, at: number): { length: number; value: number } {
    const { units } = this;
    let found = { length: 0, value: 0 };
    let node = offsetOf(units[0]!);
    for (let i = at; i < bytes.length; i++) {
      node ^= bytes[i]!;
      const unit = units[node];
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== bytes[i]) return found;
      node ^= offsetOf(unit);
      const leaf = units[node];
      const value = leaf === undefined ? NaN : leaf & 0x7fffffff;
      if ((unit >>> 8) & 1 && value < this.replacements.length) found = { length: i + 1 - at, value };
    }
    return found;
  }
}

/** Where a unit's children begin, relative to it (darts-clone, DoubleArrayUnit::offset). */
function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function characterLength(lead: number): number {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}
