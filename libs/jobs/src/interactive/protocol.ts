import type { InteractiveEvent, InteractiveMethod, InteractiveParams, JobError } from '@sextant/schema';
import { interactiveMethods } from '@sextant/schema';
import type { z } from 'zod';

/** What a worker says about the tensor backend it chose. */
export interface BackendReport {
  name: string;
  reason: string;
  isa: string;
  threads: number;
}

/** API → worker, over the child-process channel. */
export type ToWorker =
  | { type: 'call'; id: number; method: InteractiveMethod; params: unknown }
  | { type: 'cancel'; id: number }
  | { type: 'poke' }
  | { type: 'shutdown' };

/** Worker → API. A call is answered by any number of events and then one `done` or `error`. */
export type FromWorker =
  | { type: 'ready' }
  | { type: 'backend'; backend: BackendReport }
  | { type: 'event'; id: number; event: unknown }
  | { type: 'done'; id: number }
  | { type: 'error'; id: number; error: JobError };

/** One end of the channel between the API and a worker. */
export interface Channel<Out, In> {
  send(message: Out): void;
  onMessage(listener: (message: In) => void): () => void;
  /** Called once when the other end is gone. */
  onClose(listener: () => void): () => void;
}

/** Params and events of each method, so that generic code keeps the method and its shapes together. */
export const methodSchemas: {
  readonly [M in InteractiveMethod]: { params: z.ZodType<InteractiveParams<M>>; event: z.ZodType<InteractiveEvent<M>> };
} = interactiveMethods;
