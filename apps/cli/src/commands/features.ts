import { SextantError, type FeatureRow } from '@sextant/schema';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { dryRunOption, showEstimate } from '../dryRun';
import { follow } from '../follow';
import { fields, printable, short, significant, table } from '../output';
import { digestOf, featureIndexOf } from '../references';
import type { Session } from '../session';
import { collect, integer, oneOf, positive } from './arguments';

interface OfDictionary {
  dictionary?: string;
}

interface ListOptions extends OfDictionary {
  sort: 'index' | 'density' | 'maxActivation' | 'meanActivation';
  ascending?: boolean;
  filter?: string;
  limit: number;
}

interface SearchOptions extends OfDictionary {
  text?: string;
  token?: string;
  similar?: number;
  positive?: string[];
  negative?: string[];
  limit: number;
}

export const addFeatures: AddCommand = (program) => {
  const features = program.command('features').description('features of a dictionary');
  const dictionary = ['--dictionary <dictionary>', 'name or digest; may be left out where there is one'] as const;

  withSession<ListOptions>(
    features
      .command('list', { isDefault: true })
      .description('rows of the feature table')
      .option(...dictionary)
      .option('--sort <column>', '', oneOf(['index', 'density', 'maxActivation', 'meanActivation'] as const), 'density')
      .option('--ascending', 'smallest first')
      .option('--filter <text>', 'in the label or the top tokens, or the index')
      .option('--limit <n>', '', positive, 30),
    async (session, { sort, ascending, filter, limit, ...options }) => {
      const { featureIndex } = await featureIndexOf(session, options.dictionary);
      const page = await session.client.features.list.query({ featureIndex, sort, order: ascending === true ? 'ascending' : 'descending', filter, limit });
      session.out.answer(page, `${featureTable(page.items)}\n${page.items.length} of ${page.total}`);
    },
  );

  withSession<OfDictionary>(
    features.command('show').argument('<index>').description('all that is known of one feature').option(...dictionary),
    async (session, options, [index = '']) => {
      const { featureIndex } = await featureIndexOf(session, options.dictionary);
      const page = await session.client.features.get.query({ featureIndex, index: integer(index) });
      session.out.answer(page, describe(page));
    },
  );

  withSession<OfDictionary>(
    features.command('label').argument('<index>').argument('<label>', 'empty removes it').description('name a feature').option(...dictionary),
    async (session, options, [index = '', label = '']) => {
      const { featureIndex } = await featureIndexOf(session, options.dictionary);
      const answer = await session.client.features.setLabel.mutate({ featureIndex, index: integer(index), label });
      session.out.answer(answer, answer.label === null ? `feature ${index} has no label now` : `feature ${index} is "${printable(answer.label)}"`);
    },
  );

  withSession<OfDictionary>(
    features.command('test').argument('<index>').argument('<text>').description('a feature\'s activation on every token of a text').option(...dictionary),
    async (session, options, [index = '', text = '']) => {
      const { featureIndex } = await featureIndexOf(session, options.dictionary);
      const answer = await session.client.features.testText.query({ featureIndex, index: integer(index), text });
      const rows = answer.tokens.map((token, at) => [JSON.stringify(token), significant(answer.activations[at]), at === answer.peak ? '◀' : '']);
      session.out.answer(answer, table(['token', 'activation', ''], rows));
    },
  );

  withSession<SearchOptions>(
    features
      .command('search')
      .description('find features by text, by contrast, by token or by similarity')
      .option(...dictionary)
      .option('--text <text>', 'active on this text')
      .option('--positive <text>', 'active on these (may be repeated) …', collect)
      .option('--negative <text>', '… and not on these', collect)
      .option('--token <token>', 'that raise this token, or fire on it')
      .option('--similar <index>', 'near this feature', integer)
      .option('--limit <n>', '', positive, 20),
    async (session, options) => {
      const { featureIndex } = await featureIndexOf(session, options.dictionary);
      const answer = await session.client.features.search.query({ featureIndex, limit: options.limit, ...queryOf(options) });
      const rows = answer.results.map(({ row, score, reason }) => [row.index, row.label, significant(score), reason, row.topTokens.slice(0, 6).join(' ')]);
      session.out.answer(answer, table(['feature', 'label', 'score', 'why', 'top tokens'], rows));
    },
  );

  withSession<OfDictionary & { activations?: string; tokens?: number; seed: number; dryRun?: boolean; watch?: boolean }>(
    features
      .command('index')
      .description('build the feature index of a dictionary')
      .option(...dictionary)
      .option('--activations <harvest>', 'by default those it was trained on')
      .option('--tokens <n>', 'look at this many', positive)
      .option('--seed <n>', '', integer, 0)
      .option(...dryRunOption)
      .option('--watch', 'show progress until it is done'),
    async (session, options) => {
      const digest = await digestOf(session, 'dictionary', options.dictionary);
      const activations = options.activations === undefined ? await trainedOn(session, digest) : await digestOf(session, 'activations', options.activations);
      const { tokens: maxTokens, seed, dryRun, watch } = options;
      const spec = { dictionary: digest, activations, maxTokens, seed };
      if (dryRun === true) await showEstimate(session, { kind: 'features.index', spec });
      else await follow(session, await session.client.dictionaries.index.mutate(spec), { watch });
    },
  );
};

