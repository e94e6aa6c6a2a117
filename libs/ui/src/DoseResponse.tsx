import { bounds, dose as formatDose, fixed, signed } from './format';
import { domainAround, doseScale, linearScale } from './scale';
import { useWidth } from './useWidth';
import './DoseResponse.css';

export interface DosePoint {
  dose: number;
  estimate: number;
  lo: number;
  hi: number;
  perplexityRatio: number | null;
}

export interface DoseResponseProps {
  points: readonly DosePoint[];
  /** What the controls did at each dose: their range, and their mean as a grey line. */
  controls: readonly { dose: number; estimate: number; lo: number; hi: number }[];
  controlLabel: string;
  /** The claim's own dose: a filled mark and a rule through both panels. */
  own: number;
  unit: string;
  perplexityLimit: number;
  onSelect?: (dose: number) => void;
}

const margin = { left: 44, right: 12, top: 20 };
const upper = 230;
const lower = 64;
const gap = 26;
const height = margin.top + upper + gap + lower + 40;

interface Ranged {
  dose: number;
  estimate: number;
  lo: number;
  hi: number;
}

interface BandLabelProps {
  at: Ranged | undefined;
  curve: Ranged | undefined;
  x: (dose: number) => number;
  y: (value: number) => number;
  text: string;
}

/** Names the control band at its last dose, on the side the curve leaves free. */
function BandLabel({ at, curve, x, y, text }: BandLabelProps) {
  if (!at || text === '') return null;
  const below = curve !== undefined && curve.estimate > at.estimate;
  return <text className="axis" x={x(at.dose) + 8} y={below ? y(at.lo) + 14 : y(at.hi) - 6} textAnchor="end">{text}</text>;
}

/** Controls measured at one dose only: a bar there, and nothing drawn between it and zero. */
function ControlBar({ at, curve, x, y, text }: BandLabelProps & { at: Ranged }) {
  const above = curve !== undefined && curve.estimate < at.estimate;
  const left = x(at.dose) > x(0);
  return (
    <>
      <rect className="dose-band-control" x={x(at.dose) - 9} width={18} y={y(at.hi)} height={y(at.lo) - y(at.hi)} />
      <text className="axis" x={x(at.dose) + (left ? -14 : 14)} y={above ? y(at.hi) + 4 : y(at.lo) + 2} textAnchor={left ? 'end' : 'start'}>{text}</text>
    </>
  );
}

