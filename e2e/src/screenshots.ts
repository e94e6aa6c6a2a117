// Pictures of every page of a served lab, light, dark and narrow:
//   node --import tsx e2e/src/screenshots.ts --url http://127.0.0.1:4520 --out docs/screenshots
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '@sextant/client';
import { launchBrowser } from './browser';
import { pagesOf } from './pages';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:4520' },
    out: { type: 'string', default: 'docs/screenshots' },
    only: { type: 'string' },
    looks: { type: 'string', default: 'light,dark,narrow' },
    full: { type: 'boolean', default: false },
    scale: { type: 'string', default: '1' },
  },
});

const looks = {
  light: { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  narrow: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  narrowdark: { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  wide: { colorScheme: 'light', viewport: { width: 2200, height: 1100 } },
  tablet: { colorScheme: 'light', viewport: { width: 900, height: 1000 } },
} as const;

mkdirSync(values.out, { recursive: true });
const pages = (await pagesOf(createClient({ url: values.url }))).filter(({ name }) => values.only === undefined || values.only.split(',').includes(name));
const browser = await launchBrowser();
try {
  for (const [look, setting] of Object.entries(looks).filter(([name]) => values.looks.split(',').includes(name))) {
    const context = await browser.newContext({ ...setting, deviceScaleFactor: Number(values.scale), reducedMotion: 'reduce' });
    const page = await context.newPage();
    for (const { name, path } of pages) {
      await page.goto(values.url + path, { waitUntil: 'domcontentloaded' });
      await page.locator('h1').waitFor();
      await page.locator('.loading').first().waitFor({ state: 'detached', timeout: 30_000 }).catch(() => console.error(`${name}: still loading after 30 s`));
      if (name.startsWith('steer')) await page.getByText('· done').first().waitFor({ timeout: 60_000 }).catch(() => console.error(`${name}: the replies did not finish`));
      // Charts arrive after the page: Observable Plot is fetched on first use.
      await page.waitForTimeout(900);
      const file = join(values.out, `${name}-${look}.png`);
      await page.screenshot({ path: file, fullPage: values.full });
      console.log(file);
    }
    await context.close();
  }
} finally {
  await browser.close();
}
