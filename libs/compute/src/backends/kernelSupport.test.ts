import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { kernelNames, kernelSupport } from './kernelSupport';
import { listBackends } from './select';

const page = readFileSync(new URL('../../../../docs/backends.md', import.meta.url), 'utf8');
const rows = page
  .slice(page.indexOf('<!-- generated'), page.indexOf('<!-- end of what is generated'))
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
const [header = [], , ...table] = rows;

it('docs/backends.md has a row for every kernel of the registry (else: npm run docs:backends)', () => {
  expect(table.map(([name]) => name)).toEqual(kernelNames().map((name) => `\`${name}\``));
});

it('says of each backend that is here what is so', async () => {
  const present = (await listBackends()).filter((backend) => backend.present && header.includes(backend.name));
  expect(present.length).toBeGreaterThan(1);
  for (const { name } of present) {
    const column = header.indexOf(name);
    const documented = Object.fromEntries(table.map((cells) => [cells[0]?.replaceAll('`', ''), cells[column]?.replaceAll('*', '').replace('yes', 'fused')]));
    expect(documented, name).toEqual(kernelSupport(name));
  }
});

it('calls a TF.js kernel that a backend lacks missing, and an operation of ours composite', () => {
  const support = kernelSupport('nowhere');
  expect(support[tf.BatchMatMul]).toBe('missing');
  expect(support['SextantAttention']).toBe('composite');
});
