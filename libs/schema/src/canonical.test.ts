import { describe, expect, it } from 'vitest';
import { canonicalJson, hashJson, interventionSchema } from './index';

describe('canonicalJson', () => {
  it('does not depend on key order and drops undefined members', () => {
    expect(canonicalJson({ b: 1, a: [2, { d: null, c: undefined }] })).toBe('{"a":[2,{"d":null}],"b":1}');
    expect(hashJson({ a: 1, b: 2 })).toBe(hashJson({ b: 2, a: 1 }));
  });

  it('matches the SHA-256 of the bytes, as any other tool computes it', () => {
    // printf '{"a":1}' | sha256sum
    expect(hashJson({ a: 1 })).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862');
  });

  it('refuses numbers that JSON would turn into null', () => {
    expect(() => canonicalJson({ a: NaN })).toThrow('NaN');
  });
});

describe('interventionSchema', () => {
  it('fills its defaults, so that equal interventions have equal hashes', () => {
    const feature = { dictionary: 'a'.repeat(64), index: 3 };
    const short = interventionSchema.parse({ hook: 'blocks.2.hook_resid_post', operations: [{ kind: 'clamp', feature, dose: 2 }] });
    const long = interventionSchema.parse({ ...short, version: 1, conflict: 'refuse', scope: { tokens: 'all', special: false } });
    expect(hashJson(short)).toBe(hashJson(long));
  });

  it('names the field of a bad hook', () => {
    const result = interventionSchema.safeParse({ hook: 'layer9', operations: [] });
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual(['hook', 'operations']);
  });
});