/** Effect by dose with intervals over the controls' band, and under it the perplexity ratio on the same doses. */
export function DoseResponse({ points, controls, controlLabel, own, unit, perplexityLimit, onSelect }: DoseResponseProps) {
  const [ref, width] = useWidth<HTMLDivElement>(440);
  const inner = Math.max(120, width - margin.left - margin.right);
  const x = doseScale(points.map((point) => point.dose));
  const [lo, hi] = domainAround([...points, ...controls].flatMap((point) => [point.lo, point.hi]));
  const y = linearScale(lo, hi, 6);
  const ratios = points.flatMap((point) => (point.perplexityRatio === null ? [] : [point.perplexityRatio]));
  const ratio = linearScale(Math.min(0.98, ...ratios), Math.max(perplexityLimit * 1.04, ...ratios), 3);
  const px = (dose: number) => margin.left + inner * (0.04 + 0.92 * x(dose));
  const py = (value: number) => margin.top + upper * (1 - y(value));
  const pr = (value: number) => margin.top + upper + gap + lower * (1 - ratio(value));
  const zero = { dose: 0, estimate: 0, lo: 0, hi: 0, perplexityRatio: 1 };
  const curve = [...points.filter((point) => point.dose !== 0), zero].sort((left, right) => left.dose - right.dose);
  const band = [...controls.filter((point) => point.dose !== 0), ...(controls.length > 0 ? [zero] : [])].sort((left, right) => left.dose - right.dose);
  const line = (data: readonly { dose: number; estimate: number }[]) => data.map((point) => `${px(point.dose)},${py(point.estimate)}`).join(' ');
  const area = (data: readonly { dose: number; lo: number; hi: number }[]) =>
    [...data.map((point) => `${px(point.dose)},${py(point.hi)}`), ...[...data].reverse().map((point) => `${px(point.dose)},${py(point.lo)}`)].join(' ');
  const digits = hi - lo < 0.5 ? 2 : 1;

  return (
    <div ref={ref} className="dose-response">
      <svg width={width} height={height} role="img" aria-label={`${unit} by dose, ${points.length} doses`}>
        <text className="axis" x={0} y={9}>↑ {unit}</text>
        {y.ticks.map((tick) => (
          <g key={tick}>
            <line className={tick === 0 ? 'zero' : 'grid'} x1={margin.left} x2={margin.left + inner} y1={py(tick)} y2={py(tick)} />
            <text className="axis" x={margin.left - 7} y={py(tick) + 3.5} textAnchor="end">{tick === 0 ? '0' : signed(tick, digits)}</text>
          </g>
        ))}
        {controls.length > 1
          ? <><polygon className="dose-band-control" points={area(band)} /><polyline className="dose-line-control" points={line(band)} /></>
          : controls.map((point) => (
            <ControlBar key={point.dose} at={point} curve={curve.find((own) => own.dose === point.dose)} x={px} y={py} text={controlLabel} />
          ))}
        <BandLabel at={controls.length > 1 ? band.at(-1) : undefined} curve={curve.at(-1)} x={px} y={py} text={controlLabel} />
        <line className="dose-own" x1={px(own)} x2={px(own)} y1={margin.top} y2={height - 34} />
        <polygon className="dose-band" points={area(curve)} />
        <polyline className="dose-line" points={line(curve)} />
        {curve.map((point) => (
          <g
            key={point.dose}
            className="dose-point"
            data-own={point.dose === own || undefined}
            data-zero={point.dose === 0 || undefined}
            onClick={onSelect && point.dose !== 0 ? () => onSelect(point.dose) : undefined}
          >
            <title>{`${formatDose(point.dose)} × max: ${signed(point.estimate)} ${unit} ${bounds(point)}`}</title>
            {point.dose !== 0 && [point.lo, point.hi].map((end) => (
              <line key={end} x1={px(point.dose) - 4} x2={px(point.dose) + 4} y1={py(end)} y2={py(end)} />
            ))}
            <line x1={px(point.dose)} x2={px(point.dose)} y1={py(point.lo)} y2={py(point.hi)} />
            <circle cx={px(point.dose)} cy={py(point.estimate)} r={point.dose === own ? 4.6 : 3.6} />
          </g>
        ))}
        <text className="axis dose-own-label" x={px(own)} y={margin.top - 6} textAnchor={x(own) > 0.7 ? 'end' : x(own) < 0.3 ? 'start' : 'middle'}>frozen dose {formatDose(own)}</text>

        {ratio.ticks.map((tick) => (
          <g key={tick}>
            <line className="grid" x1={margin.left} x2={margin.left + inner} y1={pr(tick)} y2={pr(tick)} />
            <text className="axis" x={margin.left - 7} y={pr(tick) + 3.5} textAnchor="end">{fixed(tick)}</text>
          </g>
        ))}
        <line className="dose-ratio-rule" x1={margin.left} x2={margin.left + inner} y1={pr(perplexityLimit)} y2={pr(perplexityLimit)} />
        <text className="axis" x={margin.left + inner / 2} y={pr(perplexityLimit) - 6} textAnchor="middle">perplexity ratio · limit {fixed(perplexityLimit)}</text>
        <polyline className="dose-ratio" points={curve.flatMap((point) => (point.perplexityRatio === null ? [] : [`${px(point.dose)},${pr(point.perplexityRatio)}`])).join(' ')} />
        {curve.map((point) => point.perplexityRatio !== null && (
          <circle key={point.dose} className="dose-ratio-dot" cx={px(point.dose)} cy={pr(point.perplexityRatio)} r={2.2}>
            <title>{`${formatDose(point.dose)} × max: perplexity ratio ${fixed(point.perplexityRatio)}`}</title>
          </circle>
        ))}
        {x.ticks.map((tick) => (
          <text key={tick} className="axis" data-own={tick === own || undefined} x={px(tick)} y={height - 20} textAnchor="middle">{formatDose(tick)}</text>
        ))}
        <text className="axis" x={margin.left + inner} y={height - 5} textAnchor="end">dose, × feature max (log steps) →</text>
      </svg>
    </div>
  );
}
