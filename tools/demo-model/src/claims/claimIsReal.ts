import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { selectBackend } from '@sextant/compute';
import { loadModel } from '@sextant/models';
import { dictionaryOfSeed, harvestActivations, statisticsOf } from './preparedDictionary';
import { studyOfWorld, type WorldStudy } from './studyOfWorld';

/**
 * Is the claim real? Trains first light's dictionary with several seeds and says how often the frozen study confirms, then
 * runs its two sabotages, which must confirm nothing. Prints one line a study and, last, one JSON document.
 * Exits with 1 when a sabotage confirms something.
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/demo' },
    dictionaries: { type: 'string', default: '1,2,3' },
    sabotages: { type: 'string', default: '10' },
  },
});

interface Line {
  study: string;
  status: string;
  feature: number | null;
  dose: number | null;
  estimate: number | null;
  lo: number | null;
  hi: number | null;
}

async function lineOf(name: string, study: WorldStudy): Promise<Line> {
  const started = performance.now();
  const { claims, conclusion } = await studyOfWorld(study);
  const [claim] = claims;
  process.stderr.write(`${name}, ${((performance.now() - started) / 1000).toFixed(0)} s: ${conclusion}\n`);
  const { status = 'no claim', dose = null, estimate = null, lo = null, hi = null } = claim ?? {};
  return { study: name, status, feature: claim?.feature.index ?? null, dose, estimate, lo, hi };
}

const scratch = mkdtempSync(join(tmpdir(), 'sextant-claims-'));
try {
  const { name: backend } = await selectBackend({ log: (line) => process.stderr.write(`${line}\n`) });
  const model = await loadModel(resolve(values.model));
  const store = await harvestActivations(model, scratch);
  const claims: Line[] = [];
  const sabotages: Line[] = [];
  for (const [place, seed] of values.dictionaries.split(',').map(Number).entries()) {
    const dictionary = await dictionaryOfSeed(store, seed);
    const base = { model, dictionary, statistics: statisticsOf(dictionary, store) };
    claims.push(await lineOf(`dictionary of seed ${seed}`, { ...base, seed: 1 }));
    for (let round = 1; place === 0 && round <= Number(values.sabotages); round++) {
      for (const sabotage of ['shuffled-labels', 'random-direction'] as const) {
        sabotages.push(await lineOf(`${sabotage}, seed ${round}`, { ...base, seed: round, sabotage }));
      }
    }
    dictionary.dispose();
  }
  const confirmed = (lines: readonly Line[]) => lines.filter(({ status }) => status === 'confirmed').length;
  process.stdout.write(`${JSON.stringify({ backend, confirmed: confirmed(claims), sabotagesConfirmed: confirmed(sabotages), claims, sabotages })}\n`);
  if (confirmed(sabotages) > 0) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
