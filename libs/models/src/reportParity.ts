/**
 * Prints the largest absolute differences from Hugging Face Transformers for every tiny fixture, on every backend present:
 *
 *     node --import tsx libs/models/src/reportParity.ts
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { listBackends, selectBackend } from '@sextant/compute';
import { loadModel } from './loadModel';
import { haveModelFixtures, modelFixtures, withoutFixtures } from './sharedFixtures';
import { verifyModel, type ReferenceCheck } from './verification/verifyModel';

const columns: Record<string, RegExp> = {
  logits: /^right\.logits/,
  'hidden states': /^right\.(hidden_states|resid_post_last)/,
  hooks: /^hooks\./,
  patterns: /^right\.attentions/,
  'left padding': /^left\./,
  'log-probabilities': /^continuation/,
  'greedy ids': /^greedy/,
};

function worst(checks: readonly ReferenceCheck[], pattern: RegExp): string {
  const found = checks.filter(({ tensor }) => pattern.test(tensor)).map(({ maxAbs }) => maxAbs);
  if (found.length === 0) return '–';
  const largest = Math.max(...found);
  return largest === 0 ? 'equal' : largest.toExponential(1);
}

if (!haveModelFixtures) throw new Error(withoutFixtures);
for (const { name: backend, present, detail } of await listBackends()) {
  if (!present) {
    console.log(`\n${backend}: absent (${detail})`);
    continue;
  }
  await selectBackend({ name: backend });
  console.log(`\n| ${backend} (${detail}) | ${Object.keys(columns).join(' | ')} |\n|---${'|---'.repeat(Object.keys(columns).length)}|`);
  for (const fixture of readdirSync(join(modelFixtures, 'tiny'))) {
    const folder = join(modelFixtures, 'tiny', fixture);
    if (!existsSync(join(folder, 'references.safetensors'))) continue;
    const model = await loadModel(folder);
    const checks = await verifyModel(model, join(folder, 'references.safetensors'));
    model.dispose();
    console.log(`| \`${fixture}\` | ${Object.values(columns).map((pattern) => worst(checks, pattern)).join(' | ')} |`);
  }
}
