import { createClient } from '@sextant/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pagesOf } from './pages';
import { fillSyntheticLab, type SyntheticLab } from './syntheticLab';
import { openSite, settled, type Site } from './testing/site';

let site: Site;
let lab: SyntheticLab;

beforeAll(async () => {
  site = await openSite(async (dir) => {
    lab = await fillSyntheticLab(dir);
  });
});
afterAll(() => site?.close());

/** Pages whose worker must read artifacts that a synthetic lab does not have: there its error is what should show. */
const needsArtifacts = ['feature', 'steer', 'dictionary', 'model'];

describe('every page', () => {
  it('draws under its own link, in light, dark and narrow, without an error or text read as HTML', async () => {
    const pages = await pagesOf(createClient({ url: site.url }));
    expect(pages.map(({ name }) => name).sort()).toEqual([
      'claim', 'claims', 'dictionaries', 'dictionary', 'evals', 'experiment', 'experiments', 'feature', 'home', 'job', 'jobs', 'model', 'models', 'run', 'search', 'start', 'steer', 'studies', 'study',
    ]);
    for (const [look, options] of Object.entries({
      light: { colorScheme: 'light' as const },
      dark: { colorScheme: 'dark' as const },
      narrow: { viewport: { width: 390, height: 844 } },
    })) {
      const tab = await site.open('/', options);
      for (const { name, path } of pages) {
        tab.faults.length = 0;
        await tab.page.goto(site.url + path, { waitUntil: 'domcontentloaded' });
        await settled(tab.page);
        const about = `${name}, ${look}`;
        if (!needsArtifacts.includes(name)) expect(tab.faults, about).toEqual([]);
        expect(tab.faults.filter((fault) => fault.startsWith('uncaught')), about).toEqual([]);
        expect(await tab.page.evaluate(() => 'breached' in window), about).toBe(false);
        expect(await tab.page.locator('main img, main script').count(), about).toBe(0);
        // Nothing may make the page itself scroll sideways; wide tables scroll in their own boxes.
        expect(await tab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth), about).toBeLessThanOrEqual(0);
      }
      await tab.close();
    }
  }, 400_000);

  it('names every control, and can be walked by keyboard to a visible focus', async () => {
    for (const path of ['/', `/dictionaries/${lab.dictionary}`, `/claims/${lab.claim}`, `/steer?dictionary=${lab.dictionary}&recipe=[{"feature":922}]`, '/start']) {
      const { page, close } = await site.open(path);
      await settled(page);
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('button, a[href], input, select, textarea')]
          .filter((control) => {
            const field = control instanceof HTMLInputElement || control instanceof HTMLSelectElement || control instanceof HTMLTextAreaElement;
            const labels = field ? control.labels : null;
            return !labels?.length && !control.getAttribute('aria-label') && !control.textContent?.trim();
          })
          .map((control) => control.outerHTML.slice(0, 120)));
      expect(nameless, path).toEqual([]);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      const outline = await page.evaluate(() => document.activeElement && getComputedStyle(document.activeElement).outlineStyle);
      expect(outline, path).toBe('solid');
      await close();
    }
  });

  it('shows hostile labels, logs, items and errors as the text they are', async () => {
    const shown = async (path: string, where: string) => {
      const { page, close } = await site.open(path);
      await settled(page);
      expect(await page.locator(where).first().innerText()).toContain('<img src=x onerror="window.breached=1">');
      expect(await page.evaluate(() => 'breached' in window)).toBe(false);
      await close();
    };
    await shown('/features?mode=label&text=onerror', '.records');
    await shown(`/jobs/${lab.failedJob}`, '.fault');
    await shown(`/jobs/${lab.job}`, '.log');
    await shown(`/evals/${lab.run}`, '.items');
    await shown(`/models/${lab.model}`, '.card');
    await shown(`/studies/${lab.study}`, 'table[aria-label="candidates"]');
  });
});
