import { jobStatusSchema, type JobStatus } from '@sextant/schema';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { follow, watchJob } from '../follow';
import { fields, table } from '../output';
import { describeProgress } from '../progressBar';
import { oneOf, positive } from './arguments';

export const addJobs: AddCommand = (program) => {
  const jobs = program.command('jobs').description('long work: what runs, what ran, how it went');

  withSession<{ status?: JobStatus; limit: number }>(
    jobs
      .command('list', { isDefault: true })
      .description('jobs, newest first')
      .option('--status <status>', jobStatusSchema.options.join(', '), oneOf(jobStatusSchema.options))
      .option('--limit <n>', '', positive, 30),
    async ({ client, out }, { status, limit }) => {
      const page = await client.jobs.list.query({ status, limit });
      out.answer(page, table(['job', 'kind', 'status', 'attempts', 'progress', 'created'], page.items.map((job) => [
        job.id,
        job.kind,
        job.status,
        job.attempts,
        job.progress === null ? null : `${job.progress.stage} ${job.progress.done}/${job.progress.total}`,
        job.createdAt,
      ])));
    },
  );

  withSession(jobs.command('show').argument('<job>').description('spec, progress, result or error, and log'), async ({ client, out }, _options, [id = '']) => {
    const job = await client.jobs.get.query({ id });
    out.answer(job, [
      fields({
        job: job.id,
        kind: job.kind,
        status: job.status,
        attempts: job.attempts,
        started: job.startedAt,
        finished: job.finishedAt,
        spec: JSON.stringify(job.spec),
        result: job.result === null ? null : JSON.stringify(job.result),
        error: job.error === null ? null : `${job.error.code}: ${job.error.message}`,
      }),
      ...(job.progress === null ? [] : [describeProgress('progress', job.progress)]),
      '',
      ...job.log.map(({ at, line }) => `${at}  ${line}`),
    ].join('\n'));
  });

  withSession(jobs.command('watch').argument('<job>').description('follow a job to its end; Ctrl-C cancels it'), async (session, _options, [id = '']) => {
    const job = await watchJob(session, id, true);
    session.out.answer(job, `${job.kind} ${job.status}`);
  });

  withSession(jobs.command('cancel').argument('<job>').description('ask a job to stop; what it saved is kept'), async ({ client, out, lab }, _options, [id = '']) => {
    const job = await client.jobs.cancel.mutate({ id });
    out.answer(job, `${id} ${job.status === 'cancelled' ? 'is cancelled' : 'is stopping'}; sextant jobs retry ${id} --lab ${lab} resumes it`);
  });

  withSession<{ watch?: boolean }>(
    jobs.command('retry').argument('<job>').description('resume a failed or cancelled job').option('--watch', 'show progress until it is done'),
    async (session, { watch }, [id = '']) => {
      await session.client.jobs.retry.mutate({ id });
      await follow(session, { jobId: id }, { watch });
    },
  );
};
