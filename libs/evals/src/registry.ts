import { SextantError } from '@sextant/schema';
import type { Split } from '@sextant/corpora';
import { choiceContrast, type ContrastTexts } from './contrast';
import { identified, type EvalItem } from './item';
import type { EvalTask, LoadOptions } from './task';
import { blimp } from './tasks/blimp';
import { hhhAlignment } from './tasks/hhhAlignment';
import { modelWritten } from './tasks/modelWritten';
import { prose } from './tasks/prose';
import { truthfulQaMc1, truthfulQaMc2 } from './tasks/truthfulQa';
import { worldTasks } from './tasks/world';
import { worldStories } from './tasks/worldStories';

export const evalTasks: readonly EvalTask[] = [...worldTasks, worldStories, prose, hhhAlignment, modelWritten, blimp, truthfulQaMc1, truthfulQaMc2];

/**
 * Finds a task by its name, or by its name and a subset: `world:sycophancy`, `world:sycophancy:frank`, `blimp:passive_1`.
 * @throws SextantError NOT_FOUND listing the tasks there are.
 */
export function findTask(name: string): { task: EvalTask; subset?: string } {
  const matching = evalTasks.filter((task) => name === task.name || name.startsWith(`${task.name}:`));
  const task = matching.sort((a, b) => b.name.length - a.name.length)[0];
  if (!task) {
    throw new SextantError('NOT_FOUND', `there is no eval task "${name}"; tasks are ${evalTasks.map((known) => known.name).join(', ')}`, {
      field: 'task',
      value: name,
    });
  }
  return name === task.name ? { task } : { task, subset: name.slice(task.name.length + 1) };
}

export interface SelectOptions extends Omit<LoadOptions, 'subset'> {
  split?: Split | 'all';
  /** At most this many items, from the front: tasks order theirs so that a prefix is a fair sample. */
  limit?: number;
}

/**
 * Loads a task's items with their ids.
 * @throws SextantError INVALID_INPUT when the task needs a path and has none, and whatever its reader finds wrong.
 */
export function loadItems(name: string, { split = 'all', limit = Infinity, path }: SelectOptions = {}): EvalItem[] {
  const { task, subset } = findTask(name);
  if (task.needsPath && path === undefined) {
    throw new SextantError('INVALID_INPUT', `the task ${task.name} reads files from outside the lab: give their path`, { field: 'path', value: task.name });
  }
  const items = identified(task.name, task.version, task.load({ path, subset }));
  return items.filter((item) => split === 'all' || item.split === split).slice(0, limit);
}

/**
 * Contrast texts of a task, at most `pairs` of them. Made of split A alone.
 * @throws as `loadItems`.
 */
export function loadContrast(name: string, { path, seed, pairs }: { path?: string; seed: number; pairs: number }): ContrastTexts[] {
  const { contrast = choiceContrast } = findTask(name).task;
  return contrast(loadItems(name, { split: 'A', path }), { seed, pairs }).slice(0, pairs);
}
