import { SextantError, type InteractiveEvent, type InteractiveMethod, type InteractiveParams } from '@sextant/schema';
import type { Lab } from '@sextant/store';
import { jobError } from '../worker';
import { methodSchemas, type Channel, type FromWorker, type ToWorker } from './protocol';

export interface InteractiveContext {
  lab: Lab;
  /** Aborted when the caller went away: stop, and throw its reason. */
  signal: AbortSignal;
  log(line: string): void;
}

/** Answers one method: any number of events; a unary method yields exactly one. Give the event loop a turn between tokens. */
export type InteractiveHandler<M extends InteractiveMethod> = (
  params: InteractiveParams<M>,
  context: InteractiveContext,
) => AsyncIterable<InteractiveEvent<M>>;

/** Method → the module that answers it, loaded when first called. */
export type InteractiveRegistry = { readonly [M in InteractiveMethod]?: () => Promise<InteractiveHandler<M>> };

export interface HostOptions {
  lab: Lab;
  handlers: InteractiveRegistry;
  channel: Channel<FromWorker, ToWorker>;
  log?: (line: string, error?: unknown) => void;
}

/** The worker's side of the channel: runs handlers, several at once, until the API is gone. @returns stops all calls under way */
export function serveInteractive({ lab, handlers, channel, log = () => {} }: HostOptions): () => void {
  const running = new Map<number, AbortController>();
  channel.onMessage((message) => {
    if (message.type === 'cancel') running.get(message.id)?.abort(new SextantError('CANCELLED', 'the caller went away'));
    if (message.type === 'call') void answer(message.id, message.method, message.params);
  });
  channel.send({ type: 'ready' });
  return () => {
    for (const controller of running.values()) controller.abort(new SextantError('CANCELLED', 'the worker is shutting down'));
  };

  async function answer(id: number, method: InteractiveMethod, params: unknown): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    running.set(id, controller);
    try {
      for await (const event of call(method, params, { lab, signal, log })) {
        if (signal.aborted) break;
        channel.send({ type: 'event', id, event });
      }
      channel.send({ type: 'done', id });
    } catch (error) {
      if (!signal.aborted && !(error instanceof SextantError)) log(`${method} failed`, error);
      channel.send({ type: 'error', id, error: jobError(error) });
    } finally {
      running.delete(id);
    }
  }

  async function* call<M extends InteractiveMethod>(method: M, params: unknown, context: InteractiveContext): AsyncGenerator<InteractiveEvent<M>> {
    const load: InteractiveRegistry[M] = handlers[method];
    if (load === undefined) throw new SextantError('UNAVAILABLE', `this worker cannot answer ${method}`, { field: 'method', value: method });
    const handler = await load();
    yield* handler(methodSchemas[method].params.parse(params), context);
  }
}
