export type Cell = string | number | null;

/** A table of figures: what a chart shows, for a screen reader and for export. */
export interface DataTable {
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
}

/** Characters a spreadsheet would take for the start of a formula in a text cell. */
const FORMULA = /^[=+\-@\t\r]/;

function field(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180 CSV. Texts that a spreadsheet would run as a formula are quoted with an apostrophe: model text is hostile. */
export function toCsv(table: DataTable): string {
  return [table.columns, ...table.rows].map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
}
