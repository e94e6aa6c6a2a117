/** A stretch of a text with the token that covers it; -1 where no token does (white space a tokenizer drops). */
export interface Stretch {
  text: string;
  token: number;
}

/**
 * Lays tokens over the text they were cut from, so that a text field can show colours behind its own letters.
 * Tokens that stand in no text (`<|bos|>`) are passed over.
 * @returns null where the pieces do not spell the text (bytes split inside a character, normalised letters)
 */
export function alignTokens(text: string, tokens: readonly string[]): Stretch[] | null {
  const stretches: Stretch[] = [];
  let at = 0;
  for (const [token, piece] of tokens.entries()) {
    if (piece === '') continue;
    if (text.startsWith(piece, at)) {
      stretches.push({ text: piece, token });
      at += piece.length;
    } else if (piece.startsWith(' ') && text.startsWith(piece.slice(1), at)) {
      // Some tokenizers put a space before the first word.
      stretches.push({ text: piece.slice(1), token });
      at += piece.length - 1;
    } else if (!/^<.*>$/.test(piece)) {
      return null;
    }
  }
  if (at < text.length) {
    if (text.slice(at).trim() !== '') return null;
    stretches.push({ text: text.slice(at), token: -1 });
  }
  return stretches;
}
