import type { ReactNode } from 'react';
import './StatTile.css';

export interface StatTileProps {
  label: string;
  value: ReactNode;
  /** Interval, n or what the value counts. */
  detail?: ReactNode;
}

/** One figure: label, value, then its interval or what it counts. No box, no arrow, no trend colour. */
export function StatTile({ label, value, detail }: StatTileProps) {
  return (
    <div className="stat">
      <dt>{label}</dt>
      <dd><b>{value}</b>{detail !== undefined && detail !== '' && <span className="stat-detail">{detail}</span>}</dd>
    </div>
  );
}

/** The row of figures under a page's title. */
export function StatStrip({ children }: { children: ReactNode }) {
  return <dl className="stat-strip">{children}</dl>;
}
