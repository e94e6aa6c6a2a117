import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './strictJson';

describe('parseStrictJson', () => {
  it('reads what JSON.parse reads', () => {
    expect(parseStrictJson(' [1, -2.5e3, "a\\u00e9\\n\\"", true, null, [], {"k": {}}] ')).toEqual([
      1, -2500, 'aé\n"', true, null, [], new Map([['k', new Map()]]),
    ]);
  });

  it('refuses a key that appears twice, also when it is spelt with an escape', () => {
    expect(() => parseStrictJson('{"a": 1, "a": 2}')).toThrow('"a" appears twice');
    expect(() => parseStrictJson('{"a": 1, "\\u0061": 2}')).toThrow('"a" appears twice');
  });

  it.each(['', '{', '[1,]', '{"a" 1}', '{"a": 1,}', '01', 'NaN', '"\n"', '[1] 2', "{'a': 1}", 'tru', '"\\x"', '\u00a0 1'])('refuses %j, as JSON.parse does', (text) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(() => parseStrictJson(text)).toThrow(SyntaxError);
  });

  it('stops at a depth limit instead of overflowing the stack', () => {
    expect(() => parseStrictJson('['.repeat(1_000_000))).toThrow('levels');
  });
});
