import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { IntervalMark } from './IntervalMark';
import { linearScale } from './scale';

const draw = (lo: number, estimate: number, hi: number, filled = true) =>
  renderToStaticMarkup(<svg><IntervalMark scale={linearScale(-1, 1)} y={10} lo={lo} estimate={estimate} hi={hi} filled={filled} /></svg>);

describe('IntervalMark', () => {
  it('places whisker and dot by the scale', () => {
    const svg = draw(0, 0.5, 1);
    expect(svg).toContain('x1="50%" x2="100%"');
    expect(svg).toContain('cx="75%"');
    expect(svg).not.toContain('<path');
  });
  it('draws an arrow where the interval leaves the axis, and no dot for an estimate outside', () => {
    expect(draw(-3, 0, 0.2).match(/<path/g)).toHaveLength(1);
    expect(draw(1.2, 2, 3)).not.toContain('<circle');
  });
  it('is hollow unless settled', () => {
    expect(draw(0, 0.5, 1, false)).not.toContain('data-filled');
    expect(draw(0, 0.5, 1, true)).toContain('data-filled');
  });
});
