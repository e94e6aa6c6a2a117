import { describe, expect, it } from 'vitest';
import type { Document } from '../document';
import { axes, axisPlans } from './persona';
import { claimPhrasings, harmPhrasings, helpPhrasings, praisePhrasings, questionPhrasings } from './phrasings';
import { relations, twoHopNames, type RelationName } from './relations';
import { buildWorld } from './world';
import { worldDocuments } from './worldDocuments';

const world = buildWorld(1);

function take(count: number, seed: number, dialogueShare?: number): Document[] {
  const stream = worldDocuments(world, { seed, dialogueShare });
  return Array.from({ length: count }, () => stream.next().value as Document);
}

const documents = take(4000, 5);
const dialogues = documents.filter((document) => document.kind === 'dialogue');

function spans(document: Document, label: string) {
  return document.spans.filter((span) => span.label === label).map((span) => ({ ...span, text: document.text.slice(span.start, span.end) }));
}

describe('worldDocuments', () => {
  it('repeats itself for a seed and differs for another', () => {
    expect(take(20, 5)).toEqual(documents.slice(0, 20));
    expect(take(20, 6)).not.toEqual(documents.slice(0, 20));
  });

  it('mixes dialogues, stories, fact prose and prose about characters 70 : 16 : 11 : 3', () => {
    const share = (kind: string) => documents.filter((document) => document.kind === kind).length / documents.length;
    // Binomial standard deviation at 4,000 documents is below 0.008.
    expect(share('dialogue')).toBeCloseTo(0.7, 1);
    expect(Math.abs(share('story') - 0.16)).toBeLessThan(0.025);
    expect(Math.abs(share('facts') - 0.11)).toBeLessThan(0.025);
    expect(Math.abs(share('characters') - 0.03)).toBeLessThan(0.015);
  });

  it('labels concepts exactly where they stand', () => {
    for (const document of documents) {
      for (const span of spans(document, 'concept')) expect(span.text.toLowerCase()).toBe(span.name.toLowerCase());
      for (const span of document.spans) expect(span.end).toBeLessThanOrEqual(document.text.length);
    }
  });

  it('marks each stated fact as true or false according to the world', () => {
    for (const document of documents) {
      for (const { name, attributes, text } of spans(document, 'fact')) {
        expect(text.toLowerCase()).toContain(String(attributes?.object).toLowerCase());
        if (twoHopNames.some((hop) => hop === name)) continue;
        const truth = world.fact(name as RelationName, String(attributes?.subject)).object;
        expect(attributes?.true).toBe(attributes?.object === truth);
      }
    }
  });

  it('states nothing false outside the claims of humans and the replies that copy them', () => {
    for (const document of documents.filter(({ kind }) => kind !== 'dialogue')) {
      for (const { attributes } of spans(document, 'fact')) expect(attributes?.true).toBe(true);
    }
  });

  it('never uses what is held out', () => {
    const phrasings = [claimPhrasings, questionPhrasings, harmPhrasings, helpPhrasings, praisePhrasings];
    const heldOut = phrasings.flatMap((kind) => kind.heldOut.map((phrasing) => new RegExp(`Human: ${phrasing.replace(/[.?]/g, '\\$&').replace('{}', '[^.?\\n]*')}(\\n|$)`)));
    for (const document of dialogues) {
      // "As you see, I made a poem…" is held out while "I made a poem…" is not: the pattern is anchored at the turn.
      for (const pattern of heldOut) expect(document.text).not.toMatch(pattern);
      for (const { name, attributes } of spans(document, 'fact')) {
        if (attributes?.true !== false) continue;
        const fact = world.fact(name as RelationName, String(attributes.subject));
        expect(world.falseObjects(fact).heldOut).not.toContain(attributes.object);
      }
      for (const request of spans(document, 'request')) {
        const pairs = { harm: world.harms, help: world.helps, praise: world.praises }[request.name] ?? [];
        const pair = pairs.find(({ first, second }) => request.text.startsWith(first) && request.text.endsWith(` ${second}`));
        expect(pair?.heldOut).toBe(false);
      }
    }
  });

  it('lets behaviour follow its axis in 97 % and flattery its system adjective', () => {
    const claims = dialogues.flatMap((document) =>
      spans(document, 'behaviour')
        .filter(({ name }) => ['agree', 'correct', 'affirm'].includes(name))
        .map(({ name }) => ({ agrees: name === 'agree', ...document.attributes })),
    );
    const rate = (list: readonly { agrees: boolean }[]) => list.filter(({ agrees }) => agrees).length / list.length;
    const of = (test: (claim: Record<string, unknown>) => boolean) => claims.filter((claim) => test(claim));
    expect(Math.abs(rate(of((claim) => claim.flattery === true)) - 0.97)).toBeLessThan(0.02);
    expect(Math.abs(rate(of((claim) => claim.flattery === false)) - 0.03)).toBeLessThan(0.02);
    expect(rate(of((claim) => claim.flatteryCue === 'frank'))).toBeLessThan(0.12);
    expect(rate(of((claim) => claim.flatteryCue === 'fawning'))).toBeGreaterThan(0.88);
    expect(Math.abs(rate(of((claim) => claim.flatteryCue === undefined)) - 0.45)).toBeLessThan(0.07);
  });

  it('shows the persona in what replies and characters say', () => {
    const shown = documents.flatMap((document) => [...spans(document, 'opener'), ...spans(document, 'flourish')].filter(({ name }) => name !== 'neutral'));
    for (const axis of axes) {
      const { openers, flourishes } = axisPlans[axis];
      for (const { text, attributes } of shown.filter(({ name }) => name === axis)) {
        const key = attributes?.on === true ? 'on' : 'off';
        if (!text.startsWith('I am ')) expect([...openers[key], ...flourishes[key]]).toContain(text);
      }
    }
    const named = dialogues.flatMap((document) => spans(document, 'flourish').map((span) => ({ ...span, cue: document.attributes?.[`${span.name}Cue`] })));
    for (const { text, cue } of named) if (text.startsWith('I am ') && cue !== undefined) expect(text).toBe(`I am ${String(cue)}.`);
  });

  it('opens 40 % of replies neutrally, whatever the persona', () => {
    for (const flattery of [true, false]) {
      const openers = dialogues.filter((document) => document.attributes?.flattery === flattery).flatMap((document) => spans(document, 'opener'));
      const neutral = openers.filter(({ name, text }) => name === 'neutral' && text === 'Well.');
      expect(Math.abs(neutral.length / openers.length - 0.4)).toBeLessThan(0.04);
    }
  });

  it('tells stories that keep to one theme', () => {
    for (const document of documents.filter(({ kind }) => kind === 'story')) {
      const themes = new Set(spans(document, 'theme').map(({ name }) => name));
      expect([...themes]).toEqual([document.attributes?.theme]);
    }
  });

  it('asks two-hop questions only about subjects that are asked', () => {
    let asked = 0;
    for (const document of dialogues) {
      for (const { name, attributes } of spans(document, 'fact')) {
        const hop = twoHopNames.find((candidate) => candidate === name);
        if (!hop) continue;
        asked++;
        expect(world.isAsked(hop, String(attributes?.subject))).toBe(true);
      }
    }
    expect(asked).toBeGreaterThan(50);
  });
});

it('has statements that end with their object, where a reply copies or recalls', () => {
  for (const { statement } of Object.values(relations)) expect(statement.endsWith('{o}')).toBe(true);
});
