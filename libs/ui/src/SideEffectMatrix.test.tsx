import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { SideEffectMatrix, verdictOf } from './SideEffectMatrix';

const cell = (task: string, dose: number, estimate: number, half: number, q: number | null) =>
  ({ task, dose, n: 300, q, effect: { estimate, lo: estimate - half, hi: estimate + half } });

describe('SideEffectMatrix', () => {
  it('tells a change, a finding of no effect, and an open cell apart', () => {
    expect(verdictOf(cell('a', 1, 0.4, 0.1, 0.001), 0.1, 0.05)).toBe('changed');
    expect(verdictOf(cell('a', 1, 0.01, 0.03, 0.6), 0.1, 0.05)).toBe('equivalent');
    expect(verdictOf(cell('a', 1, 0.1, 0.3, 0.6), 0.1, 0.05)).toBe('open');
    expect(verdictOf(cell('a', 1, 0.4, 0.1, null), 0.1, 0.05)).toBe('open');
  });
  it('writes a number in every measured cell and a dash where nothing was measured', () => {
    const html = renderToStaticMarkup(
      <SideEffectMatrix effects={[cell('facts', -1, 0, 0.02, 0.9), cell('refusal', -1, -0.35, 0.1, 0.001), cell('refusal', 2, 0.2, 0.4, 0.4)]} equivalence={0.1} dose={-1} unit="nats" />,
    );
    expect(html).toContain('refusal at −1 × max: −0.35 nats [−0.45, −0.25], q 0.001, n 300, below alpha');
    expect(html).toContain('≡');
    expect(html).toContain('matrix-none">–');
    expect(html).toContain('var(--neg) 100%');
  });
});
