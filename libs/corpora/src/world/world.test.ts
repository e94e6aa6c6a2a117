import { describe, expect, it } from 'vitest';
import { buildWorld, splitOf } from './world';
import { relationNames, relations, twoHopNames } from './relations';
import { categories } from './words';

const world = buildWorld(1);

describe('buildWorld', () => {
  it('has 215 facts over single words that are unique to their category', () => {
    expect(world.facts).toHaveLength(215);
    const words = Object.values(categories).flat();
    expect(new Set(words).size).toBe(words.length);
    for (const word of words) expect(word).toMatch(/^[A-Za-z]+$/);
  });

  it('draws every object of a relation about equally often, so that no answer is a safe guess', () => {
    for (const name of relationNames) {
      const facts = world.factsOf.get(name) ?? [];
      const counts = categories[relations[name].object].map((object) => facts.filter((fact) => fact.object === object).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  it('is the same for the same seed and another for another', () => {
    expect(buildWorld(1).facts).toEqual(world.facts);
    expect(buildWorld(2).facts).not.toEqual(world.facts);
  });

  it('holds out a quarter of the false objects, and never the true one', () => {
    for (const fact of world.facts) {
      const { seen, heldOut } = world.falseObjects(fact);
      const all = [...seen, ...heldOut];
      expect(all).not.toContain(fact.object);
      expect(new Set(all).size).toBe(categories[relations[fact.relation].object].length - 1);
      expect(heldOut.length / all.length).toBeCloseTo(0.25, 0);
      expect(heldOut.length).toBeGreaterThan(0);
    }
  });

  it('follows two hops through its own facts and never asks a third of them', () => {
    expect(world.twoHop('countryOf', 'Anna').object).toBe(world.fact('inCountry', world.fact('livesIn', 'Anna').object).object);
    for (const name of twoHopNames) {
      const subjects = name === 'countryOf' ? categories.person : categories.animal;
      const never = subjects.filter((subject) => !world.isAsked(name, subject));
      expect(never).toHaveLength(Math.round(subjects.length / 3));
    }
  });

  it('weights subjects by a Zipf law with exponent 0.7', () => {
    const weights = [...(world.weights.get('eats') ?? [])].sort((a, b) => b - a);
    expect(weights[0]).toBe(1);
    expect(weights[39]).toBeCloseTo(40 ** -0.7, 12);
  });

  it('names what it lacks', () => {
    expect(() => world.fact('eats', 'unicorn')).toThrow('eats(unicorn)');
  });

  it('splits even and odd places', () => {
    expect([0, 1, 2].map(splitOf)).toEqual(['A', 'B', 'A']);
  });
});
