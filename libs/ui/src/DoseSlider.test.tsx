import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { DoseSlider } from './DoseSlider';
import { safeRange } from './safeRange';

const safe = safeRange([{ dose: -2, perplexityRatio: 1.07 }, { dose: 2, perplexityRatio: 1.09 }], 1.1);
const render = (value: number, range = safe) => renderToStaticMarkup(<DoseSlider label="922" value={value} onChange={() => {}} safe={range} />);

describe('DoseSlider', () => {
  it('is a native slider in tenths with its value in words', () => {
    const html = render(1.5);
    expect(html).toContain('type="range" min="-8" max="8" step="0.1"');
    expect(html).toContain('aria-valuetext="+1.5 × max"');
    expect(html).toContain('safe −2 to +2');
  });
  it('names a dose past the safe range and does not block it', () => {
    const html = render(-4);
    expect(html).toContain('▲ past safe −2');
    expect(html).toContain('past the measured safe range');
    expect(html).not.toContain('disabled');
    expect(html).toContain('data-sign="negative"');
  });
  it('draws no bar where nothing was measured', () => {
    const html = render(4, null);
    expect(html).not.toContain('dose-safe');
    expect(html).toContain('not measured');
    expect(html).not.toContain('▲');
  });
});
