import type { AddCommand } from '../command';
import { withSession } from '../command';
import { dryRunOption, showEstimate } from '../dryRun';
import { follow } from '../follow';
import { digestOf } from '../references';
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
};
