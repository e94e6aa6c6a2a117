import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient, waitForJob, type SextantClient } from '@sextant/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pagesOf } from './pages';
import { openSite, settled, type Site } from './testing/site';

const run = promisify(execFile);
const cli = fileURLToPath(new URL('../../apps/cli/bin/sextant.mjs', import.meta.url));
const demo = fileURLToPath(new URL('../../models/demo/', import.meta.url));
const missing = !existsSync(join(demo, 'model.safetensors'));

let site: Site;
let client: SextantClient;
const made = { model: '', corpus: '', activations: '', dictionary: '', featureIndex: '' };

/** Waits for a job and answers the digest of what it made. */
async function artifactOf({ jobId }: { jobId: string }): Promise<string> {
  const { result } = await waitForJob(client, jobId);
  if (typeof result?.['artifact'] !== 'string') throw new Error(`job ${jobId} made no artifact: ${JSON.stringify(result)}`);
  return result['artifact'];
}

beforeAll(async () => {
  if (missing) return;
  site = await openSite();
  client = createClient({ url: site.url });
  made.model = await artifactOf(await client.models.add.mutate({ path: demo, name: 'demo' }));
  made.corpus = await artifactOf(await client.corpora.create.mutate({ name: 'small world', model: made.model, source: { kind: 'world', seed: 5, tokens: 30_000 } }));
  made.activations = await artifactOf(await client.activations.harvest.mutate({ model: made.model, corpus: made.corpus, hook: 'blocks.1.hook_resid_post' }));
}, 240_000);
afterAll(() => site?.close());

