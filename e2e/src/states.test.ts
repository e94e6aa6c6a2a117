import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSite, settled, type Site } from './testing/site';

let site: Site;

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

describe('an empty lab', () => {
  it('names the one command that fills it', async () => {
    const { page, faults, close } = await site.open('/');
    await page.locator('h1').waitFor();
    expect(await page.locator('h1').innerText()).toContain('Nothing here yet');
    expect(await page.locator('.command code').first().innerText()).toBe(`npm start -- --lab ${site.lab}`);
    expect(faults).toEqual([]);
    await close();
  });

  it('says on every list which command makes the first', async () => {
    for (const [path, command] of [
      ['/models', 'sextant models add'], ['/dictionaries', 'sextant train'], ['/features', 'sextant features index'],
      ['/studies', 'sextant study create'], ['/claims', 'sextant study create'], ['/evals', 'sextant eval run'], ['/experiments', 'npm start'],
    ] as const) {
      const { page, close } = await site.open(path);
      await settled(page);
      expect(await page.locator('.command code').first().innerText(), path).toContain(command);
      await close();
    }
  });
});

describe('an error', () => {
  it('shows its code, message, field, value, request id and a retry', async () => {
    const { page, close } = await site.open('/claims/claim_that_is_not');
    const fault = page.locator('.fault');
    const text = await fault.innerText();
    expect(text).toContain('NOT_FOUND');
    expect(text).toContain('no claim claim_that_is_not in this lab');
    expect(text).toMatch(/field\s+id/);
    expect(text).toMatch(/request [0-9a-f]{12}/);
    await fault.getByRole('button', { name: 'Retry' }).click();
    await fault.waitFor();
    await close();
  });

  it('of a spec names the field before anything is sent, and the server\'s refusal after', async () => {
    const { page, close } = await site.open('/start?kind=features.index');
    await settled(page);
    expect(await page.locator('.fault').innerText()).toMatch(/expected a SHA-256 digest[\s\S]*field\s+dictionary/);
    expect(await page.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true);
    await close();
  });

  it('at an address that names nothing says so', async () => {
    const { page, close } = await site.open('/no/such/page');
    await settled(page);
    expect(await page.locator('h1').innerText()).toBe('No such page');
    await close();
  });

  it('of a server that went away is told, and the page keeps what it had', async () => {
    const own = await openSite();
    try {
      const { page } = await own.open('/models');
      await settled(page);
      await page.locator('.connection[data-state="live"]').waitFor();
      await own.stopServer();
      await page.locator('.connection[data-state="reconnecting"]').waitFor();
      expect(await page.locator('h1').innerText()).toBe('Models');
      await page.getByRole('link', { name: 'Claims' }).first().click();
      await page.locator('.fault').waitFor();
      expect(await page.locator('.fault').innerText()).toContain('UNREACHABLE');
    } finally {
      await own.close();
    }
  });
});
