import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ForestPlot } from './ForestPlot';

const rows = [
  { key: 'claim', name: 'Clamp −1 × max', estimate: -2.35, lo: -2.69, hi: -2.05, tone: 'claim' as const, cells: ['−2.35'] },
  { key: 'random', name: '<b>Random</b>', estimate: 0.05, lo: -0.75, hi: 1.08, tone: 'control' as const, n: 20, band: { lo: -1, hi: 1 }, cells: ['+0.05'] },
];

describe('ForestPlot', () => {
  const html = renderToStaticMarkup(<ForestPlot rows={rows} head="condition" unit="Δ margin, nats" columns={['Δ']} caption="95 % intervals" />);
  it('is a table a screen reader can read, with the interval in words', () => {
    expect(html).toContain('aria-label="−2.35 Δ margin, nats, −2.69 to −2.05"');
    expect(html).toContain('<th scope="col" class="num">n</th>');
    expect(html).toContain('95 % intervals');
  });
  it('keeps zero inside the axis and every mark on it', () => {
    const xs = [...html.matchAll(/c?x[12]?="(-?[\d.]+)%"/g)].map((match) => Number(match[1]));
    expect(xs.length).toBeGreaterThan(10);
    expect(xs.every((x) => x >= 0 && x <= 100)).toBe(true);
    expect(html).toContain('class="zero"');
  });
  it('draws the control band and escapes names', () => {
    expect(html.match(/class="band"/g)).toHaveLength(1);
    expect(html).toContain('&lt;b&gt;Random');
  });
});
