// kill -9 of the jobs worker at random moments of first light, ten times; the dictionary must come out bit for bit.
// node --import tsx e2e/src/checks/kills.ts [--kills 10] [--seed 1]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Rng } from '@sextant/compute';
import { jobsWorker, sextant, withServer } from './lab';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } } });
const kills = Number(values.kills);
const rng = new Rng(Number(values.seed));
const root = mkdtempSync(join(tmpdir(), 'sextant-kills-'));
const calm = join(root, 'calm');
const rough = join(root, 'rough');

const digests = (lab: string) =>
  withServer(lab, async (client) => {
    const { items } = await client.artifacts.list.query({ limit: 100 });
    return Object.fromEntries(items.filter(({ kind }) => ['corpus', 'activations', 'dictionary', 'features'].includes(kind)).map(({ kind, digest }) => [kind, digest]));
  });

try {
  const began = performance.now();
  await sextant(['start', '--no-serve', '--lab', calm]).answer;
  console.log(`uninterrupted first light: ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const run = sextant(['start', '--no-serve', '--lab', rough]);
  const ended = run.answer.then(() => true);
  let killed = 0;
  while (killed < kills) {
    // Short enough for ten kills within one first light, random enough to hit any stage.
    const pause = 1 + rng.uniform() * 11;
    if (await Promise.race([ended, sleep(pause * 1000)])) break;
    const pid = jobsWorker(rough);
    if (pid === null) continue;
    process.kill(pid, 'SIGKILL');
    killed += 1;
    console.log(`kill ${killed} after another ${pause.toFixed(1)} s (pid ${pid})`);
  }
  const report = await run.answer;
  const [before, after] = [await digests(calm), await digests(rough)];
  const differing = Object.keys(before).filter((kind) => before[kind] !== after[kind]);
  console.log(JSON.stringify({ killed, finished: true, claims: report.claims !== undefined, artifacts: before, differing }, null, 2));
  process.exitCode = differing.length === 0 && killed === kills ? 0 : 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
