// How often the same frozen study confirms: with other dictionary seeds, and with the study sabotaged.
// node --import tsx e2e/src/checks/replications.ts --lab DIR [--dictionaries 3] [--sabotage 10]
import { parseArgs } from 'node:util';
import type { SextantClient } from '@sextant/client';
import { finished, withServer } from './lab';

const { values } = parseArgs({
  options: { lab: { type: 'string' }, dictionaries: { type: 'string', default: '3' }, sabotage: { type: 'string', default: '10' } },
});
if (values.lab === undefined) throw new Error('--lab is missing: a lab with a finished first light');

async function firstStudy(client: SextantClient) {
  const { items } = await client.studies.list.query({ limit: 1000 });
  const oldest = items.at(-1);
  if (oldest === undefined) throw new Error('this lab has no study');
  return (await client.studies.get.query({ id: oldest.id })).plan;
}

async function outcome(client: SextantClient, study: unknown): Promise<string> {
  const { claims } = await client.studies.get.query({ id: String(study) });
  const [claim] = claims;
  if (claim === undefined) return 'nothing passed the screen';
  const { status, feature, dose, estimate, lo, hi, rateBaseline, rateSteered, perplexityRatio } = claim;
  const rates = `${(rateBaseline.estimate * 100).toFixed(0)} → ${(rateSteered.estimate * 100).toFixed(0)} %`;
  return `${status}: feature ${feature.index} × ${dose}, ${estimate.toFixed(2)} nats [${lo.toFixed(2)}, ${hi.toFixed(2)}], rate ${rates}, perplexity × ${perplexityRatio.toFixed(3)}`;
}

await withServer(values.lab, async (client) => {
  const plan = await firstStudy(client);
  const trained = await client.dictionaries.get.query({ digest: plan.dictionary });
  const activations = trained.activations;
  if (activations === null) throw new Error('the study\'s dictionary does not say what it was trained on');
  const { config } = trained.provenance;
  for (let seed = 2; seed < 2 + Number(values.dictionaries); seed++) {
    const spec = { ...Object(config), name: `first light topk, seed ${seed}`, seed, activations };
    const dictionary = String((await finished(client, client.dictionaries.train.mutate(spec))).artifact);
    const featureIndex = String((await finished(client, client.dictionaries.index.mutate({ dictionary, activations, seed: 1 }))).artifact);
    const { study } = await finished(client, client.studies.create.mutate({ ...plan, name: `${plan.name} (dictionary seed ${seed})`, dictionary, featureIndex }));
    console.log(`dictionary seed ${seed}: ${await outcome(client, study)}`);
  }
  let confirmed = 0;
  for (const sabotage of ['shuffled-labels', 'random-direction'] as const) {
    for (let seed = 1; seed <= Number(values.sabotage); seed++) {
      const { study } = await finished(client, client.studies.create.mutate({ ...plan, name: `${sabotage} ${seed}`, sabotage, seed }));
      const found = await outcome(client, study);
      if (found.startsWith('confirmed')) confirmed += 1;
      console.log(`${sabotage} seed ${seed}: ${found}`);
    }
  }
  console.log(`sabotaged studies confirmed: ${confirmed} of ${2 * Number(values.sabotage)}`);
  process.exitCode = confirmed === 0 ? 0 : 1;
});
