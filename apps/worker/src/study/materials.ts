import { buildWorld, proseDocuments, standardWorldSeed, worldDocuments, type Document } from '@sextant/corpora';
import { loadContrast, loadItems } from '@sextant/evals';
import type { LanguageModel } from '@sextant/models';
import type { JobSpec } from '@sextant/schema';
import type { StudyDeps } from '@sextant/studies';

const CONTRAST_PAIRS = 120;
const PROSE_TEXTS = 80;
const PROSE_TOKENS = 96;
/** No training, development or harvest stream uses it. */
const PROSE_SEED = 7001;

const worldSideTasks = ['true-claims', 'facts', 'refusal', 'help', 'overpraise'].map((kind) => ({ task: `world:${kind}` }));

/** Items, contrast texts and prose of a study. */
export function studyMaterials(plan: JobSpec<'study.run'>, model: LanguageModel): Pick<StudyDeps, 'items' | 'sideTasks' | 'contrast' | 'prose'> {
  const { task, path, seed } = plan;
  const inWorld = task.startsWith('world:');
  const sideTasks: { task: string; path?: string }[] = plan.sideTasks ?? (inWorld ? worldSideTasks : []);
  return {
    items: loadItems(task, { path }),
    sideTasks: sideTasks.map((side) => ({ task: side.task, items: loadItems(side.task, { split: 'B', path: side.path }) })),
    contrast: loadContrast(task, { path, seed, pairs: CONTRAST_PAIRS }),
    prose: sequences(inWorld ? worldDocuments(buildWorld(standardWorldSeed), { seed: PROSE_SEED, dialogueShare: 0 }) : proseDocuments(), model),
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