async function trainedOn({ client }: Session, dictionary: string): Promise<string> {
  const { activations } = await client.dictionaries.get.query({ digest: dictionary });
  if (activations !== null) return activations;
  throw new SextantError('INVALID_INPUT', `dictionary ${short(dictionary)} was not trained in this lab; say which --activations to index it on`, { field: 'activations' });
}

function queryOf({ text, token, similar, positive: pro, negative: contra }: SearchOptions) {
  if (text !== undefined) return { mode: 'text' as const, text };
  if (token !== undefined) return { mode: 'token' as const, token };
  if (similar !== undefined) return { mode: 'similar' as const, index: similar };
  if (pro !== undefined && contra !== undefined) return { mode: 'contrast' as const, positive: pro, negative: contra };
  throw new SextantError('INVALID_INPUT', 'say what to look for: --text, --token, --similar, or --positive with --negative', { field: 'mode' });
}

function featureTable(rows: FeatureRow[]): string {
  return table(['feature', 'label', 'density', 'max', 'mean', 'top tokens'], rows.map((row) => [
    row.index,
    row.label,
    significant(row.density),
    significant(row.maxActivation),
    significant(row.meanActivation),
    row.topTokens.slice(0, 8).join(' '),
  ]));
}

type Page = Awaited<ReturnType<Session['client']['features']['get']['query']>>;

function describe(page: Page): string {
  const effects = (list: Page['positiveLogits']) => list.slice(0, 10).map(({ token, value }) => `${printable(token)} ${significant(value, 2)}`).join('  ');
  return [
    fields({
      feature: page.index,
      label: page.label,
      dictionary: page.dictionary,
      hook: page.hook,
      density: `${significant(page.density)} (${page.firedTokens} of ${page.totalTokens} tokens)`,
      'max activation': significant(page.maxActivation),
      raises: effects(page.positiveLogits),
      lowers: effects(page.negativeLogits),
      neighbours: page.neighbours.slice(0, 6).map(({ index, cosine }) => `${index} (${significant(cosine, 2)})`).join('  '),
    }),
    '',
    ...page.topExamples.slice(0, 8).map(({ tokens, activations, peak }) =>
      `${significant(activations[peak], 2).padStart(6)}  ${printable(tokens.map((token, at) => (at === peak ? `«${token}»` : token)).join(''))}`,
    ),
    ...(page.claims.length === 0 ? [] : ['', ...page.claims.map((claim) => `${claim.status}: ${claim.statement}`)]),
  ].join('\n');
}
