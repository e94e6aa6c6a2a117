import type { InteractiveRegistry } from '@sextant/jobs';

/** Interactive method → its handler's module, loaded when first called. One line per method. */
export const handlers: InteractiveRegistry = {
  'artifacts.verify': async () => (await import('./artifactsVerify')).artifactsVerify,
};
