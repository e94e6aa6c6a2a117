/**
 * Loads ten thousand changed files of every kind and prints how each ended; the first that ends otherwise than refused by name or loaded
 * as its files say stops it with the changes and the seed that repeat it.
 *
 *     node --import tsx libs/models/src/fuzz/runFuzz.ts [runs] [seed] [part of a loader's name]
 */
import { selectBackend } from '@sextant/compute';
import { fuzz, type FuzzCounts } from '@sextant/formats/testing';
import { tokenizerTargets } from './tokenizerTargets';
import { weightTargets } from './weightTargets';

const [runs = '10000', seed = '5411', only = ''] = process.argv.slice(2);
const options = { runs: Number(runs), seed: Number(seed) };

await selectBackend({ name: 'cpu' });
console.log(`| loader | changed | refused | loaded | array bytes asked for, by bytes of the files | slowest, ms |\n|---|---|---|---|---|---|`);
const print = ({ loader, mutated, refused, loaded, memoryRatio, slowestMs }: FuzzCounts) =>
  console.log(`| ${loader} | ${mutated} | ${refused} | ${loaded} | ${memoryRatio.toFixed(1)} | ${slowestMs.toFixed(0)} |`);
for (const target of weightTargets()) if (target.name.includes(only)) print(await fuzz(target, options));
for (const target of tokenizerTargets()) if (target.name.includes(only)) print(await fuzz(target, options));
console.log(`\nlargest resident size: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
