import { useRef, useState, type ReactNode } from 'react';
import { toCsv, type DataTable } from './csv';
import { download, svgText } from './download';
import { fixed } from './format';
import './Figure.css';

export interface FigureProps {
  title: ReactNode;
  /** Small text beside the title: n, seeds, split, what is excluded. */
  note?: ReactNode;
  /** Controls at the right of the heading. */
  actions?: ReactNode;
  /** What the chart shows as a table; with it come the Table, CSV and (for one drawing) SVG actions. */
  data?: DataTable;
  /** File name of exports, without its ending. */
  name?: string;
  /** Lines above: a hairline, or none for the first figure under the page's rule. */
  children: ReactNode;
}

/** A section that hangs from a hairline: heading, small text, its drawing, and the same figures as a table. */
export function Figure({ title, note, actions, data, name = 'figure', children }: FigureProps) {
  const [tabular, setTabular] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const saveSvg = () => {
    const svg = body.current?.querySelector('svg');
    if (svg) download(`${name}.svg`, 'image/svg+xml', svgText(svg));
  };
  return (
    <section className="figure">
      <header>
        <h2>{title}</h2>
        {note && <span className="note">{note}</span>}
        <span className="figure-actions">
          {actions}
          {data && (
            <>
              <button type="button" className="link quiet" aria-pressed={tabular} onClick={() => setTabular(!tabular)}>{tabular ? 'chart' : 'table'}</button>
              {!tabular && <button type="button" className="link quiet" onClick={saveSvg}>SVG</button>}
              <button type="button" className="link quiet" onClick={() => download(`${name}.csv`, 'text/csv', toCsv(data))}>CSV</button>
            </>
          )}
        </span>
      </header>
      <div ref={body}>{tabular && data ? <DataView data={data} /> : children}</div>
    </section>
  );
}

function DataView({ data }: { data: DataTable }) {
  return (
    <div className="table-box data-view">
      <table className="table tight">
        <thead><tr>{data.columns.map((column) => <th scope="col" key={column}>{column}</th>)}</tr></thead>
        <tbody>
          {data.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => <td key={column} className={typeof cell === 'number' ? 'num' : undefined}>{typeof cell === 'number' && !Number.isInteger(cell) ? fixed(cell, 4) : cell}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
