import { describe, expect, it } from 'vitest';
import { allRows } from './exportAll';

describe('allRows', () => {
  it('follows cursors to the end, in order', async () => {
    const pages = new Map<string | undefined, { items: number[]; nextCursor: string | null }>([
      [undefined, { items: [1, 2], nextCursor: 'a' }],
      ['a', { items: [], nextCursor: 'b' }],
      ['b', { items: [3], nextCursor: null }],
    ]);
    const asked: (string | undefined)[] = [];
    const rows = await allRows(async (cursor) => {
      asked.push(cursor);
      const page = pages.get(cursor);
      if (!page) throw new Error(`asked for ${cursor}`);
      return page;
    });
    expect(rows).toEqual([1, 2, 3]);
    expect(asked).toEqual([undefined, 'a', 'b']);
  });
});
