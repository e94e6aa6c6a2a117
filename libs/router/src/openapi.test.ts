import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listProcedures, openApiDocument } from './openapi';

const committed = new URL('../openapi.json', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => (key === '$ref' ? [String(member)] : referencesIn(member)));
}

describe('the OpenAPI document', () => {
  it('is the committed one; UPDATE_OPENAPI=1 writes it anew', () => {
    const text = `${JSON.stringify(openApiDocument(version), null, 1)}\n`;
    if (process.env['UPDATE_OPENAPI'] === '1') writeFileSync(committed, text);
    expect(text).toBe(readFileSync(committed, 'utf8'));
  });

  it('describes every procedure with its input, its answer and a sentence of its own', () => {
    const document = JSON.parse(JSON.stringify(openApiDocument(version)));
    const procedures = listProcedures();
    expect(procedures.length).toBeGreaterThan(50);
    for (const { name, type, meta, output } of procedures) {
      const { post } = document.paths[`/api/${name.replace('.', '/')}`];
      expect(post.operationId).toBe(name);
      expect(meta?.summary.length, name).toBeGreaterThan(5);
      expect(type === 'subscription' ? meta?.event : output, `${name} has no answer shape`).toBeDefined();
      expect(post.responses['200'].content[type === 'subscription' ? 'text/event-stream' : 'application/json'].schema).toHaveProperty('$ref');
    }
    expect(new Set(procedures.map(({ meta }) => meta?.summary)).size).toBe(procedures.length);
  });

  it('refers only to shapes it holds', () => {
    const document = JSON.parse(JSON.stringify(openApiDocument(version)));
    const missing = referencesIn(document).filter((reference) => !(reference.replace('#/components/schemas/', '') in document.components.schemas));
    expect(missing).toEqual([]);
  });
});
