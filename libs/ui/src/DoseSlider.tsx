import type { KeyboardEvent } from 'react';
import { dose as formatDose, fixed } from './format';
import { linearScale, share } from './scale';
import type { SafeRange } from './safeRange';
import './DoseSlider.css';

export interface DoseSliderProps {
  /** Name of what is dosed, for a screen reader. */
  label: string;
  /** Multiple of the feature's max activation. */
  value: number;
  onChange: (value: number) => void;
  min?: number;
  max?: number;
  /** Doses a study found harmless; null: not measured, which is said and drawn as such. */
  safe: SafeRange | null;
}

const TRACK = 40;

/**
 * A dose in units of the feature's max activation. Arrow keys step 0.1, with Shift 1. A dose past the measured
 * range is marked and named, not blocked.
 */
export function DoseSlider({ label, value, onChange, min = -8, max = 8, safe }: DoseSliderProps) {
  const scale = linearScale(min, max, 4);
  const at = (dose: number) => share(Math.min(1, Math.max(0, scale(dose))));
  const past = safe !== null && (value < safe.lo || value > safe.hi);
  const clamp = (next: number) => Math.min(max, Math.max(min, Number(next.toFixed(1))));
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    const direction = event.key === 'ArrowRight' || event.key === 'ArrowUp' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowDown' ? -1 : 0;
    if (!event.shiftKey || direction === 0) return;
    event.preventDefault();
    onChange(clamp(value + direction));
  };
  return (
    <div className="dose" data-sign={value < 0 ? 'negative' : 'positive'}>
      <div className="dose-track">
        <svg width="100%" height={62} overflow="visible" aria-hidden="true">
          {safe && <RatioCurve safe={safe} at={at} />}
          <line className="dose-unknown" x1="0%" x2="100%" y1={TRACK} y2={TRACK} />
          {safe && <line className="dose-safe" x1={at(safe.lo)} x2={at(safe.hi)} y1={TRACK} y2={TRACK} />}
          {safe && [safe.lo, safe.hi].map((end) => <line key={end} className="dose-limit" x1={at(end)} x2={at(end)} y1={TRACK - 5} y2={TRACK + 5} />)}
          <line className="dose-value" x1={at(0)} x2={at(value)} y1={TRACK} y2={TRACK} />
          <line className="zero" x1={at(0)} x2={at(0)} y1={TRACK - 8} y2={TRACK + 8} />
          {[min, min / 2, 0, max / 2, max].map((tick) => (
            <text key={tick} className="axis" x={at(tick)} y={TRACK + 21} textAnchor={tick === min ? 'start' : tick === max ? 'end' : 'middle'}>{formatDose(tick)}</text>
          ))}
          <circle className="dose-thumb" cx={at(value)} cy={TRACK} r={6.5} />
        </svg>
        <input
          type="range"
          min={min}
          max={max}
          step={0.1}
          value={value}
          aria-label={`${label}, dose in multiples of its max`}
          aria-valuetext={`${formatDose(value)} × max${past ? ', past the measured safe range' : ''}`}
          onKeyDown={keys}
          onChange={(event) => onChange(clamp(Number(event.target.value)))}
        />
      </div>
      <p className="caption">
        {safe === null
          ? 'safe range not measured: no study has dosed this feature'
          : past
            ? <><b>▲ past safe {formatDose(value < safe.lo ? safe.lo : safe.hi)}</b> · still allowed; perplexity limit {fixed(safe.limit)}</>
            : `safe ${formatDose(safe.lo)} to ${formatDose(safe.hi)} · measured at ${safe.curve.length - 1} doses, limit ${fixed(safe.limit)}`}
      </p>
    </div>
  );
}

/** Measured perplexity ratios above the track, joined by straight lines; the limit dotted. */
function RatioCurve({ safe, at }: { safe: SafeRange; at: (dose: number) => string }) {
  const top = Math.max(safe.limit * 1.05, ...safe.curve.map((point) => point.ratio));
  const y = (ratio: number) => 26 - 22 * Math.max(0, Math.min(1, (ratio - 1) / (top - 1 || 1)));
  return (
    <g className="dose-curve">
      <line className="dose-ratio-limit" x1="0%" x2="100%" y1={y(safe.limit)} y2={y(safe.limit)} />
      {safe.curve.slice(1).map((point, index) => {
        const before = safe.curve[index];
        return before && <line key={point.dose} x1={at(before.dose)} y1={y(before.ratio)} x2={at(point.dose)} y2={y(point.ratio)} />;
      })}
      {safe.curve.map((point) => <circle key={point.dose} cx={at(point.dose)} cy={y(point.ratio)} r={1.6} />)}
    </g>
  );
}
