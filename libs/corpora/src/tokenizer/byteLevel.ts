/**
 * Byte-level pre-tokenisation as in GPT-2 (`openai/gpt-2`, src/encoder.py): text is split by one regular expression, and each
 * byte of a piece is written as a printable character, so that every text has an encoding and none needs an unknown token.
 */
const pieces = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

export const byteCharacters: readonly string[] = byteTable();

function byteTable(): string[] {
  const table = new Array<string>(256);
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
    table[byte] = String.fromCharCode(printable ? byte : next++);
  }
  return table;
}

/** The pieces of a text between which tokens never merge, in byte characters. */
export function bytePieces(text: string): string[] {
  const encoder = new TextEncoder();
  return (text.match(pieces) ?? []).map((piece) => Array.from(encoder.encode(piece), (byte) => byteCharacters[byte] ?? '').join(''));
}
