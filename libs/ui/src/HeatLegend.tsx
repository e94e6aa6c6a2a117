import './HeatLegend.css';

/** The colour scale of a view with its ends: fixed, so that colours compare across the view. */
export function HeatLegend({ max, diverging = false, label }: { max: number; diverging?: boolean; label?: string }) {
  const end = String(Number(max.toPrecision(3)));
  return (
    <span className="heat-legend">
      {label && <span>{label}</span>}
      <span>{diverging ? `−${end}` : '0'}</span>
      <span className="heat-ramp" data-diverging={diverging || undefined} />
      <span>{diverging ? '+' : ''}{end}</span>
    </span>
  );
}
