import { endOf, waitForJob, type JobWithHistory } from '@sextant/client';
import { SextantError } from '@sextant/schema';
import { ProgressBar } from './progressBar';
import type { Session } from './session';

export interface StartOptions {
  watch?: boolean | undefined;
}

/**
 * What a command does with work it started: with --watch it shows progress to the end; on a server of its own it waits
 * quietly (nothing would run once the server is gone); else it says the job's id and leaves.
 * Ctrl-C while waiting cancels the job and says how to resume it.
 */
export async function follow(session: Session, { jobId }: { jobId: string }, { watch = false }: StartOptions): Promise<void> {
  const { out, ephemeral, client } = session;
  if (!watch && !ephemeral) {
    out.answer({ jobId }, `started ${jobId}\nsextant jobs watch ${jobId} follows it`);
    return;
  }
  const job = await watchJob(session, jobId, watch);
  const { result } = await client.jobs.get.query({ id: jobId });
  out.answer({ jobId, status: job.status, result }, `${job.kind} done${describeResult(result)}`);
}

/** Waits for a job with a progress bar. @throws SextantError as waitForJob does */
export async function watchJob(session: Session, id: string, show: boolean): Promise<JobWithHistory> {
  const { client, signal, out, lab } = session;
  const { kind } = await client.jobs.get.query({ id });
  const bar = show ? new ProgressBar(kind) : null;
  try {
    return await waitForJob(client, id, { signal, onProgress: (progress) => bar?.show(progress) });
  } catch (error) {
    bar?.end();
    if (!signal.aborted) throw error;
    out.note(`cancelling ${id} …`);
    await client.jobs.cancel.mutate({ id });
    const { status } = await endOf(client, id);
    throw new SextantError('CANCELLED', `job ${id} ${status === 'cancelled' ? 'was cancelled; what it saved is kept' : `had already ${status}`}`, {
      hint: `sextant jobs retry ${id} --watch --lab ${lab} resumes it`,
    });
  } finally {
    bar?.end();
  }
}

function describeResult(result: Record<string, unknown> | null): string {
  const entries = Object.entries(result ?? {}).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  return entries.map(([name, value]) => `\n${name}  ${String(value)}`).join('');
}
