import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { DoseResponse } from './DoseResponse';

const point = (dose: number, estimate: number, perplexityRatio: number | null = 1.01) =>
  ({ dose, estimate, lo: estimate - 0.3, hi: estimate + 0.3, perplexityRatio });

describe('DoseResponse', () => {
  const html = renderToStaticMarkup(
    <DoseResponse
      points={[point(2, 1.9, 1.09), point(-2, -4.2, 1.07), point(-1, -2.35), point(1, 0.85, null)]}
      controls={[{ dose: -1, estimate: 0.05, lo: -0.75, hi: 1.08 }, { dose: 2, estimate: 0, lo: -1.1, hi: 1.2 }]}
      controlLabel="40 controls, range"
      own={-1}
      unit="Δ margin, nats"
      perplexityLimit={1.1}
    />,
  );
  it('draws doses in order through an exact zero, and fills only the claim\'s own', () => {
    const xs = [...html.matchAll(/<g class="dose-point"[^>]*>.*?<circle cx="([\d.]+)"/g)].map((match) => Number(match[1]));
    expect(xs).toHaveLength(5);
    expect([...xs].sort((left, right) => left - right)).toEqual(xs);
    expect(html.match(/class="dose-point" data-own/g)).toHaveLength(1);
    expect(html).toContain('data-zero="true"');
  });
  it('says each value with its interval and leaves out a ratio that was not measured', () => {
    expect(html).toContain('−1 × max: −2.35 Δ margin, nats [−2.65, −2.05]');
    expect(html.match(/dose-ratio-dot/g)).toHaveLength(4);
    expect(html).not.toContain('NaN');
  });
});
