import type { Evidence } from './measured';

export interface Verdict {
  agreed: boolean;
  /** Both sides' values side by side, with the tolerance. */
  text: string;
}

/** When two sides are taken to have done the same work. */
export type Agreement = (ours: Evidence, peer: Evidence) => Verdict;

const shown = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(6));

/** Numbers (losses, or a fingerprint of activations) that differ by at most `tolerance` of the largest. */
export function numbersWithin(tolerance: number, what: string): Agreement {
  return (ours, peer) => {
    if (ours.kind !== 'numbers' || peer.kind !== 'numbers' || ours.numbers.length !== peer.numbers.length) return unlike(ours, peer);
    const gaps = ours.numbers.map((value, i) => Math.abs(value - peer.numbers[i]!) / Math.max(Math.abs(value), Math.abs(peer.numbers[i]!), Number.MIN_VALUE));
    const worst = Math.max(...gaps.map((gap) => (Number.isFinite(gap) ? gap : Infinity)));
    const sides = [ours, peer].map(({ numbers }) => numbers.slice(0, 3).map(shown).join(' '));
    return { agreed: worst <= tolerance, text: `${what} ${sides[0]} beside ${sides[1]}; relative gap ${worst.toExponential(0)} of at most ${tolerance}` };
  };
}

/** Generated ids whose first `leading` are the same. Rounding may part two greedy texts later, where two tokens are equally likely. */
export function sameIds(leading: number): Agreement {
  return (ours, peer) => {
    if (ours.kind !== 'ids' || peer.kind !== 'ids') return unlike(ours, peer);
    const length = Math.min(ours.ids.length, peer.ids.length);
    let same = 0;
    while (same < length && ours.ids[same] === peer.ids[same]) same++;
    return { agreed: same >= leading, text: `first ${same} of ${length} ids the same; at least ${leading} asked for` };
  };
}

function unlike(ours: Evidence, peer: Evidence): Verdict {
  return { agreed: false, text: `the sides report different things: ours ${JSON.stringify(ours)}, peer ${JSON.stringify(peer)}` };
}
