import { SextantError, isSextantErrorCode, type InteractiveEvent, type InteractiveMethod, type InteractiveParams, type JobError } from '@sextant/schema';
import { methodSchemas, type BackendReport, type Channel, type FromWorker, type ToWorker } from './protocol';

type Answer = { event: unknown } | { done: true } | { error: unknown };

/** One call under way: answers wait here until they are read. */
class Call {
  readonly #answers: Answer[] = [];
  #wake: (() => void) | null = null;

  push(answer: Answer): void {
    this.#answers.push(answer);
    this.#wake?.();
  }

  async next(): Promise<Answer> {
    for (;;) {
      const answer = this.#answers.shift();
      if (answer !== undefined) return answer;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
  }
}

export interface GatewayOptions {
  /** The channel to a live interactive worker, started if need be. */
  connect: () => Promise<Channel<ToWorker, FromWorker>>;
  /** Calls under way at once; more are refused rather than piled up. */
  maxCalls?: number;
}

/** The API's side of the interactive worker: calls with typed answers, streamed and cancellable. */
export class InteractiveGateway {
  /** What the last worker that loaded a backend said of it. */
  backend: BackendReport | null = null;
  readonly #calls = new Map<number, Call>();
  #channel: Channel<ToWorker, FromWorker> | null = null;
  #nextId = 1;

  constructor(private readonly options: GatewayOptions) {}

  /** The single answer of a unary method. */
  async ask<M extends InteractiveMethod>(method: M, params: InteractiveParams<M>, signal?: AbortSignal): Promise<InteractiveEvent<M>> {
    for await (const event of this.stream(method, params, signal)) return event;
    throw new SextantError('INTERNAL', `the interactive worker gave no answer to ${method}`);
  }

  /**
   * Answers of a method as the worker gives them. Leaving the loop early, or aborting, stops the work.
   * @throws SextantError as the worker threw it; UNAVAILABLE when the worker stops in between or is too busy; CANCELLED
   */
  async *stream<M extends InteractiveMethod>(
    method: M,
    params: InteractiveParams<M>,
    signal?: AbortSignal,
  ): AsyncGenerator<InteractiveEvent<M>, void, unknown> {
    const { maxCalls = 32 } = this.options;
    if (this.#calls.size >= maxCalls) throw new SextantError('UNAVAILABLE', `${maxCalls} interactive requests are under way already; try again in a moment`);
    const id = this.#nextId++;
    const call = new Call();
    this.#calls.set(id, call);
    const onAbort = () => call.push({ error: new SextantError('CANCELLED', `${method} was cancelled`) });
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
    let finished = false;
    try {
      const channel = await this.#connect();
      channel.send({ type: 'call', id, method, params });
      for (;;) {
        const answer = await call.next();
        if ('event' in answer) yield methodSchemas[method].event.parse(answer.event);
        else {
          finished = 'done' in answer;
          if ('error' in answer) throw answer.error;
          return;
        }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#calls.delete(id);
      if (!finished) this.#channel?.send({ type: 'cancel', id });
    }
  }

  async #connect(): Promise<Channel<ToWorker, FromWorker>> {
    const channel = await this.options.connect();
    if (channel !== this.#channel) {
      this.#channel = channel;
      channel.onMessage((message) => this.#receive(message));
      channel.onClose(() => this.#closed(channel));
    }
    return channel;
  }

  #receive(message: FromWorker): void {
    if (message.type === 'event') this.#calls.get(message.id)?.push({ event: message.event });
    if (message.type === 'done') this.#calls.get(message.id)?.push({ done: true });
    if (message.type === 'error') this.#calls.get(message.id)?.push({ error: errorOf(message.error) });
  }

  #closed(channel: Channel<ToWorker, FromWorker>): void {
    if (this.#channel !== channel) return;
    this.#channel = null;
    const error = new SextantError('UNAVAILABLE', 'the interactive worker stopped while it was answering; it is being restarted, so try again');
    for (const call of this.#calls.values()) call.push({ error });
  }
}

function errorOf({ code, message, detail }: JobError): SextantError {
  return new SextantError(isSextantErrorCode(code) ? code : 'INTERNAL', message, detail);
}
