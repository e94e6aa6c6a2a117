import { buildWorld, standardWorldSeed, worldDocuments, type Document } from '@sextant/corpora';
import { perplexity } from '@sextant/evals';
import { generate, type Hook, type LanguageModel } from '@sextant/models';
import { shareOfTheme } from './themeWords';

const world = buildWorld(standardWorldSeed);
const NEW_TOKENS = 48;
/** Neither training, development, harvest nor a study uses it. */
const FACTS_SEED = 7002;
const FACT_TEXTS = 60;

/** The first `count` stories of a seed that are wanted. */
export function takeStories(seed: number, count: number, wanted: (story: Document) => boolean = () => true): Document[] {
  const found: Document[] = [];
  for (const document of worldDocuments(world, { seed, dialogueShare: 0 })) {
    if (document.kind === 'story' && wanted(document)) found.push(document);
    if (found.length === count) break;
  }
  return found;
}

export interface Continuations {
  texts: string[];
  /** Of their theme words, the share that belongs to the theme. */
  share: number;
  /** Perplexity under the unsteered model, with a heading of the theme in front: how well they read as its stories. */
  perplexity: number;
}

/** Goes on with stories and says how far what comes is of a theme. */
export class StoryBench {
  private readonly facts: number[][];

  constructor(private readonly model: LanguageModel) {
    this.facts = [];
    for (const { kind, text } of worldDocuments(world, { seed: FACTS_SEED, dialogueShare: 0 })) {
      if (kind === 'facts') this.facts.push(model.tokenizer.encode(text));
      if (this.facts.length === FACT_TEXTS) break;
    }
  }

  /** Heading, if there is one, and opening sentence. */
  beginningOf({ text }: Document): string {
    const sentences = text.split('. ');
    return `${sentences.slice(0, text.startsWith('A ') ? 2 : 1).join('. ')}.`;
  }

  /** Greedy continuations of beginnings. */
  async goOn(beginnings: readonly string[], theme: string, hooks: Hook[]): Promise<Continuations> {
    const { tokenizer } = this.model;
    const { eosId } = tokenizer;
    const open = (ids: number[]) => (ids.at(-1) === eosId ? ids.slice(0, -1) : ids);
    const prompts = beginnings.map((text) => open(tokenizer.encode(text)));
    const rows = await generate(this.model, prompts, { maxNewTokens: NEW_TOKENS, temperature: 0, hooks });
    const texts = rows.map(({ text }) => text.trim());
    const heading = open(tokenizer.encode(`A tale of the ${theme}.`));
    const sequences = texts.map((text) => [...heading, ...tokenizer.encode(` ${text}`, { addSpecial: false })]);
    const read = await perplexity({ model: this.model, sequences, ignore: tokenizer.bosId });
    return { texts, share: shareOfTheme(texts, theme), perplexity: read.perplexity };
  }

  /** Perplexity of fact prose, which has no theme. */
  async factPerplexity(hooks: Hook[]): Promise<number> {
    return (await perplexity({ model: this.model, sequences: this.facts, ignore: this.model.tokenizer.bosId, hooks })).perplexity;
  }
}
