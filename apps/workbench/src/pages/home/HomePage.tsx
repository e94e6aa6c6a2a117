import { bytes, dateTime } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { EmptyLab } from './EmptyLab';
import { HomeRail } from './HomeRail';
import { LatestClaims } from './LatestClaims';
import { LookCloser } from './LookCloser';
import { RunningNow } from './RunningNow';
import './home.css';

/** What this lab holds, what runs now, and its latest claims with their intervals. */
export function HomePage() {
  const info = useQuery({ ...api.system.info.queryOptions(), refetchInterval: (query) => (query.state.data?.backend ? false : 5_000) });
  const lab = info.data;
  const provenance = lab
    ? [
        { label: 'lab', value: lab.lab.dir },
        { label: 'engine', value: lab.backend ? `${lab.backend.name}, ${lab.backend.threads} threads` : 'not started yet' },
        { label: 'disk', value: bytes(lab.lab.bytes) },
        { label: 'queue', value: lab.counts.jobsRunning + lab.counts.jobsQueued === 0 ? 'empty' : `${lab.counts.jobsRunning} running, ${lab.counts.jobsQueued} waiting` },
        { label: 'code', value: <code>{lab.codeVersion}</code> },
      ]
    : [];
  const { counts } = lab ?? {};
  const empty = counts !== undefined && counts.models + counts.corpora + counts.dictionaries + counts.claims + counts.jobsRunning + counts.jobsQueued === 0;
  if (lab && empty) return <EmptyLab info={lab} provenance={provenance} />;
  return (
    <Page
      title="Home"
      crumbs={lab ? [{ name: `${lab.lab.name} · since ${dateTime(lab.lab.createdAt).slice(0, 10)} · ${bytes(lab.lab.bytes)}` }] : []}
      provenance={provenance}
      command={command('status')}
      actions={(
        <>
          <Link className="button" to="/start" search={{ kind: 'study.run' }}>New study</Link>
          <Link className="button" to="/start" search={{ kind: 'dictionary.train' }}>Train dictionary</Link>
          <Link className="button primary" to="/steer">Start steering</Link>
        </>
      )}
    >
      <Await query={info} what="the lab" lines={6}>
        {() => (
          <div className="columns home">
            <div>
              <RunningNow />
              <LatestClaims />
              <LookCloser />
            </div>
            <HomeRail />
          </div>
        )}
      </Await>
    </Page>
  );
}
