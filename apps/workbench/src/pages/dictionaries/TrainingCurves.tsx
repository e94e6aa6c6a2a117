import { EmptyState, Figure, LineChart } from '@sextant/ui';
import { useMemo } from 'react';
import type { RouterOutputs } from '../../api';
import { metricLook, thin } from '../jobs/metrics';
import './dictionaries.css';

type Dictionary = RouterOutputs['dictionaries']['get'];

/** Metrics first shown, in this order; the rest is on the training job's page. */
const wanted = ['loss', 'explainedVariance', 'deadShare', 'l0'];

/** The training curves the trainer recorded. */
export function TrainingCurves({ dictionary, log, onLog }: { dictionary: Dictionary; log: boolean; onLog: (log: boolean) => void }) {
  const { curve } = dictionary;
  const metrics = useMemo(() => {
    const present = [...new Set(curve.flatMap((point) => Object.keys(point)))].filter((name) => name !== 'step');
    return [...wanted.filter((name) => present.includes(name)), ...present.filter((name) => !wanted.includes(name))].slice(0, 3);
  }, [curve]);
  if (curve.length === 0) {
    return <Figure title="Training"><EmptyState title="No training curve: this dictionary was imported, not trained here." /></Figure>;
  }
  return (
    <Figure
      title="Training"
      note={`${curve.length} points, seed ${dictionary.seed ?? 'unknown'}`}
      name={`${dictionary.name}-training`}
      data={{ columns: ['step', ...metrics], rows: curve.map((point) => [point.step, ...metrics.map((name) => point[name] ?? null)]) }}
      actions={(
        <>
          <button type="button" className="link quiet" aria-pressed={!log} onClick={() => onLog(false)}>linear</button>
          <button type="button" className="link quiet" aria-pressed={log} onClick={() => onLog(true)}>log</button>
        </>
      )}
    >
      <div className="training">{metrics.map((name) => <Curve key={name} metric={name} curve={curve} log={log} />)}</div>
    </Figure>
  );
}

function Curve({ metric, curve, log }: { metric: string; curve: Dictionary['curve']; log: boolean }) {
  const look = metricLook(metric);
  const series = useMemo(
    () => [{ name: look.name, points: thin(curve.flatMap((point) => (point[metric] === undefined ? [] : [{ x: point.step, y: point[metric] }])), 400) }],
    [curve, metric, look.name],
  );
  return <LineChart series={series} x="step" y={look.name} log={log && look.log} share={look.share} height={180} label={`${look.name} by training step`} />;
}
