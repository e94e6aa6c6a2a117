import { resolve } from 'node:path';
import { evalRunSpec } from '@sextant/schema';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { dryRunOption, showEstimate } from '../dryRun';
import { follow } from '../follow';
import { interval, short, significant, table } from '../output';
import { digestOf } from '../references';
import { integer, oneOf, positive } from './arguments';

const { scoring, split } = evalRunSpec.shape;
const scorings = scoring.unwrap().options;
const splits = split.unwrap().options;

interface RunOptions {
  model?: string;
  intervention?: string;
  scoring: (typeof scorings)[number];
  path?: string;
  limit?: number;
  split: (typeof splits)[number];
  seed: number;
  dryRun?: boolean;
  watch?: boolean;
}

export const addEval: AddCommand = (program) => {
  const evals = program.command('eval').description('score models on evals');

  withSession(evals.command('tasks', { isDefault: true }).description('evals that can be run'), async ({ client, out }) => {
    const tasks = await client.evals.tasks.query();
    out.answer(tasks, table(['task', 'items', 'needs', 'what'], tasks.map((task) => [task.name, task.items, task.needsPath ? '--path' : '', task.description])));
  });

  withSession<RunOptions>(
    evals
      .command('run')
      .argument('<task>', 'such as world:sycophancy')
      .description('score a model, steered or not')
      .option('--model <model>')
      .option('--intervention <hash>', 'of a saved intervention')
      .option('--scoring <how>', scorings.join(', '), oneOf(scorings), 'sum')
      .option('--path <folder>', 'where the items are, for file-backed evals')
      .option('--limit <n>', 'at most this many items', positive)
      .option('--split <split>', splits.join(', '), oneOf(splits), 'all')
      .option('--seed <n>', '', integer, 0)
      .option(...dryRunOption)
      .option('--watch', 'show progress until it is done'),
    async (session, options, [task = '']) => {
      const { client } = session;
      const { watch, path, intervention, scoring: how, limit, split: part, seed } = options;
      const spec = {
        task,
        model: await digestOf(session, 'model', options.model),
        scoring: how,
        limit,
        split: part,
        seed,
        path: path === undefined ? undefined : resolve(path),
        intervention: intervention === undefined ? undefined : (await client.interventions.get.query({ hash: intervention })).intervention,
      };
      if (options.dryRun === true) await showEstimate(session, { kind: 'eval.run', spec });
      else await follow(session, await client.evals.run.mutate(spec), { watch });
    },
  );

  withSession<{ task?: string; limit: number }>(
    evals.command('runs').description('runs and their results').option('--task <task>').option('--limit <n>', '', positive, 50),
    async ({ client, out }, { task, limit }) => {
      const page = await client.evals.runs.query({ task, limit });
      out.answer(page, table(['run', 'task', 'condition', 'n', 'accuracy', 'margin'], page.items.map((run) => [
        run.id,
        run.task,
        run.condition ?? (run.intervention === null ? 'baseline' : short(run.intervention)),
        run.n,
        run.metrics.accuracy === null ? null : interval(run.metrics.accuracy),
        run.metrics.margin === null ? null : interval(run.metrics.margin),
      ])));
    },
  );

  withSession<{ filter?: string; limit: number }>(
    evals.command('items').argument('<run>').description('item results of a run').option('--filter <text>').option('--limit <n>', '', positive, 20),
    async ({ client, out }, { filter, limit }, [run = '']) => {
      const page = await client.evals.items.query({ run, filter, limit });
      out.answer(page, table(['correct', 'margin', 'prompt', 'choices'], page.items.map((item) => [
        item.correct,
        significant(item.margin),
        item.prompt,
        item.choices.join(' | '),
      ])));
    },
  );
};
