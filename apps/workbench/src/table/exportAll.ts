import { download, toCsv, type Cell } from '@sextant/ui';

export interface Paged<R> {
  items: R[];
  nextCursor: string | null;
}

/** Every row of a paged list, not only those on the screen. */
export async function allRows<R>(page: (cursor: string | undefined) => Promise<Paged<R>>): Promise<R[]> {
  const rows: R[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await page(cursor);
    rows.push(...items);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

/** Offers rows as a file. */
export function exportRows<R extends object>(format: 'csv' | 'json', name: string, rows: R[], columns: { key: string; cell: (row: R) => Cell }[]): void {
  if (format === 'json') return download(`${name}.json`, 'application/json', JSON.stringify(rows, null, 1));
  download(`${name}.csv`, 'text/csv', toCsv({ columns: columns.map((column) => column.key), rows: rows.map((row) => columns.map((column) => column.cell(row))) }));
}
