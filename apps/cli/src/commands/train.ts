import { resolve } from 'node:path';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { dryRunOption, showEstimate } from '../dryRun';
import { follow } from '../follow';
import { bytes, fields, short, significant, table } from '../output';
import { digestOf } from '../references';
import { reportVerification } from '../verification';
import { decimal, integer, positive } from './arguments';

interface TrainOptions {
  name: string;
  activations?: string;
  architecture: string;
  features: number;
  k?: number;
  l1?: number;
  steps: number;
  batch: number;
  learningRate: number;
  seed: number;
  dryRun?: boolean;
  watch?: boolean;
}

export const addTrain: AddCommand = (program) => {
  withSession<TrainOptions>(
    program
      .command('train')
      .description('train a dictionary on harvested activations')
      .requiredOption('--name <name>')
      .requiredOption('--features <n>', 'dictionary size', positive)
      .requiredOption('--steps <n>', 'training steps', positive)
      .option('--activations <harvest>')
      .option('--architecture <name>', 'standard (L1), topk, batchtopk, matryoshka_batchtopk, jumprelu or gated', 'topk')
      .option('-k, --k <n>', 'active features a token (of the TopK family)', positive)
      .option('--l1 <lambda>', 'sparsity penalty (standard)', decimal)
      .option('--batch <n>', 'tokens a step', positive, 1024)
      .option('--learning-rate <r>', '', decimal, 1e-3)
      .option('--seed <n>', '', integer, 0)
      .option(...dryRunOption)
      .option('--watch', 'show progress until it is done'),
    async (session, options) => {
      const { name, architecture, features: n, k, l1, steps, batch: batchSize, learningRate, seed, watch } = options;
      const activations = await digestOf(session, 'activations', options.activations);
      const spec = { name, activations, architecture, n, k, l1, steps, batchSize, learningRate, seed };
      if (options.dryRun === true) await showEstimate(session, { kind: 'dictionary.train', spec });
      else await follow(session, await session.client.dictionaries.train.mutate(spec), { watch });
    },
  );

  const dictionaries = program.command('dictionaries').description('dictionaries');

  withSession(dictionaries.command('list', { isDefault: true }).description('dictionaries in the lab'), async ({ client, out }) => {
    const page = await client.dictionaries.list.query({ limit: 1000 });
    out.answer(page, table(['digest', 'name', 'architecture', 'n', 'L0', 'explained', 'CE recovered', 'dead', 'indexed'], page.items.map((one) => [
      short(one.digest),
      one.name,
      one.architecture,
      one.n,
      significant(one.scores?.l0),
      significant(one.scores?.explainedVariance),
      significant(one.scores?.ceRecovered),
      significant(one.scores?.deadShare),
      one.featureIndex === null ? 'no' : 'yes',
    ])));
  });

  withSession<{ references?: string }>(
    dictionaries
      .command('verify')
      .argument('<path>', 'folder or file of SAELens, dictionary_learning, sparsify, OpenAI or Gemma Scope; it need not be in the lab')
      .description('compare a dictionary with reference values that the original library computed')
      .option('--references <file>', 'safetensors file, or its folder; by default reference.safetensors beside the dictionary or above'),
    async ({ client, out }, { references }, [path = '']) => {
      const report = await client.dictionaries.verify.query({ path: resolve(path), ...(references !== undefined && { references: resolve(references) }) });
      reportVerification(out, report);
    },
    { scratch: true },
  );

  withSession(dictionaries.command('show').argument('[dictionary]').description('scores and training'), async (session, _options, [word]) => {
    const one = await session.client.dictionaries.get.query({ digest: await digestOf(session, 'dictionary', word) });
    const { curve, provenance: _provenance, scores, bytes: size, ...plain } = one;
    session.out.answer(one, [
      fields({ ...plain, size: bytes(size), 'curve points': curve.length }),
      ...(scores === null ? [] : ['', fields(Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, significant(value, 4)])))]),
    ].join('\n'));
  });
};
