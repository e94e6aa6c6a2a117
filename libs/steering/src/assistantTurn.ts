/** Index of the first token of the last assistant turn in a prompt, or null where there is none. */
export type AssistantStart = (ids: readonly number[]) => number | null;

/**
 * Finds the last assistant turn by its marker in the text that the token pieces spell. A marker counts at the start of
 * the text or after white space, so that a word that ends in it does not. The turn begins with the first token that
 * starts at or after the marker's end; the marker's own tokens are not part of it.
 */
export function assistantStartByMarker(piece: (id: number) => string, marker = 'Assistant:'): AssistantStart {
  return (ids) => {
    const pieces = ids.map(piece);
    const text = pieces.join('');
    let at = text.lastIndexOf(marker);
    while (at > 0 && !/\s/.test(text[at - 1]!)) at = at === 0 ? -1 : text.lastIndexOf(marker, at - 1);
    if (at < 0) return null;
    const end = at + marker.length;
    let offset = 0;
    for (const [index, part] of pieces.entries()) {
      if (offset >= end) return index;
      offset += part.length;
    }
    return ids.length;
  };
}
