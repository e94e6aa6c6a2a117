import { buildWorld, flatteryContrast, proseDocuments, standardWorldSeed, worldDocuments, type Document } from '@sextant/corpora';
import { loadItems } from '@sextant/evals';
import type { LanguageModel } from '@sextant/models';
import type { JobSpec } from '@sextant/schema';
import type { StudyDeps } from '@sextant/studies';

const CONTRAST_PAIRS = 120;
const PROSE_TEXTS = 80;
const PROSE_TOKENS = 96;
/** No training, development or harvest stream uses it. */
const PROSE_SEED = 7001;

const sideTasks = ['world:true-claims', 'world:facts', 'world:refusal', 'world:help', 'world:overpraise'];

/** Items, contrast texts and prose of a study of the planted world. */
export function studyMaterials(plan: JobSpec<'study.run'>, model: LanguageModel): Pick<StudyDeps, 'items' | 'sideTasks' | 'contrast' | 'prose'> {
  const world = buildWorld(standardWorldSeed);
  return {
    items: loadItems(plan.task),
    sideTasks: sideTasks.map((task) => ({ task, items: loadItems(task, { split: 'B' }) })),
    contrast: flatteryContrast(world, { seed: plan.seed, pairs: CONTRAST_PAIRS }),
    prose: sequences(plan.task.startsWith('world:') ? worldDocuments(world, { seed: PROSE_SEED, dialogueShare: 0 }) : proseDocuments(), model),
  };
}

/** The first documents as token sequences that fit the model, special tokens as in training. */
function sequences(documents: Iterable<Document>, model: LanguageModel): number[][] {
  const found: number[][] = [];
  const length = Math.min(PROSE_TOKENS, model.config.contextLength);
  for (const { text } of documents) {
    const ids = model.tokenizer.encode(text).slice(0, length);
    if (ids.length >= 8) found.push(ids);
    if (found.length === PROSE_TEXTS) break;
  }
  return found;
}
