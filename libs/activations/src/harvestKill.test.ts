import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { selectBackend } from '@sextant/compute';
import { harvest } from './index';
import { HOOK, randomRows, tableModel } from './testing/standIn';

const root = mkdtempSync(join(tmpdir(), 'sextant-kill-'));
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(async () => void (await selectBackend()));

const settings = { hook: HOOK, batchSize: 2, shardTokens: 400 };
const rows = { rows: 300, contextLength: 32, vocabSize: 50, seed: 3 };
const table = { vocabSize: 50, d: 16, seed: 1 };

/** Harvests in a process of its own and kills it, as the operating system would, once `shards` shards are there. */
async function harvestAndKill(outDir: string, shards: number): Promise<void> {
  const program = `
    import { selectBackend } from '@sextant/compute';
    import { harvest } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    import { randomRows, tableModel } from ${JSON.stringify(new URL('./testing/standIn.ts', import.meta.url).href)};
    await selectBackend();
    const { readdirSync } = await import('node:fs');
    const outDir = ${JSON.stringify(outDir)};
    await harvest({ ...${JSON.stringify(settings)}, outDir, model: tableModel(${JSON.stringify(table)}), corpus: randomRows(${JSON.stringify(rows)}),
      onProgress: () => void (readdirSync(outDir).filter((name) => name.startsWith('shard')).length >= ${shards} && process.kill(process.pid, 'SIGKILL')) });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { cwd: import.meta.dirname, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const signal = await new Promise((resolve) => child.on('exit', (_, by) => resolve(by)));
  expect(signal, complaints).toBe('SIGKILL');
}

function hashes(dir: string): Record<string, string> {
  return Object.fromEntries(readdirSync(dir).sort().map((name) => [name, createHash('sha256').update(readFileSync(join(dir, name))).digest('hex')]));
}

it('after kill -9 ends with the bytes of an uninterrupted harvest', async () => {
  const [whole, killed] = [join(root, 'whole'), join(root, 'killed')];
  const model = tableModel(table);
  const corpus = randomRows(rows);
  await harvest({ ...settings, model, corpus, outDir: whole });
  await harvestAndKill(killed, 9);
  expect(readdirSync(killed)).not.toContain('activations.json');
  const steps: number[] = [];
  await harvest({ ...settings, model, corpus, outDir: killed, onProgress: ({ done }) => void steps.push(done) });
  expect(steps[0]).toBeGreaterThan(0);
  expect(hashes(killed)).toEqual(hashes(whole));
  model.dispose();
});
