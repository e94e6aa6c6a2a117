import { JobBar, jobSummary } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api';
import { useConnection } from '../live/connection';
import { openPalette } from './dialogs';
import { Logo } from './Logo';
import { places } from './navigation';
import { currentTheme, toggleTheme } from './theme';

/** Where you can go, what runs now, whether the stream is alive. */
export function TopBar() {
  return (
    <header className="top">
      <Link to="/" className="brand" aria-label="Sextant, home"><Logo /> Sextant</Link>
      <nav className="nav" aria-label="Pages">
        {places.map((place) => (
          <Link key={place.to} to={place.to} activeOptions={{ exact: place.to === '/', includeSearch: false }}>{place.name}</Link>
        ))}
      </nav>
      <button type="button" className="jump" onClick={openPalette} aria-label="Search or jump to…">
        <svg width={15} height={15} viewBox="0 0 15 15" aria-hidden="true"><circle cx={6.3} cy={6.3} r={4.6} /><path d="m9.8 9.8 4 4" /></svg>
        <span>Search or jump to…</span> <kbd>Ctrl K</kbd>
      </button>
      <RunningJob />
      <ConnectionDot />
      <ThemeToggle />
    </header>
  );
}

function RunningJob() {
  const running = useQuery(api.jobs.list.queryOptions({ status: 'running', limit: 5 }));
  const [job] = running.data?.items ?? [];
  if (!job || job.status !== 'running') return null;
  const count = running.data?.total ?? 1;
  return (
    <Link className="top-job" to="/jobs/$id" params={{ id: job.id }}>
      <JobBar progress={job.progress} status={job.status} label={`${job.kind}: ${job.progress?.stage ?? 'starting'}`} />
      <span className="top-job-long">{count} job{count === 1 ? '' : 's'} · </span><span>{jobSummary(job.status, job.progress)}</span>
    </Link>
  );
}

function ConnectionDot() {
  const connection = useConnection();
  const words = { live: 'live', connecting: 'connecting', reconnecting: 'reconnecting' } as const;
  return (
    <span className="connection" data-state={connection.state} role="status" title={connection.state === 'live' ? 'Changes arrive as they happen' : 'What is shown may be out of date'}>
      <i aria-hidden="true" /> <span>{words[connection.state]}</span>
    </span>
  );
}

function ThemeToggle() {
  const [theme, setTheme] = useState(currentTheme);
  const next = theme === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" className="theme" aria-label={`Switch to ${next}`} title={`Switch to ${next}`} onClick={() => setTheme(toggleTheme())}>
      <svg width={14} height={14} viewBox="0 0 14 14" aria-hidden="true"><circle cx={7} cy={7} r={5.6} /><path d="M7 1.4a5.6 5.6 0 0 1 0 11.2Z" /></svg>
    </button>
  );
}
