import type { AddCommand } from '../command';
import { withSession } from '../command';
import { bytes, fields, short, table } from '../output';

export const addStatus: AddCommand = (program) => {
  const command = program.command('status').description('what this lab holds, what runs now, and what it runs on');
  withSession(command, async ({ client, out, url, ephemeral }) => {
    const info = await client.system.info.query();
    const running = await client.jobs.list.query({ status: 'running', limit: 20 });
    const claims = await client.claims.list.query({ limit: 5 });
    const { lab, counts, backend } = info;
    out.answer({ ...info, url: ephemeral ? null : url, running: running.items, claims: claims.items }, [
      fields({
        lab: `${lab.name} (${lab.dir}, ${bytes(lab.bytes)})`,
        server: ephemeral ? 'none is running; this command used its own' : url,
        version: info.codeVersion,
        backend: backend === null ? 'not chosen yet (nothing was computed since the server started)' : `${backend.name}: ${backend.reason}`,
        models: counts.models,
        dictionaries: `${counts.dictionaries} with ${counts.features} indexed features`,
        studies: `${counts.studies} with ${counts.claims} claims`,
        jobs: `${counts.jobsRunning} running, ${counts.jobsQueued} queued`,
      }),
      ...(running.items.length === 0 ? [] : ['', table(['job', 'kind', 'stage', 'done'], running.items.map((job) => [
        job.id,
        job.kind,
        job.progress?.stage,
        job.progress === null ? null : `${job.progress.done}/${job.progress.total} ${job.progress.unit}`,
      ]))]),
      ...(claims.items.length === 0 ? [] : ['', table(['status', 'claim', 'feature'], claims.items.map((claim) => [
        claim.status,
        claim.statement,
        `${short(claim.feature.dictionary)} ${claim.feature.index}`,
      ]))]),
    ].join('\n'));
  });
};
