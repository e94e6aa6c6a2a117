import { describe, expect, it } from 'vitest';
import { safeRange } from './safeRange';

const at = (dose: number, perplexityRatio: number | null) => ({ dose, perplexityRatio });

describe('safeRange', () => {
  it('goes out from zero until the first measured dose past the limit', () => {
    expect(safeRange([at(-2, 1.07), at(-1, 1), at(1, 1.02), at(2, 1.3), at(4, 1.05)], 1.1)).toMatchObject({ lo: -2, hi: 1 });
  });
  it('is zero on a side whose first step leaves the limit, and on a side never measured', () => {
    expect(safeRange([at(1, 2)], 1.1)).toMatchObject({ lo: 0, hi: 0 });
  });
  it('knows nothing where nothing was measured', () => {
    expect(safeRange([at(1, null)], 1.1)).toBeNull();
    expect(safeRange([], 1.1)).toBeNull();
  });
});
