import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { TokenHeatmap } from './TokenHeatmap';

const render = (props: Partial<Parameters<typeof TokenHeatmap>[0]> = {}) =>
  renderToStaticMarkup(<TokenHeatmap tokens={['I', ' do', ' not', ' know', '.']} values={[0, 0, 2, 4, -1]} max={4} peak={3} label="example" {...props} />);

describe('TokenHeatmap', () => {
  it('colours by value over a fixed domain and marks the peak', () => {
    const html = render();
    expect(html).toContain('color-mix(in oklab, var(--pos) 50%, var(--zero))');
    expect(html).toMatch(/data-peak="true"[^>]*color-mix\(in oklab, var\(--pos\) 100%/);
    expect(html).toMatch(/data-sign="negative"[^>]*var\(--neg\) 25%/);
  });
  it('leaves quiet and special tokens uncoloured', () => {
    const html = render({ tokens: ['<|bos|>', ' a'], values: [4, 0.01], peak: undefined });
    expect(html).toContain('data-special="true"');
    expect(html).not.toContain('color-mix');
  });
  it('cuts around the peak and says so', () => {
    const html = render({ tokens: Array.from({ length: 40 }, (_, index) => ` t${index}`), values: Array(40).fill(1), peak: 20, around: 2 });
    expect(html.match(/tokens-cut/g)).toHaveLength(2);
    expect(html).toContain('t18');
    expect(html).not.toContain('t17<');
  });
  it('has one tab stop', () => {
    expect(render().match(/tabindex="0"/g)).toHaveLength(1);
  });
  it('renders hostile text as text', () => {
    const html = render({ tokens: ['<img src=x onerror=alert(1)>', '</span><script>alert(2)</script>'], values: [1, 1], peak: 0 });
    expect(html).not.toMatch(/<img|<script/);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });
});
