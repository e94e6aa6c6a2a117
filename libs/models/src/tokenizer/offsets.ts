import { SextantError } from '@sextant/schema';
import type { Tokenizer } from './tokenizer';

/** A token's place in its text, [start, end) in UTF-16 units. Tokens that are not in the text are empty. */
export interface TokenSpan {
  start: number;
  end: number;
}

/**
 * Where each token of `tokenizer.encode(text)` lies in `text`. Tokens that the tokenizer added (BOS, a leading space)
 * take no room; a token that holds part of a character covers the whole character.
 * @throws SextantError INVALID_INPUT when the tokens do not spell the text, because a normaliser rewrote it.
 */
export function tokenSpans(tokenizer: Tokenizer, text: string, ids: readonly number[]): TokenSpan[] {
  const bytes = new TextEncoder().encode(text);
  const characterStarts = utf16Offsets(text, bytes.length);
  let at = 0;
  const spans = ids.map((id): TokenSpan => {
    const token = tokenizer.tokenBytes(id) ?? new Uint8Array();
    let skipped = 0;
    if (!matches(bytes, at, token, 0)) {
      const addedSpace = token[0] === 0x20 && matches(bytes, at, token, 1);
      if (!addedSpace && !tokenizer.specialIds.has(id)) {
        throw new SextantError('INVALID_INPUT', `token ${JSON.stringify(tokenizer.piece(id))} is not at character ${characterStarts[at]} of the text; was it normalised?`, {
          value: text.slice(characterStarts[at], characterStarts[at]! + 20),
        });
      }
      skipped = addedSpace ? 1 : token.length;
    }
    const start = characterStarts[at]!;
    const length = token.length - skipped;
    if (length === 0) return { start, end: start };
    at += length;
    let end = at;
    while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end++;
    return { start, end: characterStarts[end]! };
  });
  return spans;
}

function matches(bytes: Uint8Array, at: number, token: Uint8Array, from: number): boolean {
  if (at + token.length - from > bytes.length) return false;
  for (let i = from; i < token.length; i++) if (bytes[at + i - from] !== token[i]) return false;
  return true;
}

/** For each byte offset of the UTF-8 form, the UTF-16 offset of the character it lies in. */
function utf16Offsets(text: string, byteLength: number): Uint32Array {
  const offsets = new Uint32Array(byteLength + 1);
  let [byte, unit] = [0, 0];
  for (const character of text) {
    const point = character.codePointAt(0)!;
    const width = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    offsets.fill(unit, byte, byte + width);
    byte += width;
    unit += character.length;
  }
  offsets[byteLength] = text.length;
  return offsets;
}
