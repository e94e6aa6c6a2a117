import { isJsonObject, type JsonObject } from '../json';

/**
 * `@huggingface/tokenizers` (JavaScript) computes some components otherwise than the Rust library of the same name, or passes over
 * their fields. Here they are said in other components, which both read alike.
 */
export function asRustComputes(component: unknown): unknown {
  if (Array.isArray(component)) return component.map(asRustComputes);
  if (!isJsonObject(component)) return component;
  switch (component.type) {
    case 'Sequence':
      return Object.fromEntries(Object.entries(component).map(([key, value]) => [key, Array.isArray(value) ? value.map(asRustComputes) : value]));
    // JavaScript's Digits knows decimal digits only, Rust's every numeric character (½ and ² too).
    case 'Digits':
      return isolated(component.individual_digits === true ? '\\p{N}' : '\\p{N}+');
    // JavaScript's \w knows ASCII only.
    case 'Whitespace':
      return matched(`[${wordCharacters}]+|[^${wordCharacters}\\s]+`);
    // JavaScript keeps runs of punctuation together.
    case 'Punctuation':
      return split('[!-/:-@\\[-`{-~\\p{P}]', typeof component.behavior === 'string' ? component.behavior : 'Isolated');
    case 'Split': {
      const behavior = String(component.behavior);
      return split(patternOf(component.pattern), component.invert === true ? (inverted[behavior] ?? behavior) : behavior);
    }
    default:
      return component;
  }
}

/** A pre-tokenizer: as above, and `Metaspace` splits at its marks unless told otherwise; old files say `add_prefix_space`. */
export function preTokenizerAsRust(component: unknown): unknown {
  if (isJsonObject(component) && component.type === 'Sequence' && Array.isArray(component.pretokenizers)) {
    return { ...component, pretokenizers: component.pretokenizers.map(preTokenizerAsRust) };
  }
  if (!isJsonObject(component) || component.type !== 'Metaspace') return asRustComputes(component);
  const { replacement } = component;
  const marks = { type: 'Metaspace', replacement, prepend_scheme: schemeOf(component) };
  return component.split === false ? marks : { type: 'Sequence', pretokenizers: [marks, split(escape(String(replacement)), 'MergedWithNext')] };
}

/** A decoder: JavaScript's `Metaspace` takes a leading space away whatever the scheme. */
export function decoderAsRust(component: unknown): unknown {
  if (isJsonObject(component) && component.type === 'Sequence' && Array.isArray(component.decoders)) {
    return { ...component, decoders: component.decoders.map(decoderAsRust) };
  }
  if (!isJsonObject(component) || component.type !== 'Metaspace') return component;
  const spaces = { type: 'Replace', pattern: { String: component.replacement }, content: ' ' };
  const strip = schemeOf(component) === 'never' ? [] : [{ type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }];
  return { type: 'Sequence', decoders: [spaces, ...strip] };
}

/** \w of Rust's regex. */
const wordCharacters = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';

/** What a behaviour means where the pattern finds what lies between the matches. */
const inverted: Readonly<Record<string, string>> = { Removed: 'Kept', MergedWithPrevious: 'MergedWithNext', MergedWithNext: 'MergedWithPrevious' };

function schemeOf({ prepend_scheme, add_prefix_space }: JsonObject): unknown {
  return prepend_scheme ?? (add_prefix_space === false ? 'never' : 'always');
}

/** JavaScript's Split knows `Isolated`, and `Removed` what a pattern does not match; the others are other patterns. */
function split(pattern: string, behavior: string): JsonObject {
  switch (behavior) {
    case 'MergedWithPrevious':
      return isolated(`(?:(?!${pattern})[\\s\\S])*(?:${pattern})`);
    case 'MergedWithNext':
      return isolated(`(?:${pattern})(?:(?!${pattern})[\\s\\S])*`);
    case 'Contiguous':
      return isolated(`(?:${pattern})+`);
    case 'Removed':
      return matched(`(?:(?!${pattern})[\\s\\S])+`);
    case 'Kept':
      return matched(pattern);
    default:
      return isolated(pattern);
  }
}

/** Keeps what the pattern matches and drops the rest. */
function matched(Regex: string): JsonObject {
  return { ...isolated(Regex), behavior: 'Removed', invert: true };
}

function isolated(Regex: string): JsonObject {
  return { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false };
}

function patternOf(pattern: unknown): string {
  const { String: literal, Regex } = pattern as { String?: string; Regex?: string };
  return Regex ?? escape(literal!);
}

function escape(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
