import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Time since `started` (milliseconds since 1970), for people. */
export const seconds = (started) => `${((Date.now() - started) / 1000).toFixed(1)} s`;
