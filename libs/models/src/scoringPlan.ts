import type { ScoredSequence } from './logProbs';

/** A wanted log-probability: of `target`, predicted at token `at` of a host; it goes to `index` of a sequence's result. */
export interface Ask {
  at: number;
  target: number;
  sequence: number;
  index: number;
}

/** A token sequence that runs through the model, and everything that is read from it. */
export interface Host {
  ids: readonly number[];
  /** Tokens from here on count as generated. */
  prefixLength: number;
  asks: Ask[];
}

/** Several hosts that begin with the same prefix. */
export interface Group {
  prefix: readonly number[];
  hosts: Host[];
}

export interface ScoringPlan {
  /** Batches of hosts that run from their first token, of similar length. */
  whole: Host[][];
  /** Batches of groups that run their prefix once. */
  shared: Group[][];
}

/** A second pass through the model costs about as much as this many tokens, so a shared prefix must save more. */
const PASS_COST_TOKENS = 16;

/** Finds out which token sequences must run, so that every wanted token is predicted and little runs twice. */
export function planScoring(sequences: readonly ScoredSequence[], batchSize: number): ScoringPlan {
  const hosts = mergedHosts(sequences);
  const byPrefix = new Map<string, Host[]>();
  for (const host of hosts) {
    const key = host.ids.slice(0, host.prefixLength).join();
    byPrefix.set(key, [...(byPrefix.get(key) ?? []), host]);
  }
  const groups: Group[] = [];
  const alone: Host[] = [];
  for (const members of byPrefix.values()) {
    const prefix = members[0]!.ids.slice(0, members[0]!.prefixLength);
    // Every member but the first is spared the prefix.
    const saved = (members.length - 1) * prefix.length;
    if (saved > PASS_COST_TOKENS) groups.push({ prefix, hosts: members });
    else alone.push(...members);
  }
  const whole = inBatches(alone.sort((a, b) => b.ids.length - a.ids.length), batchSize, () => 1);
  const shared = inBatches(groups.sort((a, b) => b.prefix.length - a.prefix.length), batchSize, (group) => group.hosts.length);
  return { whole, shared };
}

/**
 * One host for each distinct input; an input that begins another one is read from that. Tokens are compared together
 * with whether they count as generated, because hooks may tell the two apart.
 */
function mergedHosts(sequences: readonly ScoredSequence[]): Host[] {
  const hosts = sequences.flatMap(({ prefix, continuation }, sequence): Host[] => {
    if (continuation.length === 0) return [];
    const asks = continuation.map((target, index) => ({ at: prefix.length - 1 + index, target, sequence, index }));
    return [{ ids: [...prefix, ...continuation.slice(0, -1)], prefixLength: prefix.length, asks }];
  });
  hosts.sort(compareHosts);
  const merged: Host[] = [];
  // In this order an input directly precedes those it begins, so going backwards the next host is its extension.
  for (const host of hosts.reverse()) {
    const next = merged.at(-1);
    if (next && begins(host, next)) next.asks.push(...host.asks);
    else merged.push(host);
  }
  return merged;
}

function markedToken({ ids, prefixLength }: Host, at: number): number {
  return ids[at]! * 2 + (at >= prefixLength ? 1 : 0);
}

function compareHosts(a: Host, b: Host): number {
  const common = Math.min(a.ids.length, b.ids.length);
  for (let at = 0; at < common; at++) {
    const difference = markedToken(a, at) - markedToken(b, at);
    if (difference !== 0) return difference;
  }
  return a.ids.length - b.ids.length;
}

function begins(a: Host, b: Host): boolean {
  return a.ids.length <= b.ids.length && a.ids.every((_, at) => markedToken(a, at) === markedToken(b, at));
}

function inBatches<T>(items: readonly T[], batchSize: number, sizeOf: (item: T) => number): T[][] {
  const batches: T[][] = [];
  let size = Infinity;
  for (const item of items) {
    if (size + sizeOf(item) > batchSize) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)!.push(item);
    size += sizeOf(item);
  }
  return batches;
}
