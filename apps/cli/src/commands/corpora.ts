import { resolve } from 'node:path';
import { SextantError } from '@sextant/schema';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { dryRunOption, showEstimate } from '../dryRun';
import { follow } from '../follow';
import { fields, short, table } from '../output';
import { digestOf } from '../references';
import { integer, positive } from './arguments';

interface CreateOptions {
  name: string;
  model?: string;
  world?: boolean;
  prose?: boolean;
  file?: string;
  tokens?: number;
  seed: number;
  context: number;
  dryRun?: boolean;
  watch?: boolean;
}

export const addCorpora: AddCommand = (program) => {
  const corpora = program.command('corpora').description('texts, cut into token rows');

  withSession(corpora.command('list', { isDefault: true }).description('corpora in the lab'), async ({ client, out }) => {
    const page = await client.corpora.list.query({ limit: 1000 });
    out.answer(page, table(['digest', 'name', 'source', 'tokens', 'documents'], page.items.map((corpus) => [
      short(corpus.digest),
      corpus.name,
      String(corpus.source['kind'] ?? ''),
      corpus.tokens,
      corpus.documents,
    ])));
  });

  withSession(corpora.command('show').argument('[corpus]').description('one corpus'), async (session, _options, [word]) => {
    const corpus = await session.client.corpora.get.query({ digest: await digestOf(session, 'corpus', word) });
    session.out.answer(corpus, fields({ ...corpus, source: JSON.stringify(corpus.source) }));
  });

  withSession<CreateOptions>(
    corpora
      .command('create')
      .description('make a corpus from the planted world, from prose, or from a file')
      .requiredOption('--name <name>')
      .option('--model <model>', 'whose tokenizer cuts it')
      .option('--world', 'generate the planted world')
      .option('--prose', 'public-domain prose')
      .option('--file <path>', 'a .txt or .jsonl file')
      .option('--tokens <n>', 'how much', positive)
      .option('--seed <n>', 'of the world', integer, 0)
      .option('--context <n>', 'tokens in a row', positive, 128)
      .option(...dryRunOption)
      .option('--watch', 'show progress until it is done'),
    async (session, options) => {
      const { name, context: contextLength, dryRun, watch } = options;
      const model = await digestOf(session, 'model', options.model);
      const spec = { name, model, source: sourceOf(options), contextLength };
      if (dryRun === true) await showEstimate(session, { kind: 'corpus.create', spec });
      else await follow(session, await session.client.corpora.create.mutate(spec), { watch });
    },
  );
};

function sourceOf({ world, prose, file, tokens, seed }: CreateOptions) {
  const chosen = [world, prose, file].filter((one) => one !== undefined).length;
  if (chosen !== 1) throw new SextantError('INVALID_INPUT', 'give exactly one of --world, --prose and --file', { field: 'source' });
  if (file !== undefined) return { kind: 'file' as const, path: resolve(file), maxTokens: tokens };
  if (tokens === undefined) throw new SextantError('INVALID_INPUT', '--tokens says how much text to make', { field: 'tokens' });
  return world === true ? { kind: 'world' as const, seed, tokens } : { kind: 'prose' as const, tokens };
}
