import { share, type Scale } from './scale';
import './IntervalMark.css';

/** `claim`: the page's own confirmed estimate (orange). `ink`: settled, not the subject. `control`: what it is compared with. */
export type MarkTone = 'claim' | 'negative' | 'ink' | 'control';

export interface IntervalMarkProps {
  scale: Scale;
  /** Vertical place in the drawing, px. */
  y: number;
  estimate: number;
  lo: number;
  hi: number;
  tone?: MarkTone;
  /** Filled: confirmed or settled. Hollow: screen split only, or the interval holds zero. */
  filled?: boolean;
  compact?: boolean;
}

/**
 * A 95 % interval as a whisker with caps and a dot, drawn inside an <svg> that may be any width. Ends outside
 * the scale's domain become arrows.
 */
export function IntervalMark({ scale, y, estimate, lo, hi, tone = 'ink', filled = true, compact = false }: IntervalMarkProps) {
  const [from, to] = scale.domain;
  const clip = (value: number) => share(Math.min(1, Math.max(0, scale(value))));
  const cap = compact ? 2.4 : 3;
  const inside = estimate >= from && estimate <= to;
  return (
    <g className="interval" data-tone={tone}>
      <line x1={clip(lo)} x2={clip(hi)} y1={y} y2={y} />
      {lo >= from ? <line x1={clip(lo)} x2={clip(lo)} y1={y - cap} y2={y + cap} /> : <Arrow side="left" y={y} />}
      {hi <= to ? <line x1={clip(hi)} x2={clip(hi)} y1={y - cap} y2={y + cap} /> : <Arrow side="right" y={y} />}
      {inside && <circle className="interval-dot" data-filled={filled || undefined} cx={clip(estimate)} cy={y} r={compact ? 2.7 : 3.4} />}
    </g>
  );
}

function Arrow({ side, y }: { side: 'left' | 'right'; y: number }) {
  return (
    <svg x={side === 'left' ? '0%' : '100%'} y={y} overflow="visible" width={1} height={1}>
      <path d={side === 'left' ? 'M5 -4 L0 0 L5 4' : 'M-5 -4 L0 0 L-5 4'} fill="none" />
    </svg>
  );
}
