import { SextantError } from '@sextant/schema';
import { readText, type Located } from './jsonRecords';

/**
 * Reads a CSV file with a header line (RFC 4180: quoted fields may hold commas, line breaks and doubled quotes).
 * `line` of a record is the line in the file where it begins.
 * @throws SextantError INVALID_FILE for an open quote, or a record with more or fewer fields than the header.
 */
export function csvRecords(file: string): (Located & { value: Record<string, string> })[] {
  const rows = [...parseRows(readText(file), file)];
  const header = rows.shift()?.fields ?? [];
  return rows.map(({ fields, line }) => {
    if (fields.length !== header.length) {
      throw new SextantError('INVALID_FILE', `${file}:${line}: ${fields.length} fields, but the header names ${header.length}`, { file, value: fields.length });
    }
    return { value: Object.fromEntries(header.map((name, column) => [name, fields[column] ?? ''])), file, line };
  });
}

function* parseRows(text: string, file: string): Generator<{ fields: string[]; line: number }> {
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  let line = 1;
  let start = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\n') line++;
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') field += text[++at];
      else quoted = false;
    } else if (character === '"' && field === '') {
      quoted = true;
    } else if (character === ',') {
      fields.push(field);
      field = '';
    } else if (character === '\n') {
      fields.push(field.replace(/\r$/, ''));
      if (fields.length > 1 || fields[0] !== '') yield { fields, line: start };
      fields = [];
      field = '';
      start = line;
    } else {
      field += character;
    }
  }
  if (quoted) throw new SextantError('INVALID_FILE', `${file}:${start}: a quote opens here and never closes`, { file });
  if (field !== '' || fields.length > 0) yield { fields: [...fields, field], line: start };
}
