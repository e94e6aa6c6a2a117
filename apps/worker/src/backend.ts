import { selectBackend, type BackendInfo } from '@sextant/compute';
import { tellParent } from './channel';

let chosen: Promise<BackendInfo> | undefined;

/** The one tensor backend of this process, chosen when first needed; the API, if it started this process, is told which. */
export function backend(): Promise<BackendInfo> {
  chosen ??= choose();
  return chosen;
}

async function choose(): Promise<BackendInfo> {
  const info = await selectBackend({ log: (line) => console.error(line) });
  const { name, reason, isa, threads } = info;
  tellParent({ type: 'backend', backend: { name, reason, isa, threads } });
  return info;
}
