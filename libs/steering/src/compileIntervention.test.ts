import { selectBackend } from '@sextant/compute';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileIntervention, interventionHash, withDose, type CompileOptions } from './compileIntervention';
import { operations } from './registry';
import { tinyModel } from './testing/tinyModel';
import { toyDictionary } from './testing/toyDictionary';
import { interventionSchema, operationSchema, type InterventionInput } from '@sextant/schema';

const digest = 'd'.repeat(64);
const hook = 'blocks.1.hook_resid_post';
const feature = { dictionary: digest, index: 3 };
let options: CompileOptions;

beforeAll(async () => {
  await selectBackend();
  options = { model: tinyModel(), dictionaries: new Map([[digest, toyDictionary(16, 12, hook)]]), maxActivation: () => 2 };
});

const clamp = (dose: number, index = 3) => ({ kind: 'clamp' as const, feature: { ...feature, index }, dose });
const compile = (input: InterventionInput, more: Partial<CompileOptions> = {}) => compileIntervention(input, { ...options, ...more });

describe('compileIntervention', () => {
  it('gives equal interventions one hash', () => {
    const plain = { hook, operations: [clamp(2)] };
    const spelled = { version: 1 as const, scope: { special: false, tokens: 'all' as const }, conflict: 'refuse' as const, operations: [clamp(2)], hook };
    expect(compile(plain).hash).toBe(interventionHash(spelled));
    expect(interventionHash({ hook, operations: [clamp(2.0001)] })).not.toBe(interventionHash(plain));
  });

  it('refuses two operations on one feature by default, also when one names it as a direction', () => {
    const direction = { kind: 'decoder' as const, feature };
    expect(() => compile({ hook, operations: [clamp(1), clamp(2)] })).toThrow('operations 0 and 1 both act on feature 3');
    expect(() => compile({ hook, operations: [clamp(1), { kind: 'projectOut', direction }] })).toThrow('compose');
    expect(() => compile({ hook, operations: [clamp(1), clamp(2, 4)] })).not.toThrow();
    expect(() => compile({ hook, operations: [clamp(1), clamp(2)], conflict: 'compose' })).not.toThrow();
  });

  it('names what is missing', () => {
    const stranger = 'a'.repeat(64);
    expect(() => compile({ hook, operations: [{ kind: 'ablate', feature: { dictionary: stranger, index: 0 } }] })).toThrow(`no dictionary ${stranger}`);
    expect(() => compile({ hook, operations: [clamp(1, 12)] })).toThrow('there is no feature 12');
    expect(() => compile({ hook, operations: [clamp(1)] }, { maxActivation: undefined })).toThrow('no dose unit');
    expect(() => compile({ hook, operations: [clamp(1)] }, { maxActivation: () => 0 })).toThrow('largest activation on the indexed corpus is 0');
    const vector = { kind: 'vector' as const, vector: stranger };
    expect(() => compile({ hook, operations: [{ kind: 'projectOut', direction: vector }] })).toThrow(`no vector ${stranger}`);
    const vectors = new Map([[stranger, new Float32Array(16)]]);
    expect(() => compile({ hook, operations: [{ kind: 'projectOut', direction: vector }] }, { vectors })).toThrow('no direction');
    const short = new Map([[stranger, new Float32Array(3).fill(1)]]);
    expect(() => compile({ hook, operations: [{ kind: 'projectOut', direction: vector }] }, { vectors: short })).toThrow('has 3 dimensions, the hook has 16');
  });

  it('refuses hooks the model lacks, that hold no vector per token, or that are not the dictionary’s', () => {
    const random = { kind: 'projectOut' as const, direction: { kind: 'random' as const, seed: 0 } };
    expect(() => compile({ hook: 'blocks.7.hook_resid_post', operations: [random] })).toThrow('blocks.7.hook_resid_post');
    expect(() => compile({ hook: 'blocks.0.attn.hook_pattern', operations: [random] })).toThrow('one vector per token');
    expect(() => compile({ hook: 'blocks.0.hook_resid_post', operations: [clamp(1)] })).toThrow('trained at blocks.1.hook_resid_post');
    expect(() => compile({ hook: 'blocks.2.hook_resid_pre', operations: [clamp(1)] })).not.toThrow();
    expect(() => compile({ hook: 'blocks.0.attn.hook_z', operations: [random] })).not.toThrow();
  });

  it('puts every dosed operation at another dose', () => {
    const add = { kind: 'add' as const, direction: { kind: 'random' as const, seed: 0 }, dose: 1, unit: 3 };
    const moved = withDose(interventionSchema.parse({ hook, operations: [clamp(1), add, { kind: 'ablate', feature: { ...feature, index: 5 } }] }), -2);
    expect(moved.operations.map((operation) => ('dose' in operation ? operation.dose : null))).toEqual([-2, -2, null]);
  });
});

describe('the registry', () => {
  it('has each operation of the language once, under its own name', () => {
    const kinds = operationSchema.options.map((option) => option.shape.kind.value);
    expect(Object.keys(operations).sort()).toEqual([...kinds].sort());
    for (const [kind, definition] of Object.entries(operations)) expect(definition.kind).toBe(kind);
  });
});
