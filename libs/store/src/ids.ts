import { randomBytes } from 'node:crypto';

/** A new row id, such as `job_mh3k2x9p4f7a1c`: sorts by time of making, never repeats. */
export function newId(prefix: string): string {
  return `${prefix}_${Date.now().toString(36).padStart(9, '0')}${randomBytes(5).toString('hex')}`;
}

/** Now, as every row writes it. */
export function timestamp(): string {
  return new Date().toISOString();
}
