import { SextantError } from '@sextant/schema';

/** @throws SextantError CANCELLED once the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new SextantError('CANCELLED', `${what} was cancelled`, {}, { cause: signal.reason });
}

/** Lets timers, messages and the abort signal through between two steps of a long computation. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
