/**
 * Prints how far the dictionaries of each format are from what their own library computed: the largest relative L2 error of a row.
 *
 *     node --import tsx libs/dictionaries/src/foreign/parityTable.ts
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { selectBackend } from '@sextant/compute';
import { fixture } from '../fixtures';
import { verifyDictionaryAt } from '../verifyAt';

const foldersOf = (path: string) => readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(path, entry.name)] : []));

await selectBackend();
console.log('| format | checkpoints | pass | codes | reconstructions | features active in one only |\n|---|---|---|---|---|---|');
for (const format of ['sae_lens', 'dictionary_learning', 'sparsify', 'openai', 'gemma_scope']) {
  const checkpoints = foldersOf(fixture(format)).flatMap((path) => (path.endsWith('trained_by_trainSAE') ? foldersOf(path) : [path]));
  const reports = checkpoints.map((path) => verifyDictionaryAt(path));
  const worst = (which: (index: number) => boolean) =>
    Math.max(...reports.flatMap(({ errors }) => errors.filter((_, index) => which(index)).map(({ maxRowRelative }) => maxRowRelative))).toExponential(1);
  const mismatches = reports.reduce((sum, { supportMismatches }) => sum + supportMismatches, 0);
  const passing = reports.filter(({ passed }) => passed).length;
  console.log(`| ${format} | ${checkpoints.length} | ${passing} | ${worst((index) => index === 0)} | ${worst((index) => index > 0)} | ${mismatches} |`);
}
