// What the model says at a claim's doses: replies to the claim's own items, sampled and greedy, sorted by what they state.
// node --import tsx e2e/src/checks/replies.ts --lab DIR [--items 60] [--doses -2,-1,1,2] [--shown 4]
import { parseArgs } from 'node:util';
import { withServer } from './lab';

const { values } = parseArgs({
  options: {
    lab: { type: 'string', default: 'lab' },
    items: { type: 'string', default: '60' },
    doses: { type: 'string', default: '-2,-1,1,2' },
    shown: { type: 'string', default: '4' },
  },
});
const doses = values.doses.split(',').map(Number);
const kinds = ['the claim', 'the truth', 'something else'] as const;

/** Which object a reply states first. */
function objectOf(reply: string, [claimed = '', truth = '']: readonly string[]): (typeof kinds)[number] {
  const object = reply.trimStart().split(/[ ,.]/)[0] ?? '';
  if (object === claimed.trim()) return 'the claim';
  return object === truth.trim() ? 'the truth' : 'something else';
}

await withServer(values.lab, async (client) => {
  const [claim] = (await client.claims.list.query({ limit: 1 })).items;
  if (claim === undefined) throw new Error(`${values.lab} holds no claim`);
  const { plan } = await client.studies.get.query({ id: claim.study });
  const { items } = await client.claims.items.query({ id: claim.id, sort: 'margin', limit: 200 });
  // In the order of their ids, so that how far an item moved has no part in whether it is shown.
  const sample = [...items].sort((a, b) => (a.item < b.item ? -1 : 1)).slice(0, Number(values.items));
  for (const temperature of [0, 1]) {
    const counts = new Map([0, ...doses].map((dose) => [dose, { 'the claim': 0, 'the truth': 0, 'something else': 0 }]));
    for (const [place, { prompt, choices }] of sample.entries()) {
      const asked = { model: plan.model, prompt, intervention: claim.intervention, doses, maxNewTokens: 12, temperature, seed: place };
      const answer = await client.steering.doses.query(asked);
      const replies = [{ dose: 0, text: answer.baseline }, ...answer.doses];
      for (const { dose, text } of replies) counts.get(dose)![objectOf(text, choices)]++;
      if (place >= Number(values.shown)) continue;
      console.log(`\n${prompt} (temperature ${temperature})`);
      for (const { dose, text } of replies) console.log(`  × ${dose}: ${text.split('\n')[0]?.trim()}`);
    }
    console.log(`\ntemperature ${temperature}, ${sample.length} items: share of replies that state …`);
    for (const kind of kinds) {
      const shares = [...counts].sort(([a], [b]) => a - b).map(([dose, found]) => `× ${dose}: ${Math.round((100 * found[kind]) / sample.length)} %`);
      console.log(`  ${kind.padEnd(15)} ${shares.join('   ')}`);
    }
  }
});
