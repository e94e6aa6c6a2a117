/**
 * Prints the largest absolute differences from Hugging Face Transformers, by family and by file type. With `large` also of the
 * model of 135 M parameters, which takes minutes; with a backend's name only on that one:
 *
 *     node --import tsx libs/models/src/reportParity.ts [large] [backend]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listBackends, selectBackend } from '@sextant/compute';
import { convertFixture, ggufFixtures } from './checkpoints/gguf/convertFixture';
import { haveModelFixtures, modelFixtures, withoutFixtures } from './sharedFixtures';
import { largeFixtures, smallFixtures } from './verification/publicFixtures';
import { verifyModelAt, type ReferenceCheck } from './verification/verifyModel';

/** What is compared, by the names that references have. */
const columns: Record<string, RegExp> = {
  logits: /^(right\.logits|[^.]+\.(last_logits|logits|top20_logits|logits_every_512))$/,
  'hidden states': /hidden_states|resid_post_last/,
  hooks: /^hooks\./,
  patterns: /^right\.attentions/,
  'left padding': /^left\./,
  'log-probs, loss': /^continuation\.logprobs|^loss/,
  weights: /\.dequant\.|^t\./,
  'ids and texts': /greedy|^tokenizer|^chat|\.ids$/,
};

function worst(checks: readonly ReferenceCheck[], pattern: RegExp): string {
  const found = checks.filter(({ tensor }) => pattern.test(tensor)).map(({ maxAbs }) => maxAbs);
  if (found.length === 0) return '–';
  const largest = Math.max(...found);
  return largest === 0 ? 'equal' : largest.toExponential(1);
}

if (!haveModelFixtures) throw new Error(withoutFixtures);
const words = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), 'parity-'));
process.once('exit', () => rmSync(dir, { recursive: true }));
/** The tiny models of every family that llama.cpp has, written as its GGUF files. */
const converted = ggufFixtures.map((name) => {
  const folder = join(modelFixtures, 'tiny', name);
  convertFixture(folder, join(dir, `${name}.gguf`));
  return { name: `${name}, as GGUF`, path: join(dir, `${name}.gguf`), references: join(folder, 'references.safetensors') };
});
const fixtures = [...smallFixtures(), ...converted, ...(words.includes('large') ? largeFixtures() : [])];
const only = words.find((word) => word !== 'large');
for (const { name: backend, present, detail } of await listBackends()) {
  if (only !== undefined && backend !== only) continue;
  if (!present) {
    console.log(`\n${backend}: absent (${detail})`);
    continue;
  }
  await selectBackend({ name: backend });
  console.log(`\n| ${backend} (${detail}) | ${Object.keys(columns).join(' | ')} | references met |\n|---${'|---'.repeat(Object.keys(columns).length + 1)}|`);
  for (const { name, path, references } of fixtures) {
    const { checks } = await verifyModelAt(path, { references });
    const met = checks.filter(({ passed }) => passed).length;
    console.log(`| \`${name}\` | ${Object.values(columns).map((pattern) => worst(checks, pattern)).join(' | ')} | ${met} of ${checks.length} |`);
  }
}
