import type { ContrastTexts } from './contrast';
import type { EvalItem, ItemContent } from './item';

export interface LoadOptions {
  /** File or folder of a task that is not built in. */
  path?: string;
  /** What follows the task's name and a colon: a subset of its files, or an adjective for the world's tasks. */
  subset?: string;
}

/** An eval: how to get its items. Adding one is a file like those in tasks/, its test, and a line in registry.ts. */
export interface EvalTask {
  name: string;
  /** Part of every item's id; change it when the items change meaning. */
  version: string;
  description: string;
  /** The task reads files the user points to. */
  needsPath: boolean;
  /** What `subset` may be, for a reader. */
  subsets?: string;
  load(options: LoadOptions): ItemContent[];
  /** Texts that differ in what the task is about, made from items of split A or from what lies behind them; by default the items' choices. */
  contrast?(items: readonly EvalItem[], options: { seed: number; pairs: number }): ContrastTexts[];
}
