// `npm test`: installs what is missing, then runs every test, the browser ones included.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBrowser } from './browser.mjs';
import { ensure } from './ensure.mjs';
import { ensureWorkbench } from './workbench.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const log = (line) => console.error(line);

await ensure({ log });
process.env.CHROME = ensureBrowser(log);
ensureWorkbench(root, log);

const reports = mkdtempSync(join(tmpdir(), 'sextant-test-'));
const report = join(reports, 'report.json');
const result = spawnSync(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
rmSync(reports, { recursive: true });
if (counts) {
  const skipped = counts.numPendingTests + counts.numTodoTests;
  // A file that fails to load has no tests to count: it still must not look like a pass.
  const failed = counts.numFailedTests + (result.status !== 0 && counts.numFailedTests === 0 ? 1 : 0);
  console.log(`${counts.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
}
process.exit(result.status ?? 1);
