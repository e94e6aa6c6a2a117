import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '@sextant/formats';
import type { Stored } from '@sextant/formats/testing';

/** A safetensors file of these tensors; `half` names those kept as F16. */
export function safetensorsBytes(tensors: ReadonlyMap<string, Stored>, half: readonly string[] = []): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'fuzz-'));
  try {
    const writable = [...tensors].map(([name, { shape, values }]) => [name, { dtype: half.includes(name) ? ('F16' as const) : ('F32' as const), shape, data: values }]);
    writeSafetensors(join(dir, 'file'), Object.fromEntries(writable));
    return readFileSync(join(dir, 'file'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Share of the file that is its header. */
export const headerShare = (bytes: Buffer): number => (8 + Number(bytes.readBigUInt64LE())) / bytes.length;
