import { useCallback } from 'react';
import { percent } from './format';
import { logTicks } from './scale';
import { usePlot, type Plot } from './usePlot';
import './LineChart.css';

export interface Series {
  name: string;
  points: readonly { x: number; y: number }[];
}

export interface LineChartProps {
  series: readonly Series[];
  x: string;
  y: string;
  log?: boolean;
  /** Prints y values as per cent. */
  share?: boolean;
  height?: number;
  /** Marks the last point of the first series: the run is live. */
  live?: boolean;
  label: string;
}

/** At most four lines, each with its own hue and dash; the first is the thing under study. */
const tones = [
  { stroke: 'var(--mark)', dash: undefined },
  { stroke: 'var(--negt)', dash: '5 3' },
  { stroke: 'var(--c3)', dash: '2 2' },
  { stroke: 'var(--ink)', dash: '6 2 1 2' },
];

/** From the smallest to the largest value; a constant gets room above and below. */
function domainOf(values: readonly number[]): [number, number] {
  const [lo, hi] = [Math.min(...values), Math.max(...values)];
  if (values.length === 0) return [0, 1];
  return lo === hi ? [lo - Math.abs(lo || 1) / 10, hi + Math.abs(hi || 1) / 10] : [lo, hi];
}

/** Curves over steps or tokens: light grid, ticks without an axis line, labels at the axis ends with an arrow. */
export function LineChart({ series, x, y, log = false, share = false, height = 170, live = false, label }: LineChartProps) {
  const draw = useCallback(
    (plot: Plot, width: number) => {
      const shown = series.slice(0, tones.length).map(({ name, points }) => ({ name, points: log ? points.filter((point) => point.y > 0) : [...points] }));
      const domain = domainOf(shown.flatMap(({ points }) => points.map((point) => point.y)));
      const last = shown[0]?.points.at(-1);
      return plot.plot({
        width,
        height,
        marginLeft: 40,
        marginRight: 16,
        marginTop: 20,
        marginBottom: 34,
        className: 'plot',
        x: { label: `${x} →`, labelAnchor: 'right', tickSize: 4, ticks: Math.max(2, Math.floor(width / 56)), labelArrow: 'none' },
        y: {
          type: log ? 'log' : 'linear',
          label: `↑ ${y}`,
          labelArrow: 'none',
          grid: true,
          tickSize: 0,
          nice: !log,
          domain,
          ticks: log ? logTicks(domain[0], domain[1]) : 4,
          tickFormat: share ? (value: number) => percent(Number(value.toPrecision(2))) : log ? (value: number) => String(value) : undefined,
        },
        marks: [
          ...shown.map(({ points }, index) => plot.line(points, { x: 'x', y: 'y', stroke: tones[index]?.stroke, strokeDasharray: tones[index]?.dash, strokeWidth: 1.7 })),
          ...(live && last ? [plot.dot([last], { x: 'x', y: 'y', fill: 'var(--mark)', r: 3.4 })] : []),
          plot.tip(shown.flatMap(({ name, points }) => points.map((point) => ({ ...point, name }))), plot.pointerX({ x: 'x', y: 'y', title: (point: { x: number; y: number; name: string }) => `${shown.length > 1 ? `${point.name}\n` : ''}${x} ${point.x}\n${y} ${Number(point.y.toPrecision(4))}`, fill: 'var(--surface)', stroke: 'var(--rule2)' })),
        ],
      });
    },
    [series, x, y, log, share, height, live],
  );
  const box = usePlot(draw);
  return <div ref={box} className="line-chart" style={{ minHeight: height }} role="img" aria-label={label} />;
}

/** Names of the lines with their hue and dash. */
export function SeriesLegend({ names }: { names: readonly string[] }) {
  return (
    <span className="series-legend">
      {names.slice(0, tones.length).map((name, index) => (
        <span key={name}>
          <svg width={18} height={8} aria-hidden="true"><line x1={0} x2={18} y1={4} y2={4} stroke={tones[index]?.stroke} strokeWidth={1.8} strokeDasharray={tones[index]?.dash} /></svg>
          {name}
        </span>
      ))}
    </span>
  );
}
