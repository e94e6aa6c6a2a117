import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { JobBar, jobSummary } from './JobBar';

const progress = { stage: 'train', done: 620, total: 1000, unit: 'steps', rate: 4.6, etaSeconds: 3300 };

describe('JobBar', () => {
  it('tells its share to eyes and screen readers', () => {
    const html = renderToStaticMarkup(<JobBar progress={progress} status="running" label="train" />);
    expect(html).toContain('aria-valuenow="62"');
    expect(html).toContain('width:62%');
  });
  it('sums up in words, without inventing what is unknown', () => {
    expect(jobSummary('running', progress).replaceAll('\u00a0', ' ')).toBe('62 % · 55 min left');
    expect(jobSummary('running', { ...progress, etaSeconds: null }).replaceAll('\u00a0', ' ')).toBe('62 %');
    expect(jobSummary('running', null)).toBe('starting');
    expect(jobSummary('failed', progress)).toBe('✕ failed');
  });
});
