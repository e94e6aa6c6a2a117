// kill -9 of the jobs worker, ten times spread over the stages of first light, each at a random fraction of its stage; the
// dictionary must come out bit for bit.
// node --import tsx e2e/src/checks/kills.ts [--kills 10] [--seed 1]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findServer } from '@sextant/cli';
import { createClient } from '@sextant/client';
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

/** The jobs of first light that take long enough to be hit, and what their stages are called in its report. */
const targets = [
  { kind: 'corpus.create', stage: 'corpus' },
  { kind: 'activations.harvest', stage: 'harvest' },
  { kind: 'dictionary.train', stage: 'dictionary' },
  { kind: 'features.index', stage: 'features' },
  { kind: 'study.run', stage: 'study' },
] as const;

/** The job that runs in a lab just now, with the share of its present stage that is done. */
async function running(lab: string): Promise<{ kind: string; where: string } | null> {
  const url = await findServer(lab);
  if (url === null) return null;
  const { items } = await createClient({ url }).jobs.list.query({ status: 'running', limit: 1 });
  const [job] = items;
  if (job === undefined) return null;
  const { progress } = job;
  return { kind: job.kind, where: progress === null ? job.kind : `${job.kind}, ${progress.stage} ${Math.round((100 * progress.done) / progress.total)} %` };
}

/** Waits until the job of a target runs, then for a random part of the time that it took uninterrupted. Null when first light ended before. */
async function strike({ kind, seconds }: { kind: string; seconds: number }, ended: Promise<true>): Promise<string | null> {
  for (;;) {
    if (await Promise.race([ended, sleep(20)])) return null;
    if ((await running(rough).catch(() => null))?.kind !== kind) continue;
    // Two thirds at most: a resumed job has less left than a whole one.
    await sleep(rng.uniform() * 0.66 * seconds * 1000);
    const hit = await running(rough).catch(() => null);
    const pid = jobsWorker(rough);
    if (hit === null || pid === null) continue;
    process.kill(pid, 'SIGKILL');
    return hit.where;
  }
}

try {
  const began = performance.now();
  const calmly = await sextant(['start', '--no-serve', '--lab', calm]).answer;
  console.log(`uninterrupted first light: ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const stages = new Map((calmly.stages as { name: string; seconds: number }[]).map(({ name, seconds }) => [name, seconds]));
  const run = sextant(['start', '--no-serve', '--lab', rough]);
  const ended = run.answer.then(() => true as const);
  const hits: string[] = [];
  for (const [place, { kind, stage }] of targets.entries()) {
    const times = Math.floor(kills / targets.length) + (place < kills % targets.length ? 1 : 0);
    for (let time = 0; time < times; time++) {
      const hit = await strike({ kind, seconds: stages.get(stage) ?? 1 }, ended);
      if (hit === null) break;
      hits.push(hit);
      console.log(`kill ${hits.length}: ${hit}`);
    }
  }
  const report = await run.answer;
  const [before, after] = [await digests(calm), await digests(rough)];
  const differing = Object.keys(before).filter((kind) => before[kind] !== after[kind]);
  const same = JSON.stringify(calmly.claims) === JSON.stringify(report.claims);
  console.log(JSON.stringify({ hits, finished: true, sameClaims: same, artifacts: before, differing }, null, 2));
  process.exitCode = differing.length === 0 && same && hits.length === kills ? 0 : 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
