// How fast pages come and whether anything blocks the main thread, on a synthetic lab of 16k features:
//   node --import tsx e2e/src/measure.ts
import { parseArgs } from 'node:util';
import { fillSyntheticLab, type SyntheticLab } from './syntheticLab';
import { openSite } from './testing/site';

const { values } = parseArgs({ options: { features: { type: 'string', default: '16384' }, rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);

let lab: SyntheticLab | undefined;
const site = await openSite(async (dir) => {
  lab = await fillSyntheticLab(dir, { features: Number(values.features) });
});

/** Milliseconds until `selector` stands after going to `path` inside the workbench, and the longest task of the next second. */
async function visit(path: string, selector: string): Promise<{ shown: number; longest: number }> {
  const { page, close } = await site.open('/start');
  await page.locator('textarea').waitFor();
  await page.waitForTimeout(500);
  const seen = await page.evaluate(async ([to, wanted]) => {
    let longest = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
    }).observe({ type: 'longtask' });
    const start = performance.now();
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
    while (document.querySelector(wanted) === null && performance.now() - start < 20_000) await new Promise(requestAnimationFrame);
    const shown = performance.now() - start;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return { shown, longest };
  }, [path, selector] as const);
  await close();
  return seen;
}

const median = (numbers: number[]) => [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? Number.NaN;

try {
  if (!lab) throw new Error('the lab was not filled');
  for (const [name, path, selector] of [
    ['home', '/', '.columns.home .records tbody tr'],
    ['dictionary', `/dictionaries/${lab.dictionary}`, 'table[aria-label="features"] tbody tr'],
    ['study', `/studies/${lab.study}`, 'table[aria-label="candidates"] tbody tr'],
    ['claim', `/claims/${lab.claim}`, '.claim-items tbody tr'],
    ['run', `/evals/${lab.run}`, '.items tbody tr'],
  ] as const) {
    const visits = [];
    for (let round = 0; round < rounds; round += 1) visits.push(await visit(path, selector));
    const shown = visits.map((one) => Math.round(one.shown));
    const longest = visits.map((one) => Math.round(one.longest));
    console.log(`${name.padEnd(11)} shown ${median(shown)} ms (${shown.join(', ')})   longest task ${median(longest) || 'under 50'} ms (${longest.join(', ')})`);
  }
} finally {
  await site.close();
}
