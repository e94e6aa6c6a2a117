/** Where a command's answer goes: one JSON document, or text for people, on stdout; everything else on stderr. */
export interface Output {
  json: boolean;
  /** The command's answer, once. */
  answer(document: unknown, text: string): void;
  /** Something to know that is not the answer. */
  note(line: string): void;
}

export function createOutput(json: boolean): Output {
  return {
    json,
    answer: (document, text) => process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${text}\n`),
    note: (line) => process.stderr.write(`${line}\n`),
  };
}

type Cell = string | number | null | undefined;

/** Columns aligned; numbers to the right. */
export function table(headers: string[], rows: Cell[][]): string {
  if (rows.length === 0) return '(none)';
  const text = rows.map((row) => row.map((cell) => (cell === null || cell === undefined ? '–' : printable(String(cell)))));
  const widths = headers.map((header, column) => Math.max(header.length, ...text.map((row) => row[column]?.length ?? 0)));
  const numeric = headers.map((_, column) => rows.every((row) => typeof row[column] === 'number' || row[column] === null || row[column] === undefined));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(headers), ...text.map(line)].join('\n');
}

/** Names and values, one a line. */
export function fields(entries: Record<string, Cell>): string {
  const width = Math.max(...Object.keys(entries).map((name) => name.length));
  return Object.entries(entries)
    .map(([name, value]) => `${name.padEnd(width)}  ${value === null || value === undefined ? '–' : printable(String(value))}`)
    .join('\n');
}

/** Model output and file names are not to be trusted with the terminal: control characters are shown, not obeyed. */
export function printable(text: string): string {
  return text.replace(/\n/g, '⏎').replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

export function short(digest: string | null | undefined): string {
  return digest === null || digest === undefined ? '–' : digest.slice(0, 10);
}

/** `1.2 GB`, in powers of 1000. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}`;
}

export function significant(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return '–';
  return value === 0 ? '0' : Number(value.toPrecision(digits)).toString();
}

/** `−0.42 [−0.51, −0.33]` */
export function interval({ estimate, lo, hi }: { estimate: number; lo: number; hi: number }): string {
  const round = (value: number) => value.toFixed(3).replace('-', '−');
  return `${round(estimate)} [${round(lo)}, ${round(hi)}]`;
}

/** `2 min 5 s` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
