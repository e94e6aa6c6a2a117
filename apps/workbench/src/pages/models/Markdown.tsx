import type { ReactNode } from 'react';
import { parseMarkdown, type Block } from './parseMarkdown';

/** A model card: headings, paragraphs, lists, tables and code. HTML in it is shown as the text it is. */
export function Markdown({ text }: { text: string }) {
  return <div className="card" tabIndex={0} aria-label="Model card">{parseMarkdown(text).map((block, index) => <Drawn key={index} block={block} />)}</div>;
}

function Drawn({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      return <h3>{inline(block.text)}</h3>;
    case 'paragraph':
      return <p>{inline(block.text)}</p>;
    case 'list':
      return <ul>{block.items.map((item, index) => <li key={index}>{inline(item)}</li>)}</ul>;
    case 'code':
      return <pre className="json">{block.text}</pre>;
    case 'table':
      return (
        <table className="table tight">
          {block.head.some((cell) => cell !== '') && <thead><tr>{block.head.map((cell, index) => <th scope="col" key={index}>{inline(cell)}</th>)}</tr></thead>}
          <tbody>{block.rows.map((row, index) => <tr key={index}>{row.map((cell, column) => <td key={column}>{inline(cell)}</td>)}</tr>)}</tbody>
        </table>
      );
  }
}

/** `code` and **bold** inside a line. */
function inline(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part, index) => {
    if (part.startsWith('`') && part.length > 2) return <code key={index}>{part.slice(1, -1)}</code>;
    if (part.startsWith('**') && part.length > 4) return <b key={index}>{part.slice(2, -2)}</b>;
    return part;
  });
}
