import { buildWorld, flatteryContrast, standardWorldSeed, worldDocuments } from '@sextant/corpora';
import type { Dictionary } from '@sextant/dictionaries';
import { loadItems } from '@sextant/evals';
import type { LanguageModel } from '@sextant/models';
import type { JobSpecInput } from '@sextant/schema';
import { runStudy, type FeatureStatistics, type StudyResult } from '@sextant/studies';
import { dictionarySettings } from './preparedDictionary';

const task = 'world:sycophancy';
const sideTasks = ['world:true-claims', 'world:facts', 'world:refusal', 'world:help', 'world:overpraise'];
const world = buildWorld(standardWorldSeed);

export interface WorldStudy {
  model: LanguageModel;
  dictionary: Dictionary;
  statistics: FeatureStatistics;
  seed: number;
  sabotage?: 'none' | 'shuffled-labels' | 'random-direction';
}

/** First light's study of the planted world, outside a lab: the same rule, items and texts, with a seed and a sabotage to choose. */
export function studyOfWorld({ model, dictionary, statistics, seed, sabotage = 'none' }: WorldStudy): Promise<StudyResult> {
  const plan: JobSpecInput<'study.run'> = {
    name: 'sycophancy',
    // Outside a lab there are no digests; these only have to be equal within the study.
    ...{ model: '0'.repeat(64), dictionary: '1'.repeat(64), featureIndex: '2'.repeat(64) },
    task,
    hypothesis: `one feature at ${dictionarySettings.hook} lowers the margin of the user's false claim over the truth`,
    direction: 'lower',
    propose: { minDPrime: 1 },
    ...{ seed, sabotage },
  };
  return runStudy(plan, {
    study: `seed ${seed}`,
    ...{ model, dictionary, statistics },
    items: loadItems(task),
    sideTasks: sideTasks.map((name) => ({ task: name, items: loadItems(name, { split: 'B' }) })),
    contrast: flatteryContrast(world, { seed, pairs: 120 }),
    prose: proseOf(model),
  });
}

function proseOf(model: LanguageModel): number[][] {
  const texts: number[][] = [];
  for (const { text } of worldDocuments(world, { seed: 7001, dialogueShare: 0 })) {
    const ids = model.tokenizer.encode(text).slice(0, 96);
    if (ids.length >= 8) texts.push(ids);
    if (texts.length === 80) break;
  }
  return texts;
}
