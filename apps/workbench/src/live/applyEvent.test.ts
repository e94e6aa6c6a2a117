import type { LabEvent } from '@sextant/schema';
import { describe, expect, it } from 'vitest';
import { applyToDetail, applyToRecord } from './applyEvent';

const job = {
  id: 'j1', kind: 'dictionary.train' as const, status: 'queued' as const, spec: {}, specHash: '0'.repeat(64), progress: null, result: null, error: null, attempts: 0,
  cancelRequested: false, experiment: null, createdAt: '', startedAt: null, finishedAt: null, metricPoints: [], log: [],
};
const head = { seq: 1, job: 'j1', kind: 'dictionary.train' as const, experiment: null, at: '2026-01-01T00:00:00Z' };
const progress = { stage: 'train', done: 1, total: 2, unit: 'steps', rate: null, etaSeconds: null };

describe('live events', () => {
  it('a first progress means running; a late one never revives a finished job', () => {
    const event: LabEvent = { ...head, type: 'progress', payload: progress };
    expect(applyToRecord(job, event)).toMatchObject({ status: 'running', progress });
    expect(applyToRecord({ ...job, status: 'cancelled' }, event).status).toBe('cancelled');
  });
  it('appends log lines and metric points in order', () => {
    const logged = applyToDetail(job, { ...head, type: 'log', payload: { line: 'a' } });
    const measured = applyToDetail(logged, { ...head, type: 'metric', payload: { points: [{ name: 'loss', step: 1, value: 0.5 }] } });
    expect(measured.log.map((entry) => entry.line)).toEqual(['a']);
    expect(measured.metricPoints).toEqual([{ name: 'loss', step: 1, value: 0.5 }]);
  });
  it('a status carries the error and result with it', () => {
    const error = { code: 'INVALID_FILE', message: 'w.safetensors: truncated', detail: {} };
    const event: LabEvent = { ...head, type: 'status', payload: { status: 'failed', attempts: 2, error, result: null, reason: null } };
    expect(applyToRecord(job, event)).toMatchObject({ status: 'failed', attempts: 2, error });
  });
});
