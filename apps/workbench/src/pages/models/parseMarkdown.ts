/** The parts of Markdown that model cards use. Anything else is a paragraph. */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'code'; text: string }
  | { kind: 'table'; head: string[]; rows: string[][] };

const cells = (line: string) => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
const isRow = (line: string | undefined) => line !== undefined && line.trim().startsWith('|');
const isRule = (line: string | undefined) => isRow(line) && /^[|\s:-]+$/.test(line ?? '');
const item = /^\s*[-*]\s+/;
const starts = (line: string) => line.trim() === '' || /^#{1,6}\s/.test(line) || line.startsWith('```') || item.test(line) || isRow(line);

export function parseMarkdown(text: string): Block[] {
  const lines = text.replace(/^---\n[\s\S]*?\n---\n/, '').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  const take = (while_: (line: string) => boolean) => {
    const from = at;
    while (at < lines.length && while_(lines[at] ?? '')) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      at += 1;
    } else if (/^#{1,6}\s/.test(line)) {
      blocks.push({ kind: 'heading', text: line.replace(/^#+\s+/, '') });
      at += 1;
    } else if (line.startsWith('```')) {
      at += 1;
      blocks.push({ kind: 'code', text: take((inner) => !inner.startsWith('```')).join('\n') });
      at += 1;
    } else if (isRow(line) && isRule(lines[at + 1])) {
      const [head = '', , ...rows] = take(isRow);
      blocks.push({ kind: 'table', head: cells(head), rows: rows.map(cells) });
    } else if (item.test(line)) {
      blocks.push({ kind: 'list', items: take((inner) => item.test(inner)).map((inner) => inner.replace(item, '')) });
    } else {
      at += 1;
      blocks.push({ kind: 'paragraph', text: [line, ...take((inner) => !starts(inner))].join(' ').trim() });
    }
  }
  return blocks;
}
