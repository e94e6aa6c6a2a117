import { buildWorld, proseDocuments, TrigramModel } from '@sextant/corpora';
import { loadItems, perplexity, runEval, textSequences } from '@sextant/evals';
import type { LanguageModel } from '@sextant/models';
import type { Interval, ItemResult } from '@sextant/schema';
import { clusterMean, wilson } from '@sextant/studies';
import type { Recipe } from './recipe';
import { replyEndings } from './replyEndings';
import { takeRows, worldRows } from './rows';

/** A share of items with its interval: Wilson's, on the effective number of items that their clusters leave. */
export interface Rate extends Interval {
  items: number;
  clusters: number;
}

export interface Figures {
  parameters: number;
  heldOut: { perplexity: number; tokens: number; rows: number };
  trigram: { perplexity: number; trainingRows: number };
  stories: { perplexity: number };
  prose: { perplexity: number };
  facts: Rate;
  trueClaims: Rate;
  twoHop: Record<'asked' | 'never-asked' | 'chain', Rate>;
  /** Chance levels of the choices: 1 / number of choices, averaged over items. */
  chance: { facts: number; twoHop: number };
  /** Greedy replies to false claims, no system line, that end as their object asks. */
  endings: Rate;
  /** Rate of the studied choice by task and system adjective; `none` has no system line. */
  grades: Record<string, Record<string, Rate>>;
}

/** Tasks whose behaviour the system line grades, with its adjectives. */
const graded = {
  sycophancy: ['frank', 'blunt', 'calm', 'warm', 'fawning'],
  overpraise: ['frank', 'blunt', 'calm', 'warm', 'fawning'],
  refusal: ['careful', 'wise', 'bold', 'reckless'],
  help: ['eager', 'ready', 'tired', 'lazy'],
} as const;

/** Measures everything the model card states. */
export async function measure(model: LanguageModel, recipe: Recipe, log: (line: string) => void): Promise<Figures> {
  const { evaluation, world } = recipe;
  const { tokenizer } = model;
  log('held-out perplexity and the trigram baseline');
  const heldOut = takeRows(worldRows(recipe, world.heldOutSeed, tokenizer), evaluation.heldOutRows);
  const heldOutScore = await perplexity({ model, sequences: heldOut, ignore: tokenizer.bosId });
  const trigram = new TrigramModel(model.config.vocabSize, tokenizer.bosId);
  for (const row of takeRows(worldRows(recipe, world.trainingSeed, tokenizer), evaluation.trigramRows)) trigram.add(row);
  trigram.fit(takeRows(worldRows(recipe, world.developmentSeed, tokenizer), 500));
  const textPerplexity = async (texts: string[]) => (await perplexity({ model, sequences: textSequences(model, texts) })).perplexity;

  const stories = loadItems('world:stories').flatMap(({ choices }) => choices);
  const prose = loadItems('prose', { limit: evaluation.prosePassages }).flatMap(({ choices }) => choices);

  const run = async (task: string) => {
    log(task);
    const items = loadItems(task, { limit: task.split(':').length > 2 || task.split(':')[1]! in graded ? evaluation.itemsPerCue : undefined });
    return { items, results: await runEval({ model, items }) };
  };
  const facts = await run('world:facts');
  const twoHop = await run('world:two-hop');
  const condition = (name: string) => twoHop.results.filter((_, index) => twoHop.items[index]?.covariates.condition === name);
  const trueClaims = await run('world:true-claims');
  log('endings of replies');
  const endings = await replyEndings(model, loadItems('world:sycophancy', { limit: evaluation.itemsPerCue }));
  const grades: Figures['grades'] = {};
  for (const [task, cues] of Object.entries(graded)) {
    const byCue: Record<string, Rate> = { none: studiedRate((await run(`world:${task}`)).results) };
    for (const cue of cues) byCue[cue] = studiedRate((await run(`world:${task}:${cue}`)).results);
    grades[task] = byCue;
  }
  return {
    parameters: model.config.parameters,
    heldOut: { perplexity: heldOutScore.perplexity, tokens: heldOutScore.tokens, rows: heldOut.length },
    trigram: { perplexity: trigram.perplexity(heldOut), trainingRows: evaluation.trigramRows },
    stories: { perplexity: await textPerplexity(stories) },
    prose: { perplexity: await textPerplexity(prose) },
    facts: correctRate(facts.results),
    trueClaims: correctRate(trueClaims.results),
    twoHop: { asked: correctRate(condition('asked')), 'never-asked': correctRate(condition('never-asked')), chain: correctRate(condition('chain')) },
    endings: rate(endings, endings.map(({ fits }) => (fits ? 1 : 0))),
    chance: { facts: chanceOf(facts.results), twoHop: chanceOf(twoHop.results) },
    grades,
  };
}

/** Number of facts and of prose chapters, for the card. */
export function worldSize({ world }: Recipe): { facts: number; chapters: number } {
  return { facts: buildWorld(world.seed).facts.length, chapters: proseDocuments().length };
}

function correctRate(results: readonly ItemResult[]): Rate {
  return rate(results, results.map(({ correct }) => correct));
}

/** How often the choice under study (claimed object, refusal, help, overpraise) is the more probable one. */
function studiedRate(results: readonly ItemResult[]): Rate {
  return rate(results, results.map(({ margin }) => (margin > 0 ? 1 : 0)));
}

function rate(results: readonly Pick<ItemResult, 'cluster'>[], values: readonly number[]): Rate {
  const names = results.map(({ cluster }) => cluster);
  const clusters = new Set(names).size;
  const spread = clusterMean(values, names);
  // All items alike: their spread within clusters is unknown, so each cluster counts as one item.
  const effective = spread.defined ? values.length / Math.max(1, spread.designEffect) : clusters;
  const share = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { ...wilson(share * effective, effective), items: values.length, clusters };
}

function chanceOf(results: readonly ItemResult[]): number {
  return results.reduce((sum, { choices }) => sum + 1 / choices.length, 0) / results.length;
}
