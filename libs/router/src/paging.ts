import { z } from 'zod';

export const pageInput = {
  cursor: z.string().max(2_000).optional(),
  limit: z.number().int().min(1).max(1_000).default(100),
};

/** `nextCursor` is null on the last page; `total` counts all rows that match, not those of the page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable(), total: z.number().int() });
}
