import { selectBackend, type BackendInfo } from '@sextant/compute';

let chosen: Promise<BackendInfo> | undefined;

/** The one tensor backend of this process, chosen when first needed. */
export function backend(): Promise<BackendInfo> {
  chosen ??= selectBackend({ log: (line) => console.error(line) });
  return chosen;
}
