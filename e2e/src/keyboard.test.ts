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

describe('the keyboard', () => {
  it('opens the palette on Ctrl+K, finds a feature by label, goes there on Enter', async () => {
    const { page, close } = await site.open('/');
    await settled(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).fill('repeats');
    await page.getByRole('option', { name: /922.*repeats the claim/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/features/${lab.dictionary}/922`);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await close();
  });

  it('walks the palette with arrows and leaves it on Esc', async () => {
    const { page, close } = await site.open('/claims');
    await settled(page);
    await page.keyboard.press('/');
    const options = page.getByRole('dialog').getByRole('option');
    await options.first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await options.nth(2).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(page.url()).toContain('/claims');
    await close();
  });

  it('moves in a table with j and k, opens on Enter, and says so under ?', async () => {
    const { page, close } = await site.open('/claims');
    await settled(page);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const selected = page.locator('tr[data-selected]');
    expect(await selected.count()).toBe(1);
    expect(await selected.getAttribute('aria-rowindex')).toBe('2');
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    expect(await keys.innerText()).toMatch(/next row of claims/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/claims/claim_*');
    await close();
  });

  it('leaves letters alone while a text is being typed', async () => {
    const { page, close } = await site.open(`/dictionaries/${lab.dictionary}`);
    await settled(page);
    const filter = page.getByLabel('Filter features by label, top token or number');
    await filter.pressSequentially('jk?/');
    expect(await filter.inputValue()).toBe('jk?/');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await close();
  });
});
