import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const firstRows = (page: Page) => page.locator('table[aria-label="features"] tbody tr').evaluateAll((rows) => rows.slice(0, 5).map((row) => row.textContent));

describe('a link', () => {
  it('holds sort, filter and columns of a table, and gives them back after a reload', async () => {
    const { page, close } = await site.open(`/dictionaries/${lab.dictionary}`);
    await settled(page);
    await page.getByRole('button', { name: 'density', exact: true }).click();
    await page.getByLabel('Filter features by label, top token or number').fill('honey');
    await page.waitForURL(/filter=honey/);
    await page.getByText('Columns').click();
    await page.getByLabel('norm', { exact: true }).uncheck();
    await page.waitForURL(/hidden/);
    await settled(page);
    const before = await firstRows(page);
    expect(before.length).toBeGreaterThan(2);
    await page.reload();
    await settled(page);
    await page.locator('table[aria-label="features"] tbody tr').first().waitFor();
    expect(await firstRows(page)).toEqual(before);
    expect(await page.locator('th[aria-sort]').innerText()).toMatch(/density/);
    expect(await page.getByRole('columnheader', { name: 'decoder norm' }).count()).toBe(0);
    expect(await page.getByLabel('Filter features by label, top token or number').inputValue()).toBe('honey');
    await close();
  });

  it('with nonsense in it falls back to defaults one by one', async () => {
    const { page, faults, close } = await site.open(`/dictionaries/${lab.dictionary}?sort=nonsense&order=7&filter=honey&maxDensity=lots`);
    await settled(page);
    expect(await page.locator('th[aria-sort]').innerText()).toMatch(/max/);
    expect(await page.getByLabel('Filter features by label, top token or number').inputValue()).toBe('honey');
    expect(faults.filter((fault) => fault.startsWith('uncaught'))).toEqual([]);
    await close();
  });

  it('can be copied, with the command that shows the same', async () => {
    const { page, close } = await site.open(`/claims/${lab.claim}?show=loss`, { permissions: ['clipboard-read', 'clipboard-write'] });
    await settled(page);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole('button', { name: 'Copy link' }).click();
    expect(await clipboard()).toBe(`${site.url}/claims/${lab.claim}?show=loss`);
    await page.getByRole('button', { name: 'Copy as command' }).click();
    expect(await clipboard()).toBe(`sextant claims show ${lab.claim}`);
    await close();
  });

  it('keeps a theme chosen by hand, against the system', async () => {
    const { page, close } = await site.open('/', { colorScheme: 'light' });
    await settled(page);
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).toBe('rgb(251, 251, 249)');
    await page.getByRole('button', { name: 'Switch to dark' }).click();
    expect(await background()).toBe('rgb(17, 19, 22)');
    await page.reload();
    await settled(page);
    expect(await background()).toBe('rgb(17, 19, 22)');
    await close();
  });

  it('fetches further rows of a long table as they come near, without holding them all in the page', async () => {
    const { page, close } = await site.open(`/dictionaries/${lab.dictionary}?sort=index&order=ascending`);
    await settled(page);
    await page.locator('table[aria-label="features"] tbody tr').nth(20).waitFor();
    for (let turn = 0; turn < 40 && (await page.getByRole('link', { name: '1023', exact: true }).count()) === 0; turn += 1) {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await page.waitForTimeout(150);
    }
    expect(await page.getByRole('link', { name: '1023', exact: true }).count()).toBe(1);
    expect(await page.locator('table[aria-label="features"] tbody tr').count()).toBeLessThan(200);
    await close();
  });
});
