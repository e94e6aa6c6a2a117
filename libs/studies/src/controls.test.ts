import { describe, expect, it } from 'vitest';
import { controlConditions, densityMatched, drawSeeds, interventionOf, studiedCondition, type FeatureStatistics } from './controls';
import { syntheticPlan } from './testing/syntheticRuns';

const densities = [0.5, 0.1, 0.09, 0.11, 0.2, 0.0, 0.08, 0.001, 0.12, 0.1];
const statistics: FeatureStatistics = { n: densities.length, density: (i) => densities[i]!, maxActivation: (i) => (i === 8 ? 0 : 2) };

describe('densityMatched', () => {
  it('draws from the features that fire about as often, never dead ones, itself or a hypothesis', () => {
    const drawn = densityMatched(statistics, 1, { exclude: new Set([9]), count: 2, seed: 3 });
    expect(drawn).toHaveLength(2);
    for (const feature of drawn) expect([2, 3, 6, 4]).toContain(feature);
    expect(densityMatched(statistics, 1, { exclude: new Set([9]), count: 2, seed: 3 })).toEqual(drawn);
    const all = densityMatched(statistics, 1, { exclude: new Set(), count: 50, seed: 3 });
    expect([...all].sort((a, b) => a - b)).toEqual([0, 2, 3, 4, 6, 7, 9]);
  });
});

describe('controlConditions', () => {
  const plan = syntheticPlan({ doses: [-1, 1], controls: { randomDirections: 2, densityMatched: 1 } });

  it('are random directions, matched features, the reversed dose and the reconstruction', () => {
    const made = controlConditions(plan, { feature: 1, dose: -1 }, { statistics, exclude: new Set() });
    expect(made.map(({ kind, dose }) => [kind, dose])).toEqual([
      ['random-direction', -1],
      ['random-direction', -1],
      ['density-matched', -1],
      ['sign-reversed', 1],
      ['reconstruction', 0],
    ]);
    expect(new Set(made.map(({ seed }) => seed)).size).toBe(3);
    const everywhere = controlConditions({ ...plan, controls: { ...plan.controls, doses: 'all' } }, { feature: 1, dose: -1 }, { statistics, exclude: new Set() });
    expect(everywhere).toHaveLength(8);
  });

  it('use other directions than the screen did, and others again for another seed', () => {
    const seeds = ['screen', 'confirm', 'impostor'].flatMap((purpose) => drawSeeds(1, purpose, 3));
    expect(new Set(seeds).size).toBe(9);
    expect(drawSeeds(2, 'confirm', 3)).not.toEqual(drawSeeds(1, 'confirm', 3));
  });
});

describe('interventionOf', () => {
  const sources = { hook: 'blocks.0.hook_resid_post', dictionary: 'd'.repeat(64), scope: { tokens: 'all' as const, special: false }, statistics };
  const operation = (condition: Parameters<typeof interventionOf>[0]) => interventionOf(condition, 1, sources)?.operations[0];

  it('matches every drawn control to the clamp of the feature', () => {
    const matchClampOf = { dictionary: 'd'.repeat(64), index: 1 };
    expect(operation({ kind: 'feature', feature: 1, dose: -1, seed: null })).toMatchObject({ kind: 'clamp', feature: matchClampOf, dose: -1 });
    expect(operation({ kind: 'random-direction', feature: 1, dose: -1, seed: 8 })).toMatchObject({ kind: 'add', direction: { kind: 'random', seed: 8 }, dose: -1, matchClampOf });
    expect(operation({ kind: 'density-matched', feature: 4, dose: -1, seed: null })).toMatchObject({
      kind: 'add',
      direction: { kind: 'decoder', feature: { index: 4 } },
      matchClampOf,
    });
    expect(operation({ kind: 'reconstruction', feature: null, dose: 0, seed: null })).toEqual({ kind: 'reconstruct', dictionary: 'd'.repeat(64) });
    expect(interventionOf({ kind: 'baseline', feature: null, dose: 0, seed: null }, 1, sources)).toBeNull();
  });

  it('puts a random direction in the feature’s place under that sabotage', () => {
    const plan = syntheticPlan({ sabotage: 'random-direction' });
    expect(studiedCondition(plan, 1, 2)).toMatchObject({ kind: 'vector', feature: 1, dose: 2 });
    expect(studiedCondition(syntheticPlan(), 1, 2)).toEqual({ kind: 'feature', feature: 1, dose: 2, seed: null });
  });
});
