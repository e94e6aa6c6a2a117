import './table.css';
import { Link, useNavigate, type LinkProps } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type MouseEvent, type ReactNode } from 'react';
import { useKeys } from '../shell/keys';

export interface Column<R> {
  key: string;
  head: ReactNode;
  cell: (row: R) => ReactNode;
  num?: boolean;
  className?: string;
  width?: number | string;
  /** Server-side sort key; the head becomes a button. */
  sort?: string;
}

export interface RecordTableProps<R> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowKey: (row: R) => string | number;
  link: (row: R) => LinkProps;
  sort?: { key: string; order: 'ascending' | 'descending' };
  onSort?: (key: string) => void;
  /** Called when the last rows come into view. */
  onEnd?: () => void;
  tight?: boolean;
}

const ROW = 28;
const MANY = 120;

/** Rows that open a page each: j/k move, Enter opens, heads sort. Beyond some hundred rows only those in view exist. */
export function RecordTable<R>({ label, columns, rows, rowKey, link, sort, onSort, onEnd, tight }: RecordTableProps<R>) {
  const [at, setAt] = useState<number | null>(null);
  const navigate = useNavigate();
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  const virtual = rows.length > MANY;
  useLayoutEffect(() => {
    if (virtual) setOffset((body.current?.getBoundingClientRect().top ?? 0) + scrollY);
  }, [virtual]);
  const rowHeight = tight ? 22 : ROW;
  const window = useWindowVirtualizer({ count: rows.length, estimateSize: () => rowHeight, overscan: 12, scrollMargin: offset, enabled: virtual });
  const items = virtual ? window.getVirtualItems() : [];
  const first = virtual ? (items[0]?.index ?? 0) : 0;
  const last = virtual ? (items.at(-1)?.index ?? -1) : rows.length - 1;

  const move = (step: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, (at ?? (step > 0 ? -1 : rows.length)) + step));
    setAt(next);
    if (virtual) window.scrollToIndex(next, { align: 'auto' });
    else body.current?.querySelectorAll('tr')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const open = () => {
    const row = at === null ? undefined : rows[at];
    if (row !== undefined) void navigate(link(row));
  };
  useKeys([
    { key: 'j', label: `next row of ${label}`, run: () => move(1) },
    { key: 'k', label: `previous row of ${label}`, run: () => move(-1) },
    ...(at === null ? [] : [{ key: 'Enter', label: 'open the selected row', run: open }]),
  ]);
  const ending = rows.length > 0 && last >= rows.length - 12;
  useEffect(() => {
    if (ending) onEnd?.();
  }, [ending, rows.length, onEnd]);

  const click = (row: R) => (event: MouseEvent) => {
    const on = event.target;
    if (on instanceof Element && on.closest('a, button, input') === null && getSelection()?.isCollapsed !== false) void navigate(link(row));
  };
  return (
    <div className="table-box">
      <table className={`table records${tight ? ' tight' : ''}`} aria-label={label} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                scope="col"
                key={column.key}
                className={column.num ? 'num' : column.className}
                style={column.width === undefined ? undefined : { width: column.width }}
                aria-sort={sort && column.sort === sort.key ? sort.order : undefined}
              >
                {column.sort !== undefined && onSort
                  ? <SortHead head={column.head} sortKey={column.sort} sort={sort} onSort={onSort} />
                  : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {virtual && first > 0 && <tr aria-hidden="true" className="spacer" style={{ height: first * rowHeight }}><td colSpan={columns.length} /></tr>}
          {rows.slice(first, last + 1).map((row, index) => (
            <tr key={rowKey(row)} aria-rowindex={first + index + 2} data-selected={first + index === at || undefined} onClick={click(row)}>
              {columns.map((column, position) => (
                <td key={column.key} className={column.num ? 'num' : column.className}>
                  {position === 0 ? <Link {...link(row)}>{column.cell(row)}</Link> : column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
          {virtual && last < rows.length - 1 && <tr aria-hidden="true" className="spacer" style={{ height: (rows.length - 1 - last) * rowHeight }}><td colSpan={columns.length} /></tr>}
        </tbody>
      </table>
    </div>
  );
}

function SortHead({ head, sortKey, sort, onSort }: { head: ReactNode; sortKey: string; sort?: { key: string; order: string }; onSort: (key: string) => void }) {
  return (
    <button type="button" className="sort" onClick={() => onSort(sortKey)}>
      {head}{sort?.key === sortKey && <span aria-hidden="true">{sort.order === 'ascending' ? ' ▴' : ' ▾'}</span>}
    </button>
  );
}
