import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from './Markdown';
import { parseMarkdown } from './parseMarkdown';

describe('Markdown', () => {
  it('reads headings, paragraphs over lines, lists, tables and code', () => {
    expect(parseMarkdown('---\nlicense: mit\n---\n# Card\nOne\ntwo.\n\n- a\n- b\n\n| x | y |\n|---|--:|\n| 1 | 2 |\n\n```\n# no\n```\n')).toEqual([
      { kind: 'heading', text: 'Card' },
      { kind: 'paragraph', text: 'One two.' },
      { kind: 'list', items: ['a', 'b'] },
      { kind: 'table', head: ['x', 'y'], rows: [['1', '2']] },
      { kind: 'code', text: '# no' },
    ]);
  });
  it('ends, whatever it is given', () => {
    for (const text of ['', '|', '| a', '```', '```\nopen', '#', '- ', '\n\n\n', '|---|']) expect(Array.isArray(parseMarkdown(text))).toBe(true);
  });
  it('shows HTML as text', () => {
    const html = renderToStaticMarkup(<Markdown text={'# <img src=x onerror=alert(1)>\n\n**<script>alert(1)</script>** `<b>`\n\n[a](javascript:alert(1))'} />);
    expect(html).not.toMatch(/<img|<script|<a /);
    expect(html).toContain('&lt;script&gt;');
  });
});
