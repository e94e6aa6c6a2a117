export { identified, splitByHash, type EvalItem, type ItemContent } from './item';
export { choiceContrast, type ContrastTexts } from './contrast';
export type { EvalTask, LoadOptions } from './task';
export { evalTasks, findTask, loadContrast, loadItems, type SelectOptions } from './registry';
export { runEval, type RunEvalOptions } from './runEval';
export { gradeOf, marginOf, scoresOf, sequencesOf, type ScoredSequence, type Scoring, type ScoringTokenizer } from './scoring';
export { perplexity, textSequences, type Perplexity, type PerplexityOptions } from './perplexity';
