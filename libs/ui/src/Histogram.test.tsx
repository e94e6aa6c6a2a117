import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Histogram } from './Histogram';

describe('Histogram', () => {
  it('draws one bar a non-empty bin, coloured like a token of that value', () => {
    const html = renderToStaticMarkup(<Histogram counts={[1000, 10, 0, 1]} max={8} borders={[2, 4]} label="activations" />);
    expect(html.match(/histogram-cap/g)).toHaveLength(3);
    expect(html.match(/histogram-border/g)).toHaveLength(2);
    expect(html).toContain('var(--pos) 12.5%');
    expect(html).toContain('1,000 tokens, 0 to 2.00');
  });
  it('stands with no activation at all', () => {
    expect(renderToStaticMarkup(<Histogram counts={[0, 0]} max={0} label="dead" />)).not.toContain('NaN');
  });
});
