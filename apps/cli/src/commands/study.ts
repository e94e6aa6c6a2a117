import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SextantError, studySpec } from '@sextant/schema';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { dryRunOption, showEstimate } from '../dryRun';
import { follow } from '../follow';
import { fields, interval, significant, table } from '../output';
import { digestOf, featureIndexOf } from '../references';
import { decimals, integer } from './arguments';

interface CreateOptions {
  name?: string;
  plan?: string;
  model?: string;
  dictionary?: string;
  task?: string;
  path?: string;
  hypothesis?: string;
  direction?: string;
  doses?: number[];
  seed?: number;
  dryRun?: boolean;
  watch?: boolean;
}

export const addStudy: AddCommand = (program) => {
  const studies = program.command('study').description('studies: from features to claims');

  withSession(studies.command('list', { isDefault: true }).description('studies in the lab'), async ({ client, out }) => {
    const page = await client.studies.list.query({ limit: 100 });
    out.answer(page, table(['study', 'name', 'task', 'status', 'claims', 'confirmed'], page.items.map((one) => [
      one.id,
      one.name,
      one.task,
      one.status,
      one.claimCount,
      one.confirmedCount,
    ])));
  });

  withSession(studies.command('show').argument('<study>').description('plan, candidates, effects and claims'), async ({ client, out }, _options, [id = '']) => {
    const study = await client.studies.get.query({ id });
    const effects = study.effects.map((one) => [one.condition, one.dose, interval(one), significant(one.q), one.n, significant(one.perplexityRatio)]);
    out.answer(study, [
      fields({ study: study.id, name: study.name, hypothesis: study.hypothesis, status: study.status, frozen: study.frozenHash, at: study.frozenAt }),
      '',
      table(['candidate', 'd′', 'attribution', 'kept', 'why'], study.candidates.map((one) => [
        one.feature,
        significant(one.dPrime),
        significant(one.attribution),
        one.kept ? 'yes' : 'no',
        one.reason,
      ])),
      '',
      table(['effect', 'dose', 'Δ [95 %]', 'q', 'n', 'ppl ratio'], effects),
      '',
      ...study.claims.map((claim) => `${claim.status.toUpperCase()}  ${claim.statement}`),
    ].join('\n'));
  });

  withSession<CreateOptions>(
    studies
      .command('create')
      .description('freeze a plan and run it')
      .option('--plan <file>', 'a JSON plan; the other options fill in or replace its fields')
      .option('--name <name>')
      .option('--hypothesis <sentence>')
      .option('--model <model>')
      .option('--dictionary <dictionary>')
      .option('--task <task>')
      .option('--path <path>', 'file or folder of a task kept outside the lab')
      .option('--direction <direction>', 'lower, higher or either')
      .option('--doses <list>', 'such as -2,-1,1,2', decimals)
      .option('--seed <n>', '', integer)
      .option(...dryRunOption)
      .option('--watch', 'show progress until it is done'),
    async (session, { watch, dryRun, plan, ...options }) => {
      const { name, hypothesis, task, direction, doses, seed } = options;
      const path = options.path === undefined ? undefined : resolve(options.path);
      const stored: Record<string, unknown> = plan === undefined ? {} : JSON.parse(readFileSync(plan, 'utf8'));
      const given = Object.fromEntries(Object.entries({ name, hypothesis, task, path, direction, doses, seed }).filter(([, value]) => value !== undefined));
      const own = 'dictionary' in stored && options.dictionary === undefined ? {} : await featureIndexOf(session, options.dictionary);
      const model = 'model' in stored && options.model === undefined ? {} : { model: await digestOf(session, 'model', options.model) };
      const parsed = studySpec.safeParse({ ...stored, ...model, ...own, ...given });
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw new SextantError('INVALID_INPUT', `${issue?.path.join('.')}: ${issue?.message}`, { field: issue?.path.join('.') });
      }
      if (dryRun === true) await showEstimate(session, { kind: 'study.run', spec: parsed.data });
      else await follow(session, await session.client.studies.create.mutate(parsed.data), { watch });
    },
  );
};
