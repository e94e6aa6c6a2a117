import type { JobRecord } from '@sextant/schema';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api';
import { MutationError } from '../../state/MutationError';

/** Cancel (asks once; nothing saved is lost) or retry (resumes from the last checkpoint). */
export function JobActions({ job, small = false }: { job: JobRecord; small?: boolean }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const done = () => {
    setAsking(false);
    void queries.invalidateQueries({ queryKey: api.jobs.pathKey() });
  };
  const cancel = useMutation(api.jobs.cancel.mutationOptions({ onSuccess: done }));
  const retry = useMutation(api.jobs.retry.mutationOptions({ onSuccess: done }));
  const style = `button${small ? ' small' : ''}`;
  return (
    <>
      {(job.status === 'running' || job.status === 'queued') && (asking
        ? (
          <>
            <button type="button" className={`${style} primary`} disabled={cancel.isPending} onClick={() => cancel.mutate({ id: job.id })}>Cancel it, keep the checkpoint</button>
            <button type="button" className={style} onClick={() => setAsking(false)}>Go on</button>
          </>
        )
        : <button type="button" className={style} disabled={job.cancelRequested} onClick={() => setAsking(true)}>{job.cancelRequested ? 'Cancelling' : 'Cancel'}</button>)}
      {(job.status === 'failed' || job.status === 'cancelled') && (
        <button type="button" className={style} disabled={retry.isPending} onClick={() => retry.mutate({ id: job.id })}>Retry</button>
      )}
      <MutationError error={cancel.error ?? retry.error} title="The job did not take that" />
    </>
  );
}
