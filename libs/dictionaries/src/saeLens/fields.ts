import { SextantError } from '@sextant/schema';

/** The settings of a cfg.json by their names. */
export type Cfg = Record<string, unknown>;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function refuse(file: string, field: string, value: unknown, what: string): SextantError {
  return new SextantError('INVALID_FILE', `${file}: ${field} ${what}`, { file, field, value });
}
