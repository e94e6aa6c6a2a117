import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, type SextantServer } from '@sextant/api';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../browser';

export interface Site {
  url: string;
  lab: string;
  server: SextantServer;
  browser: Browser;
  /** A fresh tab on `path`; what goes wrong in it is collected in `faults`. */
  open(path: string, options?: BrowserContextOptions): Promise<Tab>;
  /** Ends the server, keeping the browser; open tabs then see a server that is gone. */
  stopServer(): Promise<void>;
  close(): Promise<void>;
}

export interface Tab {
  page: Page;
  /** Uncaught errors, console errors and answers of 400 and above, as they came. */
  faults: string[];
  close(): Promise<void>;
}

/** The real server with its real workers on a lab of its own, and a browser to look at it with. */
export async function openSite(fill: (lab: string) => Promise<void> = async () => {}): Promise<Site> {
  const lab = mkdtempSync(join(tmpdir(), 'sextant-e2e-'));
  await fill(lab);
  const server = await serve({ lab, port: 0, workers: 'when-needed', logLevel: process.env['SEXTANT_TEST_LOG'] ?? 'silent' });
  const browser = await launchBrowser();
  let serving = true;
  const stopServer = async () => {
    if (!serving) return;
    serving = false;
    await server.close();
  };
  return {
    url: server.url,
    lab,
    server,
    browser,
    stopServer,
    async open(path, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
      page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
      page.on('response', (response) => response.status() >= 400 && faults.push(`${response.status()} ${response.url()}`));
      await page.goto(server.url + path, { waitUntil: 'domcontentloaded' });
      return { page, faults, close: () => context.close() };
    },
    async close() {
      await browser.close();
      await stopServer();
      rmSync(lab, { recursive: true, force: true });
    },
  };
}

/** Waits until the page is drawn and nothing in it is still loading. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await page.waitForFunction(() => document.querySelector('.loading') === null);
}
