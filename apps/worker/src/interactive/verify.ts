import type { InteractiveHandler } from '@sextant/jobs';
import { canonicalJson, type Claim, type StoredEffect } from '@sextant/schema';
import type { Lab } from '@sextant/store';
import { chooseCell, recomputeClaim, recomputeEffects, screenCells } from '@sextant/studies';
import { storedRuns } from '../study/storedRuns';

interface Check {
  checked: number;
  differing: number;
  problems: string[];
}

/** The numbers of an effect or claim that are recomputed, by name. */
function numbersOf(value: Record<string, unknown>): Map<string, number> {
  const found = new Map<string, number>();
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'number') found.set(name, member);
    else if (member !== null && typeof member === 'object') {
      for (const [inner, number] of numbersOf({ ...member })) found.set(`${name}.${inner}`, number);
    }
  }
  return found;
}

/** Largest difference of a number that both have; infinite where one has a number that the other lacks. */
function largestDifference(stored: Record<string, unknown>, again: Record<string, unknown>): number {
  const numbers = numbersOf(again);
  const differences = Array.from(numbersOf(stored), ([name, value]) => {
    const other = numbers.get(name);
    return other === undefined ? Infinity : Math.abs(value - other);
  });
  return Math.max(0, ...differences);
}

/** Recomputes every effect of a study from its stored items and compares it with the stored row. */
function checkEffects(lab: Lab, study: string): Check {
  const { runs, ids } = storedRuns(lab, study);
  const { plan } = lab.studies.get(study);
  const stored = lab.studies.effects(study);
  if (stored.length === 0) return { checked: 0, differing: 0, problems: [] };
  const again = new Map(recomputeEffects(runs, plan).map(({ run, baselineRun, ...effect }) => {
    const row = { ...effect, run: ids.get(run) ?? '', baselineRun: ids.get(baselineRun) ?? '' };
    return [`${row.run} ${row.metric}`, row];
  }));
  const problems = stored.flatMap(({ id, ...effect }: StoredEffect) => {
    const found = again.get(`${effect.run} ${effect.metric}`);
    if (found && canonicalJson(found) === canonicalJson(effect)) return [];
    const by = found ? `differs by ${largestDifference(effect, found)}` : 'cannot be recomputed from the stored items';
    return [`effect ${id} (${effect.condition} on ${effect.task}) ${by}`];
  });
  return { checked: stored.length, differing: problems.length, problems };
}

/** The claim again: the frozen rule's choice on split A, and everything that follows from it on split B. */
function claimAgain(lab: Lab, claim: Claim): Claim | null {
  const { runs } = storedRuns(lab, claim.study);
  const { plan } = lab.studies.get(claim.study);
  const selection = chooseCell(screenCells(runs, plan), plan);
  return selection ? recomputeClaim(runs, plan, selection, { study: claim.study, label: claim.feature.label, createdAt: claim.createdAt }) : null;
}

function checkClaim(lab: Lab, claim: Claim): { same: boolean; maxDifference: number } {
  const again = claimAgain(lab, claim);
  if (again === null) return { same: false, maxDifference: Infinity };
  return { same: canonicalJson(again) === canonicalJson(claim), maxDifference: largestDifference(claim, again) };
}

export const claimsRecompute: InteractiveHandler<'claims.recompute'> = async function* ({ claim: id }, { lab }) {
  const claim = lab.claims.get(id);
  const effects = checkEffects(lab, claim.study);
  const { same, maxDifference } = checkClaim(lab, claim);
  const largest = Number.isFinite(maxDifference) ? maxDifference : Number.MAX_VALUE;
  yield { checked: effects.checked + 1, differing: effects.differing + (same ? 0 : 1), maxDifference: largest };
};

/** Hashes every artifact and recomputes every effect and claim of the lab. */
export const labVerify: InteractiveHandler<'lab.verify'> = async function* (_, { lab, signal }) {
  const artifacts: Check = { checked: 0, differing: 0, problems: [] };
  for (const digest of lab.artifacts.digests()) {
    signal.throwIfAborted();
    const { problems } = await lab.artifacts.verify(digest);
    artifacts.checked += 1;
    if (problems.length > 0) artifacts.differing += 1;
    artifacts.problems.push(...problems);
  }
  const effects: Check = { checked: 0, differing: 0, problems: [] };
  const claims: Check = { checked: 0, differing: 0, problems: [] };
  for (const study of allStudies(lab)) {
    signal.throwIfAborted();
    const found = checkEffects(lab, study);
    effects.checked += found.checked;
    effects.differing += found.differing;
    effects.problems.push(...found.problems);
    for (const claim of lab.claims.ofStudy(study)) {
      const { same, maxDifference } = checkClaim(lab, claim);
      claims.checked += 1;
      if (same) continue;
      claims.differing += 1;
      claims.problems.push(`claim ${claim.id} differs from what its items give, by up to ${maxDifference}`);
    }
  }
  const count = ({ checked, differing }: Check) => ({ checked, differing });
  const problems = [artifacts, effects, claims].flatMap((check) => check.problems);
  yield { artifacts: count(artifacts), effects: count(effects), claims: count(claims), problems };
};

function* allStudies(lab: Lab): Generator<string> {
  let cursor: string | undefined;
  do {
    const page = lab.studies.list({ cursor });
    for (const { id } of page.items) yield id;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
