/**
 * Prints how long a model takes to load, by the clock and of the processor (others may use it too), and how much memory that
 * needs beyond an idle process, in a process of its own:
 *
 *     node --import tsx libs/models/src/reportLoading.ts PATH…
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { selectBackend } from '@sextant/compute';
import { loadModel } from './loadModel';

const [first, ...rest] = process.argv.slice(2);
if (first === '--measure') {
  await selectBackend();
  // Kilobytes; the most that the process ever had.
  const before = process.resourceUsage().maxRSS;
  const [started, usage] = [performance.now(), process.cpuUsage()];
  const model = await loadModel(rest[0]!);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(usage);
  const peak = process.resourceUsage().maxRSS;
  console.log(JSON.stringify({ seconds, processor: (user + system) / 1e6, weights: 4 * model.config.parameters, peak: 1024 * (peak - before) }));
} else {
  console.log('| model | seconds | processor seconds | weights, MB | peak beyond the idle process, MB | ratio |\n|---|---|---|---|---|---|');
  for (const path of process.argv.slice(2)) {
    const out = execFileSync(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), '--measure', path], { encoding: 'utf8' });
    const { seconds, processor, weights, peak } = JSON.parse(out) as { seconds: number; processor: number; weights: number; peak: number };
    const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
    console.log(`| ${path.split('/').pop()} | ${seconds.toFixed(2)} | ${processor.toFixed(2)} | ${mb(weights)} | ${mb(peak)} | ${(peak / weights).toFixed(2)} |`);
  }
}
