import { describe, expect, it } from 'vitest';
import { toCsv } from './csv';

describe('toCsv', () => {
  it('quotes what must be quoted and keeps numbers as they are', () => {
    expect(toCsv({ columns: ['a', 'b, c'], rows: [['say "so"', -1.5], ['two\nlines', null]] })).toBe('a,"b, c"\r\n"say ""so""",-1.5\r\n"two\nlines",\r\n');
  });
  it('defuses formulas in model text', () => {
    expect(toCsv({ columns: ['token'], rows: [['=HYPERLINK("x")'], ['@sum'], [-3]] })).toBe('token\r\n"\'=HYPERLINK(""x"")"\r\n\'@sum\r\n-3\r\n');
  });
});
