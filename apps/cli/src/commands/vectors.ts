import { readFileSync } from 'node:fs';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { dryRunOption, showEstimate } from '../dryRun';
import { follow } from '../follow';
import { short, significant, table } from '../output';
import { digestOf } from '../references';
import { integer, oneOf } from './arguments';

interface MakeOptions {
  name: string;
  model?: string;
  hook: string;
  method: 'mean-difference' | 'random' | 'decoder';
  positive?: string;
  negative?: string;
  dictionary?: string;
  feature?: number;
  seed: number;
  dryRun?: boolean;
  watch?: boolean;
}

export const addVectors: AddCommand = (program) => {
  const vectors = program.command('vectors').description('steering vectors');

  withSession(vectors.command('list', { isDefault: true }).description('vectors in the lab'), async ({ client, out }) => {
    const page = await client.vectors.list.query({ limit: 1000 });
    out.answer(page, table(['digest', 'name', 'method', 'hook', 'norm'], page.items.map((one) => [
      short(one.digest),
      one.name,
      one.method,
      one.hook,
      significant(one.norm),
    ])));
  });

  withSession<MakeOptions>(
    vectors
      .command('make')
      .description('make a vector from texts, from a feature, or at random')
      .requiredOption('--name <name>')
      .requiredOption('--hook <name>')
      .requiredOption('--method <method>', 'mean-difference, random or decoder', oneOf(['mean-difference', 'random', 'decoder'] as const))
      .option('--model <model>')
      .option('--positive <file>', 'one text a line')
      .option('--negative <file>', 'one text a line')
      .option('--dictionary <dictionary>')
      .option('--feature <index>', '', integer)
      .option('--seed <n>', '', integer, 0)
      .option(...dryRunOption)
      .option('--watch', 'show progress until it is done'),
    async (session, options) => {
      const { name, hook, method, seed, watch, feature: index } = options;
      const spec = {
        name,
        hook,
        method,
        seed,
        model: await digestOf(session, 'model', options.model),
        positive: options.positive === undefined ? undefined : linesOf(options.positive),
        negative: options.negative === undefined ? undefined : linesOf(options.negative),
        feature: index === undefined ? undefined : { dictionary: await digestOf(session, 'dictionary', options.dictionary), index },
      };
      if (options.dryRun === true) await showEstimate(session, { kind: 'vector.make', spec });
      else await follow(session, await session.client.vectors.make.mutate(spec), { watch });
    },
  );
};

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter((line) => line.trim() !== '');
}
