import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadAddon } from './addon';

const loaded = loadAddon();

interface Report {
  tried: number;
  uncalled: string[];
  accepted: string[];
  unclear: string[];
}

describe.skipIf('absent' in loaded)(`the boundary of the addon${'absent' in loaded ? ` (skipped: ${loaded.absent})` : ''}`, () => {
  it('refuses wrong arguments of every function with a TypeError, and outlives strange ones', { timeout: 240_000 }, () => {
    const program = fileURLToPath(new URL('../testing/boundaryFuzz.ts', import.meta.url));
    // A crash ends the process, which this call reports.
    const report: Report = JSON.parse(execFileSync(process.execPath, ['--import', 'tsx', program], { encoding: 'utf8', maxBuffer: 1 << 26 }));
    expect(report.unclear).toEqual([]);
    expect(report.accepted).toEqual([]);
    // Those without arguments; everything else was spoiled argument by argument.
    expect(report.uncalled.sort()).toEqual(['dictionaryScreenedRows', 'isa', 'threads']);
    expect(report.tried).toBeGreaterThan(5000);
  });
});
