/** How one token of model text is shown: the space before it, its visible body, and what kind it is. */
export interface TokenParts {
  lead: string;
  body: string;
  /** A control token of the tokenizer (`<|im_end|>`, `<s>`, `[BOS]`): boxed, never coloured. */
  special: boolean;
  /** Only white space: shown as ␣, ⇥ or ↵. */
  blank: boolean;
}

const SPECIAL = /^(<\|.*\|>|<\/?[a-z_]+\d*>|\[[A-Z]+\d*\])$/;
const GLYPHS: Record<string, string> = { ' ': '␣', '\n': '↵', '\t': '⇥', '\r': '␍', '\u00a0': '⍽' };

/** Splits a token's text for display. Nothing is interpreted: the parts are rendered as text, never as HTML. */
export function tokenParts(piece: string): TokenParts {
  if (SPECIAL.test(piece)) return { lead: '', body: piece, special: true, blank: false };
  const lead = /^ ?/.exec(piece)?.[0] ?? '';
  const rest = piece.slice(lead.length);
  const visible = (text: string) => text.replace(/[\n\t\r\u00a0]/g, (space) => GLYPHS[space] ?? space);
  if (piece.trim() === '') return { lead: '', body: [...piece].map((space) => GLYPHS[space] ?? '␣').join(''), special: false, blank: true };
  return { lead, body: visible(rest), special: false, blank: false };
}

/** A token as a table or tooltip names it: the leading space drawn as ␣. */
export function tokenName(piece: string): string {
  const { lead, body } = tokenParts(piece);
  return lead ? `␣${body}` : body;
}
