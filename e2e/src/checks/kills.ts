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
  const seconds = (performance.now() - began) / 1000;
  console.log(`uninterrupted first light: ${seconds.toFixed(0)} s`);
  // Moments are spread over the time that first light takes, so that every stage is likely to be hit.
  const pauses = Array.from({ length: kills }, () => 0.3 + rng.uniform() * 1.4).map((share) => (share * seconds) / kills);
  const run = sextant(['start', '--no-serve', '--lab', rough]);
  let killed = 0;
  for (const pause of pauses) {
    await sleep(pause * 1000);
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
  process.exitCode = differing.length === 0 && killed > 0 ? 0 : 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
