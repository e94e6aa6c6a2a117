import { magnitude } from './format';
import './HeatLegend.css';

/** The colour scale of a view with its ends: fixed, so that colours compare across the view. */
export function HeatLegend({ max, diverging = false, label }: { max: number; diverging?: boolean; label?: string }) {
  return (
    <span className="heat-legend">
      {label && <span>{label}</span>}
      <span>{diverging ? `−${magnitude(max)}` : '0'}</span>
      <span className="heat-ramp" data-diverging={diverging || undefined} />
      <span>{diverging ? '+' : ''}{magnitude(max)}</span>
    </span>
  );
}
