import type { ReactNode } from 'react';
import { fixed, signed } from './format';
import { IntervalMark, type MarkTone } from './IntervalMark';
import { domainAround, linearScale, share, type Scale } from './scale';
import './ForestPlot.css';

export interface ForestRow {
  key: string;
  name: ReactNode;
  estimate: number;
  lo: number;
  hi: number;
  tone?: MarkTone;
  filled?: boolean;
  /** What this row is compared with, drawn behind the mark: e.g. the range over its controls. */
  band?: { lo: number; hi: number };
  n?: number;
  /** Cells after the drawing, one for each of `columns`. */
  cells?: ReactNode[];
  href?: string;
}

export interface ForestPlotProps {
  rows: readonly ForestRow[];
  /** Heads: of the names, of the drawing's axis with its unit, and of the cells behind it. */
  head: string;
  unit: string;
  columns?: readonly string[];
  /** Shaded through all rows: the interval of the claim the rows are held against. */
  reference?: { lo: number; hi: number };
  caption?: ReactNode;
  domain?: readonly [number, number];
}

const ROW = 26;

/** Intervals under each other on one axis: name, n, mark over its control band, then numbers. */
export function ForestPlot({ rows, head, unit, columns = [], reference, caption, domain }: ForestPlotProps) {
  const bounds = rows.flatMap((row) => [row.lo, row.hi, row.band?.lo ?? 0, row.band?.hi ?? 0]).concat(reference ? [reference.lo, reference.hi] : []);
  const [lo, hi] = domain ?? domainAround(bounds);
  const scale = linearScale(lo, hi, 4);
  const counted = rows.some((row) => row.n !== undefined);
  return (
    <div className="forest-box">
      <table className="forest">
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {counted && <th scope="col" className="num">n</th>}
            <th scope="col" className="forest-plot"><span className="sr-only">{`interval, ${unit}`}</span></th>
            {columns.map((column) => <th scope="col" className="num" key={column}>{column}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} data-subject={row.tone === 'claim' || row.tone === 'negative' || undefined}>
              <th scope="row">{row.href ? <a href={row.href}>{row.name}</a> : row.name}</th>
              {counted && <td className="num dim">{row.n ?? ''}</td>}
              <td className="forest-plot"><ForestMark row={row} scale={scale} reference={reference} unit={unit} /></td>
              {columns.map((column, index) => <td className="num" key={column}>{row.cells?.[index]}</td>)}
            </tr>
          ))}
          <tr className="forest-axis" aria-hidden="true">
            <td />
            {counted && <td />}
            <td className="forest-plot"><ForestAxis scale={scale} unit={unit} /></td>
            {columns.map((column) => <td key={column} />)}
          </tr>
        </tbody>
      </table>
      {caption && <p className="caption">{caption}</p>}
    </div>
  );
}

function Lines({ scale }: { scale: Scale }) {
  return (
    <>
      {scale.ticks.filter((tick) => tick !== 0).map((tick) => (
        <line key={tick} className="grid" x1={share(scale(tick))} x2={share(scale(tick))} y1={0} y2={ROW} />
      ))}
      <line className="zero" x1={share(scale(0))} x2={share(scale(0))} y1={0} y2={ROW} />
    </>
  );
}

function ForestMark({ row, scale, reference, unit }: { row: ForestRow; scale: Scale; reference?: { lo: number; hi: number }; unit: string }) {
  const between = (range: { lo: number; hi: number }) => ({
    x: share(Math.max(0, scale(range.lo))),
    width: share(Math.max(0, Math.min(1, scale(range.hi)) - Math.max(0, scale(range.lo)))),
  });
  return (
    <svg width="100%" height={ROW} role="img" aria-label={`${signed(row.estimate)} ${unit}, ${fixed(row.lo)} to ${fixed(row.hi)}`}>
      {reference && <rect className="forest-reference" {...between(reference)} y={0} height={ROW} />}
      {row.band && <rect className="band" {...between(row.band)} y={6} height={ROW - 12} />}
      <Lines scale={scale} />
      <IntervalMark scale={scale} y={ROW / 2} estimate={row.estimate} lo={row.lo} hi={row.hi} tone={row.tone ?? 'ink'} filled={row.filled ?? true} />
    </svg>
  );
}

function ForestAxis({ scale, unit }: { scale: Scale; unit: string }) {
  return (
    <svg width="100%" height={32} overflow="visible">
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line className="tick" x1={share(scale(tick))} x2={share(scale(tick))} y1={0} y2={4} />
          <text className="axis" x={share(scale(tick))} y={15} textAnchor="middle">{signed(tick, tick % 1 === 0 ? 0 : Math.abs(tick) % 0.1 < 1e-9 || Math.abs(tick) > 1 ? 1 : 2)}</text>
        </g>
      ))}
      <text className="axis axis-title" x="50%" y={28} textAnchor="middle">{`${unit} →`}</text>
    </svg>
  );
}
