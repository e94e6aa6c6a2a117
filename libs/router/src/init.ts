import { initTRPC } from '@trpc/server';
import type { z } from 'zod';
import type { RouterContext } from './context';
import { describeError, toTrpcError } from './errors';

/** What OpenAPI needs beyond the schemas: a sentence, and for streams the shape of one event. */
export interface ProcedureMeta {
  summary: string;
  event?: z.ZodType;
}

const t = initTRPC
  .context<RouterContext>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    errorFormatter({ shape, error, input, ctx }) {
      const { message, data } = describeError(error, input);
      const { stack: _stack, ...rest } = shape.data;
      return { ...shape, message, data: { ...rest, ...data, requestId: ctx?.requestId ?? null } };
    },
    sse: { ping: { enabled: true, intervalMs: 5_000 }, client: { reconnectAfterInactivityMs: 15_000 } },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Every procedure: domain errors become tRPC errors in one place. */
export const procedure = t.procedure.use(async ({ next, type }) => {
  const result = await next();
  if (!result.ok) throw toTrpcError(result.error, { stream: type === 'subscription' });
  return result;
});

/** Streams fail while they are read, after the middleware has returned; so they pass through here. */
export async function* stream<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, unknown> {
  try {
    yield* source;
  } catch (error) {
    throw toTrpcError(error, { stream: true });
  }
}
