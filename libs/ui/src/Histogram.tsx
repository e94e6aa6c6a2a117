import { count as formatCount, fixed, magnitude } from './format';
import { heatColor } from './heat';
import { linearScale, logCountScale, share } from './scale';
import './Histogram.css';

export interface HistogramProps {
  /** Counts in equal bins from 0 to `max`. */
  counts: readonly number[];
  max: number;
  /** Inner borders drawn as dotted lines: the activation intervals examples are drawn from. */
  borders?: readonly number[];
  label: string;
  height?: number;
}

/** Activations above zero on a log count axis; each bar has the colour a token with that value has. */
export function Histogram({ counts, max, borders = [], label, height = 150 }: HistogramProps) {
  const y = logCountScale(Math.max(1, ...counts));
  const x = linearScale(0, max || 1, 5);
  const top = 16;
  const plot = height - top - 34;
  const width = share(1 / Math.max(1, counts.length));
  const yOf = (value: number) => top + plot * (1 - y(value));
  return (
    <svg className="histogram" width="100%" height={height} role="img" aria-label={label}>
      <svg x={34} width="calc(100% - 40px)" height={height} overflow="visible">
        {y.ticks.map((tick) => (
          <g key={tick}>
            <line className="grid" x1="0%" x2="100%" y1={yOf(tick)} y2={yOf(tick)} />
            <text className="axis" x={-6} y={yOf(tick) + 3.5} textAnchor="end">{tick >= 1000 ? `${tick / 1000}k` : tick}</text>
          </g>
        ))}
        {counts.map((bin, index) => {
          if (bin === 0) return null;
          const middle = ((index + 0.5) / counts.length) * max;
          const bar = Math.max(1.5, plot * y(bin));
          return (
            <g key={index}>
              <rect x={share(index / counts.length)} y={top + plot - bar} width={width} height={bar} fill={heatColor(middle, max)} />
              <rect x={share(index / counts.length)} y={top + plot - bar} width={width} height={1.4} className="histogram-cap" />
              <title>{`${formatCount(bin)} tokens, ${magnitude((index / counts.length) * max)} to ${magnitude(((index + 1) / counts.length) * max)}`}</title>
            </g>
          );
        })}
        {borders.map((border) => (
          <line key={border} className="histogram-border" x1={share(x(border))} x2={share(x(border))} y1={top - 10} y2={top + plot} />
        ))}
        {x.ticks.map((tick) => (
          <g key={tick}>
            <line className="tick" x1={share(x(tick))} x2={share(x(tick))} y1={top + plot} y2={top + plot + 4} />
            <text className="axis" x={share(x(tick))} y={top + plot + 15} textAnchor="middle">{fixed(tick, Number.isInteger(tick) ? 0 : max < 0.5 ? 2 : 1)}</text>
          </g>
        ))}
        <text className="axis" x="0%" y={8} dx={4}>↑ tokens above zero, log</text>
        <text className="axis" x="100%" y={height - 3} textAnchor="end">activation →</text>
      </svg>
    </svg>
  );
}
