import type { Claim } from '@sextant/schema';
import { dose } from '@sextant/ui';

/** Verb and object of an operation, for a row: `Clamping 922 to −1`. */
export function ClaimLine({ claim }: { claim: Claim }) {
  const verb = { clamp: 'Clamping', scale: 'Scaling', ablate: 'Ablating', add: 'Adding', projectOut: 'Projecting out', reconstruct: 'Reconstructing' }[claim.intervention.operations[0]?.kind ?? 'clamp'];
  const name = claim.feature.label ?? `feature ${claim.feature.index}`;
  return <>{verb} <b>{name}</b> to {dose(claim.dose)} × max {movement(claim)} {taskName(claim.task)}</>;
}

/** What the interval shows, in one verb. */
export function movement(claim: Pick<Claim, 'status' | 'estimate' | 'lo' | 'hi'>): string {
  if (claim.status === 'proposed') return 'on';
  if (claim.status === 'null') return 'leaves unchanged';
  if (claim.lo <= 0 && claim.hi >= 0) return 'has no settled effect on';
  return claim.estimate > 0 ? 'raises' : 'lowers';
}

export function taskName(task: string): string {
  return task.replace(/^world:/, '');
}

export function unitOf(metric: string): string {
  return /margin/i.test(metric) ? 'nats' : metric;
}
