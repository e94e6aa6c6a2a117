import type { Document, Span, SpanLabel } from '../document';

type Attributes = NonNullable<Span['attributes']>;

/** Text under construction that records labelled spans while it is written, so that labels can never drift from it. */
export class AnnotatedText {
  private text = '';
  private readonly spans: Span[] = [];

  add(text: string): this {
    this.text += text;
    return this;
  }

  /** Labels everything that `write` adds. */
  span(label: SpanLabel, name: string, write: () => void, attributes?: Attributes): this {
    const start = this.text.length;
    const slot = this.spans.length;
    write();
    this.spans.splice(slot, 0, { start, end: this.text.length, label, name, ...(attributes && { attributes }) });
    return this;
  }

  /** Adds a world word and labels it with its category and, in a fact, its role. */
  concept(word: string, category: string, role?: 'subject' | 'object'): this {
    return this.span('concept', word, () => this.add(word), { category, ...(role && { role }) });
  }

  /** Adds whatever `write` writes with its first letter in upper case: the start of a sentence. */
  sentence(write: () => void): this {
    const start = this.text.length;
    write();
    this.text = this.text.slice(0, start) + this.text.charAt(start).toUpperCase() + this.text.slice(start + 1);
    return this;
  }

  toDocument(kind: string, attributes?: Document['attributes']): Document {
    return { kind, text: this.text, spans: this.spans, ...(attributes && { attributes }) };
  }

  toString(): string {
    return this.text;
  }
}
