import type { Claim } from '@sextant/schema';
import type { SextantClient } from '@sextant/client';
import type { FirstLightResult, StageTiming } from './run';

/** The one JSON document that `npm start -- --no-serve --json` prints last. */
export interface FirstLightReport {
  seconds: number;
  backend: string;
  stages: StageTiming[];
  dictionary: { d: number; n: number; l0: number; explainedVariance: number; ceRecovered: number | null; deadShare: number };
  claims: (Pick<Claim, 'statement' | 'status' | 'estimate' | 'lo' | 'hi' | 'q' | 'n' | 'dose' | 'normRatio'> & {
    controls: Pick<Claim['controls'][number], 'kind' | 'estimate' | 'lo' | 'hi'>[];
  })[];
}

/** Reads the finished experiment back from the lab: the report shows what is stored, not what was remembered. */
export async function reportFirstLight(client: SextantClient, result: FirstLightResult, seconds: number): Promise<FirstLightReport> {
  const [dictionary, study, info] = await Promise.all([
    client.dictionaries.get.query({ digest: result.dictionary }),
    client.studies.get.query({ id: result.study }),
    client.system.info.query(),
  ]);
  if (!dictionary.scores) throw new Error(`dictionary ${result.dictionary} has no scores`);
  const { l0, explainedVariance, ceRecovered, deadShare } = dictionary.scores;
  return {
    seconds,
    backend: info.backend?.name ?? dictionary.provenance.backend ?? 'unknown',
    stages: result.stages,
    dictionary: { d: dictionary.d, n: dictionary.n, l0, explainedVariance, ceRecovered, deadShare },
    claims: study.claims.map(({ statement, status, estimate, lo, hi, q, n, dose, normRatio, controls }) => ({
      statement,
      status,
      estimate,
      lo,
      hi,
      q,
      n,
      dose,
      normRatio,
      controls: controls.map((control) => ({ kind: control.kind, estimate: control.estimate, lo: control.lo, hi: control.hi })),
    })),
  };
}

const nats = (value: number) => value.toFixed(2).replace('-', '−');

/** The claims in plain sentences for a terminal; says so when there is none. */
export function describeClaims(claims: Pick<Claim, 'statement' | 'status' | 'estimate' | 'lo' | 'hi' | 'q' | 'n'>[]): string {
  if (claims.length === 0) return 'No feature passed the screen on split A, so there is no claim.';
  return claims
    .map(
      (claim) =>
        `${claim.status.toUpperCase()}  ${claim.statement}\n  Δ ${nats(claim.estimate)} nats [${nats(claim.lo)}, ${nats(claim.hi)}], q ${claim.q < 0.001 ? '< 0.001' : claim.q.toFixed(3)}, n ${claim.n}`,
    )
    .join('\n');
}
