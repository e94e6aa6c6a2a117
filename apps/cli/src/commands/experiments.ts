import type { AddCommand } from '../command';
import { withSession } from '../command';
import { fields, table } from '../output';

export const addExperiments: AddCommand = (program) => {
  const experiments = program.command('experiments').description('experiments and their jobs');

  withSession(experiments.command('list', { isDefault: true }).description('experiments in the lab'), async ({ client, out }) => {
    const page = await client.experiments.list.query({ limit: 200 });
    out.answer(page, table(['experiment', 'name', 'kind', 'status', 'jobs', 'started', 'tags'], page.items.map((one) => [
      one.id,
      one.name,
      one.kind,
      one.status,
      one.jobs,
      one.createdAt,
      one.tags.join(' '),
    ])));
  });

  withSession(experiments.command('show').argument('<experiment>').description('one experiment'), async ({ client, out }, _options, [id = '']) => {
    const experiment = await client.experiments.get.query({ id });
    const jobs = await client.jobs.list.query({ experiment: id, limit: 500 });
    const { config, tags, ...plain } = experiment;
    out.answer({ ...experiment, jobList: jobs.items }, [
      fields({ ...plain, tags: tags.join(' '), config: JSON.stringify(config) }),
      '',
      table(['job', 'kind', 'status', 'attempts', 'started', 'finished'], jobs.items.map((job) => [
        job.id,
        job.kind,
        job.status,
        job.attempts,
        job.startedAt,
        job.finishedAt,
      ])),
    ].join('\n'));
  });
};
