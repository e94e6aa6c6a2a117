import { interventionSchema } from '@sextant/schema';
import { describe, expect, it } from 'vitest';
import { fromIntervention, operations, toIntervention } from './recipe';

const dictionary = { digest: 'a'.repeat(64), hook: 'blocks.2.hook_resid_post' };
const features = new Map([[922, { index: 922, maxActivation: 8 }], [7, { index: 7, maxActivation: 0 }]]);
const kinds = ['clamp', 'scale', 'ablate', 'add', 'projectOut'] as const;

describe('recipes', () => {
  it('every operation makes a valid intervention that reads back as the same line', () => {
    expect(Object.keys(operations).sort()).toEqual([...kinds].sort());
    for (const kind of kinds) {
      const recipe = [{ feature: 922, kind, dose: kind === 'ablate' || kind === 'projectOut' ? 1 : -1.5 }];
      const made = interventionSchema.parse(toIntervention({ recipe, scope: 'assistant' }, dictionary, features));
      expect(fromIntervention(made)).toEqual({ dictionary: dictionary.digest, recipe, scope: 'assistant' });
    }
  });
  it('doses an addition in the feature\'s own max', () => {
    const made = toIntervention({ recipe: [{ feature: 922, kind: 'add', dose: 2 }], scope: 'all' }, dictionary, features);
    expect(made?.operations[0]).toMatchObject({ dose: 2, unit: 8 });
  });
  it('waits for features it does not know, and never adds a dead one', () => {
    expect(toIntervention({ recipe: [{ feature: 5, kind: 'clamp', dose: 1 }], scope: 'all' }, dictionary, features)).toBeNull();
    expect(toIntervention({ recipe: [{ feature: 7, kind: 'add', dose: 1 }], scope: 'all' }, dictionary, features)).toBeNull();
    expect(toIntervention({ recipe: [], scope: 'all' }, dictionary, features)).toBeNull();
  });
  it('composes two lines on one feature only when the recipe says so twice', () => {
    const recipe = [{ feature: 922, kind: 'ablate' as const, dose: 1 }, { feature: 922, kind: 'add' as const, dose: 1 }];
    expect(toIntervention({ recipe, scope: 'all' }, dictionary, features)?.conflict).toBe('compose');
  });
  it('does not pretend to show what it cannot', () => {
    const windowed = interventionSchema.parse({ hook: dictionary.hook, operations: [{ kind: 'ablate', feature: { dictionary: dictionary.digest, index: 1 } }], scope: { from: 3 } });
    expect(fromIntervention(windowed)).toBeNull();
    const random = interventionSchema.parse({ hook: dictionary.hook, operations: [{ kind: 'projectOut', direction: { kind: 'random', seed: 1 } }] });
    expect(fromIntervention(random)).toBeNull();
  });
});
