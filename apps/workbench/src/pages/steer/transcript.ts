import type { InteractiveEvent } from '@sextant/schema';

type SteerEvent = InteractiveEvent<'steering.run'>;
type TokenEvent = Extract<SteerEvent, { type: 'token' }>;

export type SteeredToken = Omit<TokenEvent, 'type' | 'side'>;

/** Both replies as far as they have streamed. */
export interface Transcript {
  baseline: SteeredToken[];
  steered: SteeredToken[];
  summary: Extract<SteerEvent, { type: 'done' }>['summary'] | null;
}

export const emptyTranscript: Transcript = { baseline: [], steered: [], summary: null };

/** The transcript after some events; tokens take their place by index, so a replayed event changes nothing. */
export function withEvents(transcript: Transcript, events: readonly SteerEvent[]): Transcript {
  const baseline = [...transcript.baseline];
  const steered = [...transcript.steered];
  let { summary } = transcript;
  for (const event of events) {
    if (event.type === 'done') {
      summary = event.summary;
      continue;
    }
    const { type: _type, side, ...token } = event;
    (side === 'baseline' ? baseline : steered)[token.index] = token;
  }
  return { baseline, steered, summary };
}

/** exp of the mean loss of a side's own tokens; null before the first. */
export function perplexity(tokens: readonly SteeredToken[]): number | null {
  if (tokens.length === 0) return null;
  return Math.exp(-tokens.reduce((sum, token) => sum + token.logProb, 0) / tokens.length);
}

/** End of the colour scale, nats: fixed, so that colours compare between replies, prompts and days. Beyond it they saturate. */
export const HEAT_NATS = 4;

export interface Range {
  mean: number;
  lo: number;
  hi: number;
}

/** Mean and range of a measure over the tokens that have it; null where none has. */
export function rangeOf(tokens: readonly SteeredToken[], measure: 'kl' | 'normRatio'): Range | null {
  const values = tokens.flatMap((token) => token[measure] ?? []);
  if (values.length === 0) return null;
  return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, lo: Math.min(...values), hi: Math.max(...values) };
}
