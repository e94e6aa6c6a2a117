import { describe, expect, it } from 'vitest';
import { tokenName, tokenParts } from './token';

describe('tokenParts', () => {
  it('keeps the leading space outside the coloured body', () => {
    expect(tokenParts(' known')).toEqual({ lead: ' ', body: 'known', special: false, blank: false });
    expect(tokenName(' known')).toBe('␣known');
    expect(tokenName('known')).toBe('known');
  });
  it('makes white space visible', () => {
    expect(tokenParts('\n')).toMatchObject({ body: '↵', blank: true });
    expect(tokenParts('  ')).toMatchObject({ body: '␣␣', blank: true });
    expect(tokenParts('end\n')).toMatchObject({ body: 'end↵', blank: false });
  });
  it('boxes control tokens and nothing else', () => {
    for (const piece of ['<|im_end|>', '<s>', '</s>', '<bos>', '[BOS]']) expect(tokenParts(piece).special).toBe(true);
    for (const piece of ['<script>alert(1)</script>', '<', ' [see', 'a<b>', '<img src=x>']) expect(tokenParts(piece).special).toBe(false);
  });
});
