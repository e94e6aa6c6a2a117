import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'msedge', 'chrome'];

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** An installed Chrome-family browser: `CHROME`, else the first on PATH. `npm test` sets CHROME after looking wider. */
export function findChrome(): string | null {
  if (process.env['CHROME']) return process.env['CHROME'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(executable) ?? null;
}

/** @throws Error naming what to install where no browser is found */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChrome();
  if (executablePath === null) throw new Error('No Chrome, Chromium or Edge found. Install one, or set CHROME to its path.');
  const asRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
      ...(asRoot ? ['--no-sandbox'] : []),
    ],
  });
}
