import './experiments.css';
import type { MetricPoint } from '@sextant/schema';
import { Figure, LineChart, Segmented, SeriesLegend } from '@sextant/ui';
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../../api';
import { curvesOf, metricLook } from '../jobs/metrics';
import { jobTitle } from '../jobTitle';
import { diffSpecs } from './flatten';

/** Jobs side by side: what of their specs differs, and their curves on one axis. */
export function CompareJobs({ ids, diffOnly, onDiffOnly }: { ids: readonly string[]; diffOnly: boolean; onDiffOnly: (diff: boolean) => void }) {
  const found = useQueries({ queries: ids.map((id) => api.jobs.get.queryOptions({ id })) }).flatMap((query) => query.data ?? []);
  const rows = diffSpecs(found.map((job) => job.spec));
  const differing = rows.filter((row) => row.differs);
  const names = found.map((job) => `${jobTitle(job)} ${job.id.slice(-4)}`);
  const metrics = [...new Set(found.flatMap((job) => job.metricPoints.map((point) => point.name)))].slice(0, 3);
  return (
    <div className="columns two-one compared">
      <div>
        {metrics.length === 0 && <p className="note">None of these jobs recorded a curve.</p>}
        {metrics.map((metric) => <MetricCompared key={metric} metric={metric} jobs={found} names={names} />)}
      </div>
      <Figure
        title="Configuration"
        note={`${differing.length} of ${rows.length} keys differ`}
        actions={<Segmented label="Keys" value={diffOnly ? 'diff' : 'all'} options={[{ value: 'diff', label: 'Diff only' }, { value: 'all', label: 'All' }]} onChange={(value) => onDiffOnly(value === 'diff')} />}
      >
        <div className="table-box">
          <table className="table tight compare">
            <thead><tr><th scope="col">key</th>{names.map((name, index) => <th scope="col" className="num" key={ids[index]}>{name}</th>)}</tr></thead>
            <tbody>
              {(diffOnly ? differing : rows).map((row) => (
                <tr key={row.key}>
                  <td><code>{row.key}</code></td>
                  {row.values.map((value, index) => <td key={ids[index]} className="num" data-differs={(row.differs && value !== row.values[0]) || undefined}><code>{value.length > 18 ? `${value.slice(0, 16)}…` : value}</code></td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Figure>
    </div>
  );
}

function MetricCompared({ metric, jobs, names }: { metric: string; jobs: readonly { metricPoints: MetricPoint[] }[]; names: readonly string[] }) {
  const look = metricLook(metric);
  const series = useMemo(
    () => jobs.flatMap((job, index) => {
      const points = curvesOf(job.metricPoints, 300).get(metric);
      return points ? [{ name: names[index] ?? String(index), points }] : [];
    }),
    [jobs, names, metric],
  );
  return (
    <Figure title={look.name} note={<SeriesLegend names={series.map((one) => one.name)} />}>
      <LineChart series={series} x="step" y={look.name} log={look.log} share={look.share} label={`${look.name} of ${series.map((one) => one.name).join(', ')}`} />
    </Figure>
  );
}
