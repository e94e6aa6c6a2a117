import { fixed, signed } from './format';
import { IntervalMark, type MarkTone } from './IntervalMark';
import { share, type Scale } from './scale';

/** An interval as one cell of a table; every row of the table shares `scale`, so the column reads as a forest. */
export function IntervalCell({ scale, estimate, lo, hi, tone, filled }: {
  scale: Scale;
  estimate: number;
  lo: number;
  hi: number;
  tone?: MarkTone;
  filled?: boolean;
}) {
  const zero = share(Math.min(1, Math.max(0, scale(0))));
  return (
    <svg className="interval-cell" width="100%" height={26} role="img" aria-label={`${signed(estimate)}, ${fixed(lo)} to ${fixed(hi)}`}>
      <line className="zero" x1={zero} x2={zero} y1={-40} y2={80} />
      <IntervalMark scale={scale} y={13} estimate={estimate} lo={lo} hi={hi} tone={tone} filled={filled} compact />
    </svg>
  );
}

/** The axis of a column of interval cells, for the table's head. */
export function IntervalHead({ scale }: { scale: Scale }) {
  const [lo, hi] = scale.domain;
  return (
    <svg className="interval-cell" width="100%" height={15} aria-hidden="true">
      {scale.ticks.filter((tick) => tick > lo && tick < hi).map((tick) => (
        <text key={tick} className="axis" x={share(scale(tick))} y={11} textAnchor="middle">{tick === 0 ? '0' : signed(tick, Number.isInteger(tick) ? 0 : 1)}</text>
      ))}
    </svg>
  );
}
