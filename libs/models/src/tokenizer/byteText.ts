/**
 * GPT-2's byte alphabet: printable Latin-1 bytes stand for themselves, the other 68 are moved to U+0100 and up,
 * so that every byte is a visible character (openai/gpt-2, encoder.py `bytes_to_unicode`).
 */
const byteOfCharacter = new Map<string, number>();
let moved = 0;
for (let byte = 0; byte < 256; byte++) {
  const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  byteOfCharacter.set(String.fromCodePoint(printable ? byte : 0x100 + moved++), byte);
}

/** The bytes that a byte-level token stands for; null when the token is not written in the byte alphabet. */
export function bytesOfByteLevelToken(token: string): Uint8Array | null {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = byteOfCharacter.get(character);
    if (byte === undefined) return null;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Bytes as text for a reader: valid UTF-8 as it is, and each byte that is no part of a whole character as `\xNN`,
 * so that a token holding a third of an emoji can still be told from its siblings.
 */
export function displayBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length === 0) text += `\\x${bytes[at]!.toString(16).padStart(2, '0')}`;
    else text += strictUtf8.decode(bytes.subarray(at, at + length));
    at += Math.max(1, length);
  }
  return text;
}

/** Bytes of the whole character that starts at `at`, or 0 when none does. */
function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  try {
    strictUtf8.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}
