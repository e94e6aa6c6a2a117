import type { DictionaryRecord } from '@sextant/schema';
import { Figure, fixed, logTicks, usePlot, type Plot } from '@sextant/ui';
import { useCallback } from 'react';

/** CE recovered against L0 over the lab's dictionaries of one hook: fidelity against sparsity. Nothing to compare draws nothing. */
export function SuiteChart({ dictionaries, own }: { dictionaries: readonly DictionaryRecord[]; own: DictionaryRecord | null }) {
  const points = dictionaries
    .filter((item) => own === null || (item.hook === own.hook && item.model === own.model))
    .flatMap(({ digest, name, scores }) => (scores && scores.ceRecovered !== null ? [{ digest, name, l0: scores.l0, ce: scores.ceRecovered }] : []));
  if (points.length < 2) return null;
  return (
    <Figure
      title="Suite"
      note={`${points.length} dictionaries${own ? ' of this hook' : ''}`}
      name="suite"
      data={{ columns: ['dictionary', 'L0', 'CE recovered'], rows: points.map((point) => [point.name, point.l0, point.ce]) }}
    >
      <SuitePlot points={points} own={own?.digest ?? null} />
    </Figure>
  );
}

interface Point {
  digest: string;
  name: string;
  l0: number;
  ce: number;
}

function SuitePlot({ points, own }: { points: Point[]; own: string | null }) {
  const draw = useCallback(
    (plot: Plot, width: number) => {
      const l0 = points.map((point) => point.l0);
      return plot.plot({
        width,
        height: 190,
        marginLeft: 44,
        marginRight: 16,
        marginTop: 20,
        marginBottom: 34,
        className: 'plot',
        x: { type: 'log', label: 'L0, log →', labelAnchor: 'right', labelArrow: 'none', tickFormat: '~g', ticks: logTicks(Math.min(...l0) / 1.5, Math.max(...l0) * 1.5), insetLeft: 40, insetRight: 40 },
        y: { label: '↑ CE recovered', labelArrow: 'none', grid: true, tickSize: 0, ticks: 4, nice: true, insetTop: 16, insetBottom: 8 },
        marks: [
          plot.dot(points, {
            x: 'l0',
            y: 'ce',
            r: 4,
            fill: (point: Point) => (point.digest === own ? 'var(--mark)' : 'var(--ctl)'),
            href: (point: Point) => `/dictionaries/${point.digest}`,
            title: (point: Point) => `${point.name}: L0 ${fixed(point.l0, 1)}, CE recovered ${fixed(point.ce, 3)}`,
          }),
          plot.text(points, { x: 'l0', y: 'ce', text: 'name', dy: -10, textAnchor: 'middle', fill: 'var(--ink2)' }),
        ],
      });
    },
    [points, own],
  );
  const box = usePlot(draw);
  return <div ref={box} className="line-chart" style={{ minHeight: 190 }} role="img" aria-label="CE recovered by L0" />;
}
