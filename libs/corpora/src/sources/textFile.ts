import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { SextantError } from '@sextant/schema';
import type { Document } from '../document';

/** Fields that hold a JSON line's text, in the order in which they are tried. */
const textFields = ['text', 'story', 'content'] as const;

/**
 * Reads documents from a file: `.txt` and `.md` are one document per block between blank lines, `.jsonl` one per line with
 * its text in `text`, `story` or `content`.
 * @throws SextantError NOT_FOUND without the file, INVALID_FILE naming the line and field at fault, or for another extension,
 * text that is not UTF-8, and files that hold no text.
 */
export function fileDocuments(path: string): Document[] {
  const extension = extname(path).toLowerCase();
  const read = readers[extension];
  if (!read) {
    throw new SextantError('INVALID_FILE', `${path}: cannot read "${extension || 'no extension'}" files as text; use ${Object.keys(readers).join(', ')}`, {
      file: path,
      value: extension,
    });
  }
  const documents = read(path, readUtf8(path));
  if (documents.length === 0) throw new SextantError('INVALID_FILE', `${path}: the file holds no text`, { file: path });
  return documents;
}

const readers: Readonly<Record<string, (path: string, text: string) => Document[]>> = {
  '.txt': plainText,
  '.md': plainText,
  '.jsonl': jsonLines,
};

function readUtf8(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new SextantError('NOT_FOUND', `${path}: cannot be read: ${cause instanceof Error ? cause.message : cause}`, { file: path }, { cause });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SextantError('INVALID_FILE', `${path}: not UTF-8 text`, { file: path, hint: 'convert it first: iconv -t utf-8' }, { cause });
  }
}

function plainText(path: string, text: string): Document[] {
  return text
    .split(/\r?\n\s*\r?\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '')
    .map((block) => ({ kind: 'text', text: block, spans: [], attributes: { file: path } }));
}

function jsonLines(path: string, text: string): Document[] {
  return text.split(/\r?\n/).flatMap((line, index): Document[] => {
    if (line.trim() === '') return [];
    const where = `${path}:${index + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw new SextantError('INVALID_FILE', `${where}: not valid JSON: ${cause instanceof Error ? cause.message : cause}`, { file: path }, { cause });
    }
    const fields: Record<string, unknown> = value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
    const field = textFields.find((name) => name in fields);
    const content = field === undefined ? undefined : fields[field];
    if (typeof content !== 'string') {
      throw new SextantError('INVALID_FILE', `${where}: ${field ? `field ${field} is not a string` : `no field ${textFields.join(', ')}`}`, {
        file: path,
        field: field ?? textFields[0],
        value: content,
      });
    }
    return content.trim() === '' ? [] : [{ kind: 'text', text: content, spans: [], attributes: { file: path, line: index + 1 } }];
  });
}
