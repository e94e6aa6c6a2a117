/**
 * Loads ten thousand changed files of every dictionary format and prints how each ended; the first that ends otherwise than refused by
 * name or loaded as its files say stops it with the changes and the seed that repeat it.
 *
 *     node --import tsx libs/dictionaries/src/fuzz/runFuzz.ts [runs] [seed] [part of a loader's name]
 */
import { selectBackend } from '@sextant/compute';
import { fuzz } from '@sextant/formats/testing';
import { dictionaryTargets } from './targets';

const [runs = '10000', seed = '5411', only = ''] = process.argv.slice(2);

await selectBackend({ name: 'cpu' });
console.log(`| loader | changed | refused | loaded | array bytes asked for, by bytes of the files | slowest, ms |\n|---|---|---|---|---|---|`);
for (const target of dictionaryTargets()) {
  if (!target.name.includes(only)) continue;
  const { loader, mutated, refused, loaded, memoryRatio, slowestMs } = await fuzz(target, { runs: Number(runs), seed: Number(seed) });
  console.log(`| ${loader} | ${mutated} | ${refused} | ${loaded} | ${memoryRatio.toFixed(1)} | ${slowestMs.toFixed(0)} |`);
}
console.log(`\nlargest resident size: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
