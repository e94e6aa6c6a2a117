/**
 * Text of a growing token sequence, in whole characters. A token may end inside a UTF-8 character; its text is held
 * back until the character is complete, so that what was given out never changes.
 *
 * Only a short window is decoded at each step: the tokens of the last text given out, and those after it.
 * They are decoded together because some decoders drop the space in front of a sequence's first token.
 */
export class TokenStream {
  private ids: number[];
  /** Index of the first token that has not been given out. */
  private fresh: number;

  constructor(
    private readonly decode: (ids: readonly number[]) => string,
    context: readonly number[] = [],
  ) {
    // Eight tokens hold at least one whole character, so the context's text ends where the stream's begins.
    this.ids = context.slice(-8);
    this.fresh = this.ids.length;
  }

  /** Adds a token and returns the text that became certain, often but not always one token's. */
  push(id: number): string {
    this.ids.push(id);
    const text = this.decode(this.ids);
    if (text.endsWith('\uFFFD')) return '';
    return this.advance(text);
  }

  /** Whatever is still held back; an unfinished character reads U+FFFD. */
  end(): string {
    return this.advance(this.decode(this.ids));
  }

  private advance(text: string): string {
    const known = this.decode(this.ids.slice(0, this.fresh));
    if (text.length <= known.length) return '';
    this.ids = this.ids.slice(this.fresh);
    this.fresh = this.ids.length;
    return text.slice(known.length);
  }
}
