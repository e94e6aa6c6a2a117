import { claimStatusSchema } from '@sextant/schema';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ClaimBadge } from './ClaimBadge';

describe('ClaimBadge', () => {
  it('writes the word and draws a different glyph for every status', () => {
    const drawn = claimStatusSchema.options.map((status) => renderToStaticMarkup(<ClaimBadge status={status} />));
    claimStatusSchema.options.forEach((status, index) => expect(drawn[index]).toContain(`</svg>${status}</span>`));
    const glyphs = drawn.map((html) => /<svg.*<\/svg>/.exec(html)?.[0].replace(/data-status="\w+"/, ''));
    expect(new Set(glyphs).size).toBe(claimStatusSchema.options.length);
  });
});
