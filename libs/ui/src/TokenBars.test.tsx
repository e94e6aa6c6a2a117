import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { TokenBars } from './TokenBars';

describe('TokenBars', () => {
  const tokens = [
    { token: ' I', delta: 2, kl: 0.4, normRatio: 0.3 },
    { token: ' <b>', delta: -1, kl: 0.1, normRatio: null },
    { token: '.', delta: null, kl: null, normRatio: 0.2 },
  ];
  it('draws a signed bar a token and only the ratios that were measured', () => {
    const html = renderToStaticMarkup(<TokenBars tokens={tokens} max={2} selected={1} onSelect={() => {}} label="steered reply" />);
    expect(html.match(/class="token-bar"/g)).toHaveLength(3);
    expect(html.match(/class="token-bar" data-sign="negative"/g)).toHaveLength(1);
    expect(/class="token-norm" points="([^"]*)"/.exec(html)?.[1]?.split(' ')).toHaveLength(2);
    expect(html).toContain('token-frame');
    expect(html).not.toContain('NaN');
    expect(html).not.toContain('<b>');
  });
  it('stands empty while nothing has streamed', () => {
    expect(renderToStaticMarkup(<TokenBars tokens={[]} max={1} selected={null} onSelect={() => {}} label="empty" />)).not.toContain('NaN');
  });
});