// Skipped only where the demo model is not in the checkout: node --import tsx tools/demo-model/src/train.ts --out models/demo makes it.
describe.skipIf(missing)('an experiment in the browser, on the demo model', () => {
  it('starts a job from its spec and follows it live to its result', async () => {
    const { page, faults, close } = await site.open('/start?kind=dictionary.train');
    const spec = page.getByLabel('Spec as JSON');
    await spec.fill(JSON.stringify({ name: 'small topk', activations: made.activations, architecture: 'topk', n: 256, k: 12, steps: 120, batchSize: 256 }));
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForURL('**/jobs/job_*');
    // Nothing reloads: status, curves and the way to the result arrive by the event stream.
    await page.getByRole('link', { name: 'Open result' }).waitFor({ timeout: 120_000 });
    await page.locator('.curve-grid svg').first().waitFor();
    await page.getByRole('link', { name: 'Open result' }).click();
    await page.waitForURL('**/dictionaries/*');
    await settled(page);
    expect(await page.locator('h1').innerText()).toContain('TopK, 256 features, k 12');
    await page.locator('.training svg').nth(1).waitFor();
    expect(await page.locator('.empty').innerText()).toContain('not indexed yet');
    made.dictionary = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(faults).toEqual([]);
    await close();
    made.featureIndex = await artifactOf(await client.dictionaries.index.mutate({ dictionary: made.dictionary, activations: made.activations }));
  }, 240_000);

  it('finds features by text, each with its reason, and opens one', async () => {
    const { page, faults, close } = await site.open('/features');
    await settled(page);
    await page.keyboard.press('/');
    await page.keyboard.type('Human: The fox eats bread.');
    await page.keyboard.press('Enter');
    const rows = page.locator('table[aria-label="results"] tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBeGreaterThan(3);
    expect(await rows.first().locator('td').nth(3).innerText()).not.toBe('');
    expect(page.url()).toContain('text=Human');
    await page.keyboard.press('Escape');
    await rows.first().click();
    await page.waitForURL(`**/features/${made.dictionary}/*`);
    await settled(page);
    expect(faults).toEqual([]);
    await close();
  });

  it('shows a feature whole, tests a text on it as it is typed, and keeps the text in the link', async () => {
    const { items } = await client.features.list.query({ featureIndex: made.featureIndex, sort: 'density', order: 'descending', limit: 1 });
    const index = items[0]?.index ?? 0;
    const { page, faults, close } = await site.open(`/features/${made.dictionary}/${index}`);
    await settled(page);
    const truth = await client.features.get.query({ featureIndex: made.featureIndex, index });
    expect(await page.locator('.examples li').count()).toBe(Math.min(8, truth.topExamples.length));
    expect(await page.locator('.examples .token[data-peak]').count()).toBe(Math.min(8, truth.topExamples.length));
    expect(await page.locator('.logits li').count()).toBeGreaterThan(10);
    expect(await page.locator('.histogram rect').count()).toBeGreaterThan(4);
    const text = 'Human: The fox eats bread, and honey is golden.';
    await page.getByLabel(`Text to test feature ${index} on`).fill(text);
    await page.getByRole('status').filter({ hasText: /peak|silent/ }).waitFor();
    await page.waitForURL(/text=Human/);
    const tested = await client.features.testText.query({ featureIndex: made.featureIndex, index, text });
    const lit = tested.activations.filter((value) => Math.abs(value) > 0.02 * truth.maxActivation).length;
    expect(await page.locator('.test-behind span[style]').count()).toBe(lit);
    expect((await page.locator('.test-behind').innerText()).trim()).toBe(text);
    await page.reload();
    await settled(page);
    await page.getByRole('status').filter({ hasText: /peak|silent/ }).waitFor();
    expect(await page.locator('.test-view').innerText()).toContain('honey');
    await page.locator('h1').click();
    await page.keyboard.press('j');
    await page.waitForURL(`**/features/${made.dictionary}/${index + 1}**`);
    expect(faults).toEqual([]);
    await close();
  });

  it('streams baseline and steered side by side, and a shared link shows the same two replies', async () => {
    const { items } = await client.features.list.query({ featureIndex: made.featureIndex, sort: 'maxActivation', order: 'descending', limit: 1 });
    const index = items[0]?.index ?? 0;
    const { page, faults, close } = await site.open(`/features/${made.dictionary}/${index}`);
    await page.getByRole('link', { name: 'Steer with this' }).click();
    await page.getByRole('button', { name: 'Completion' }).click();
    const slider = page.getByRole('slider', { name: new RegExp(`Feature ${index}`) });
    await slider.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await slider.inputValue()).toBe('2.1');
    await page.getByPlaceholder('A text for both sides to continue').fill('Human: What does the fox eat?\nAssistant: Well.');
    await page.keyboard.press('Control+Enter');
    await page.getByText('· done').nth(1).waitFor({ timeout: 60_000 });
    const replies = () => page.locator('.reply-text').allInnerTexts();
    const [baseline = '', steered = ''] = await replies();
    expect(baseline.trim()).not.toBe('');
    expect(steered.trim()).not.toBe('');
    expect(await page.locator('.token-bar').count()).toBeGreaterThan(0);
    expect(await page.getByRole('row', { name: /‖Δh‖/ }).innerText()).toMatch(/\d\.\d\d/);
    const link = page.url();
    expect(link).toContain('2.1');
    await close();
    const shared = await site.open(link.slice(site.url.length));
    await shared.page.getByText('· done').nth(1).waitFor({ timeout: 60_000 });
    expect(await shared.page.locator('.reply-text').allInnerTexts()).toEqual([baseline, steered]);
    expect([...faults, ...shared.faults]).toEqual([]);
    await shared.close();
  }, 180_000);

  it('shows a study as it stands in the lab: candidates, plan and claims', async () => {
    const { jobId } = await client.studies.create.mutate({
      name: 'small study', model: made.model, dictionary: made.dictionary, featureIndex: made.featureIndex, hypothesis: 'one feature moves the margin of false claims',
      propose: { candidates: 6, screened: 2, ablationSample: 2 }, doses: [-1, 1], controls: { randomDirections: 2, densityMatched: 2 },
      items: { screen: 16, confirm: 24, sideEffects: 8 }, minimumEffect: 0.05, seed: 3,
    });
    await waitForJob(client, jobId);
    const { items } = await client.studies.list.query({ limit: 1 });
    const study = await client.studies.get.query({ id: items[0]?.id ?? '' });
    const { page, faults, close } = await site.open(`/studies/${study.id}`);
    await settled(page);
    expect(await page.locator('table[aria-label="candidates"] tbody tr').count()).toBe(study.candidates.length);
    expect(await page.locator('table[aria-label="claims"] tbody tr').count()).toBe(study.claims.length);
    expect(await page.getByText(study.hypothesis).count()).toBeGreaterThan(0);
    const [claim] = study.claims;
    if (claim) {
      await page.locator('table[aria-label="claims"] tbody tr').first().click();
      await page.waitForURL(`**/claims/${claim.id}`);
      await settled(page);
      await page.getByRole('button', { name: 'Recompute' }).click();
      await page.getByText(/Recomputed \d+ figures .* identical/).waitFor();
      expect(await page.locator('.dose-point').count()).toBe(3);
    }
    expect(faults).toEqual([]);
    await close();
  }, 240_000);

  it('names on every page a command that runs and answers JSON', async () => {
    const { page, close } = await site.open('/');
    const commands = new Set<string>();
    for (const { name, path } of await pagesOf(client)) {
      if (name === 'start') continue; // its commands are templates to fill in
      await page.goto(site.url + path, { waitUntil: 'domcontentloaded' });
      await settled(page);
      commands.add((await page.getByRole('button', { name: 'Copy as command' }).getAttribute('title')) ?? '');
    }
    await close();
    expect(commands.size).toBeGreaterThan(12);
    for (const command of commands) {
      expect(command).toMatch(/^sextant /);
      const line = command.replace(/^sextant /, `"${process.execPath}" "${cli}" --url ${site.url} --json `);
      const { stdout } = await run('/bin/sh', ['-c', line], { maxBuffer: 64 << 20 });
      expect(() => JSON.parse(stdout), command).not.toThrow();
    }
  }, 400_000);
});
