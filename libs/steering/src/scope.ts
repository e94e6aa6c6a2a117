import type { HookContext } from '@sextant/models';
import { SextantError, type Scope } from '@sextant/schema';
import type { AssistantStart } from './assistantTurn';

export interface ScopeSources {
  /** BOS, EOS, padding, chat marks: left alone unless the scope says `special`. */
  specialIds: ReadonlySet<number>;
  /** Needed for the scope `assistant`. */
  assistantStart?: AssistantStart;
}

/**
 * Which tokens of a batch an intervention touches: 1 or 0 for each, row-major [batch · length].
 *
 * Every rule looks at the prompt and at whether a token was generated, never at what is generated later, so a token
 * is touched or not whether the sequence runs at once or token by token through a cache:
 * - `assistant` is the prompt after its last assistant marker, and everything generated;
 * - `from` and `to` count from the first real token, and when negative from the end of the prompt; generated tokens
 *   lie behind that end.
 * @throws SextantError INVALID_INPUT for the scope `assistant` without a way to find the turn.
 */
export function touchedTokens(scope: Scope, context: Omit<HookContext, 'point'>, sources: ScopeSources): Float32Array {
  const { batch, length, ids, mask, positions, generated } = context;
  const touched = new Float32Array(batch * length);
  for (let row = 0; row < batch; row++) {
    const start = row * length;
    const promptEnd = promptLength(context, row);
    const assistantFrom = scope.tokens === 'assistant' ? assistantPosition(context, row, sources) : 0;
    for (let at = start; at < start + length; at++) {
      if (!mask[at]) continue;
      if (!scope.special && sources.specialIds.has(ids[at]!)) continue;
      const isGenerated = generated[at] === 1;
      const position = positions[at]!;
      if (scope.tokens === 'prompt' && isGenerated) continue;
      if (scope.tokens === 'generated' && !isGenerated) continue;
      if (scope.tokens === 'assistant' && !isGenerated && position < assistantFrom) continue;
      if (scope.from !== undefined && position < bound(scope.from, promptEnd, isGenerated)) continue;
      if (scope.to !== undefined && position >= bound(scope.to, promptEnd, isGenerated)) continue;
      touched[at] = 1;
    }
  }
  return touched;
}

/** A bound as a position. Counted from the end of the prompt it lies before every generated token. */
function bound(edge: number, promptEnd: number, isGenerated: boolean): number {
  if (edge >= 0) return edge;
  return isGenerated ? -Infinity : promptEnd + edge;
}

function promptLength({ length, mask, positions, generated }: Omit<HookContext, 'point'>, row: number): number {
  let end = 0;
  for (let at = row * length; at < (row + 1) * length; at++) {
    if (mask[at] && !generated[at]) end = Math.max(end, positions[at]! + 1);
  }
  return end;
}

/** Position at which the prompt's last assistant turn begins; beyond every position where it has none. */
function assistantPosition({ length, ids, mask, positions, generated }: Omit<HookContext, 'point'>, row: number, { assistantStart }: ScopeSources): number {
  if (!assistantStart) {
    throw new SextantError('INVALID_INPUT', 'the scope "assistant" needs a tokenizer (or assistantStart) to find where the assistant speaks', {
      field: 'scope.tokens',
      value: 'assistant',
    });
  }
  const prompt: number[] = [];
  const places: number[] = [];
  for (let at = row * length; at < (row + 1) * length; at++) {
    if (!mask[at] || generated[at]) continue;
    prompt.push(ids[at]!);
    places.push(positions[at]!);
  }
  const first = prompt.length === 0 ? null : assistantStart(prompt);
  return first === null ? Infinity : (places[first] ?? Infinity);
}
