import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { selectBackend } from '@sextant/compute';
import type { InterventionInput } from '@sextant/schema';
import { loadModel, type Hook } from '@sextant/models';
import { compileIntervention } from '@sextant/steering';
import { dictionaryOfSeed, harvestActivations, statisticsOf } from '../claims/preparedDictionary';
import { StoryBench, takeStories } from './storyBench';
import { separatingFeatures, type ThemeFeature } from './themeFeatures';

/**
 * Can a concept's features rewrite a story? For each theme the feature that separates its stories best is clamped to a dose,
 * the other themes' features to 0 or left alone, while the model goes on with stories that began in other themes. Feature
 * and dose are chosen on some stories (the largest share of the theme's words among the doses that read well and leave facts
 * alone) and measured on others. Prints a line for each theme and, last, one JSON document.
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/demo' },
    hook: { type: 'string', default: 'blocks.2.hook_resid_post' },
    seed: { type: 'string', default: '1' },
  },
});

const SEEDS = { separate: 301, choose: 302, measure: 303 };
const STORIES = { separate: 600, choose: 12, measure: 40 };
const doses = [0.5, 0.75, 1, 1.25, 1.5];
/** A dose is not taken where the continuations' perplexity, as stories of the theme, exceeds that of unsteered ones by more than this… */
const READS_WITHIN = 1.25;
/** …or that of fact prose does. */
const FACTS_WITHIN = 1.2;

const digest = '1'.repeat(64);
const clamp = (index: number, dose: number) => ({ kind: 'clamp' as const, feature: { dictionary: digest, index }, dose });
const scratch = mkdtempSync(join(tmpdir(), 'sextant-themes-'));
try {
  await selectBackend({ log: (line) => process.stderr.write(`${line}\n`) });
  const { hook } = values;
  const model = await loadModel(resolve(values.model));
  const store = await harvestActivations(model, scratch, hook);
  const dictionary = await dictionaryOfSeed(store, Number(values.seed), hook);
  const statistics = statisticsOf(dictionary, store);
  const features = separatingFeatures(model, dictionary, hook, takeStories(SEEDS.separate, STORIES.separate));
  const bench = new StoryBench(model);
  const calm = await bench.factPerplexity([]);

  const hooksFor = ({ theme, feature }: ThemeFeature, dose: number, others: 'free' | 'zero'): Hook[] => {
    const rest = others === 'free' ? [] : features.filter((other) => other.theme !== theme).map((other) => clamp(other.feature, 0));
    const intervention: InterventionInput = { hook, operations: [clamp(feature, dose), ...rest] };
    const lookups = { dictionaries: new Map([[digest, dictionary]]), maxActivation: (ref: { index: number }) => statistics.maxActivation(ref.index) };
    return compileIntervention(intervention, { ...lookups, model, measure: false }).hooks;
  };
  /** Stories with a heading that names another theme, and stories of this theme for comparison. */
  const begun = (seed: number, count: number, theme: string, own: boolean) =>
    takeStories(seed, count, ({ text, attributes }) => text.startsWith('A ') && (attributes?.theme === theme) === own);

  const measureAt = async (feature: ThemeFeature, stage: 'choose' | 'measure', dose: number, others: 'free' | 'zero') => {
    const stories = begun(SEEDS[stage], STORIES[stage], feature.theme, false);
    const hooks = dose === 0 ? [] : hooksFor(feature, dose, others);
    const went = await bench.goOn(stories.map((story) => bench.beginningOf(story)), feature.theme, hooks);
    return { dose, others, ...went, facts: (await bench.factPerplexity(hooks)) / calm };
  };

  const rows = [];
  for (const feature of features) {
    const { theme } = feature;
    const genuine = await bench.goOn(begun(SEEDS.choose, STORIES.choose, theme, true).map((story) => bench.beginningOf(story)), theme, []);
    for (const others of ['zero', 'free'] as const) {
      const tried = [];
      for (const dose of doses) tried.push(await measureAt(feature, 'choose', dose, others));
      const fit = tried.filter(({ perplexity, facts }) => perplexity <= READS_WITHIN * genuine.perplexity && facts <= FACTS_WITHIN);
      const best = fit.sort((a, b) => b.share - a.share || a.dose - b.dose)[0];
      const doseTaken = best?.dose ?? 0;
      const [before, after] = [await measureAt(feature, 'measure', 0, others), await measureAt(feature, 'measure', doseTaken, others)];
      const stories = begun(SEEDS.measure, STORIES.measure, theme, false).map((story) => bench.beginningOf(story));
      rows.push({
        ...feature,
        density: statistics.density(feature.feature),
        others,
        dose: doseTaken,
        share: { before: before.share, after: after.share },
        perplexity: { genuine: genuine.perplexity, after: after.perplexity },
        facts: after.facts,
        tried: tried.map(({ dose, share, perplexity, facts }) => ({ dose, share, perplexity, facts })),
        examples: stories.slice(0, 6).map((beginning, place) => ({ beginning, before: before.texts[place], after: after.texts[place] })),
      });
      const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
      process.stderr.write(
        `${theme}, feature ${feature.feature} (d′ ${feature.dPrime.toFixed(1)}) × ${doseTaken}, others ${others}: ` +
          `${percent(before.share)} → ${percent(after.share)} of the theme words; reads ${after.perplexity.toFixed(2)} ` +
          `(genuine ${genuine.perplexity.toFixed(2)}), facts × ${after.facts.toFixed(3)}\n  ${stories[0]}\n  − ${before.texts[0]}\n  + ${after.texts[0]}\n`,
      );
    }
  }
  process.stdout.write(`${JSON.stringify({ hook, dictionarySeed: Number(values.seed), rows })}\n`);
  dictionary.dispose();
  model.dispose();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
