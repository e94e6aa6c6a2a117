import { Readable } from 'node:stream';
import { callTRPCProcedure, isTrackedEnvelope } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { appRouter, describeError, listProcedures, openApiDocument, restPath, toTrpcError, type RestProcedure, type RouterContext } from '@sextant/router';

/** The same procedures without tRPC's envelope, for any language: `POST /api/<noun>/<verb>`, JSON in, JSON (or an event stream) out. */
export function restRoutes(app: FastifyInstance, version: string, createContext: () => RouterContext, onError: ErrorSink): void {
  const document = openApiDocument(version);
  app.get('/openapi.json', () => document);
  for (const procedure of listProcedures()) {
    app.post(restPath(procedure.name), async (request, reply) => {
      const context = createContext();
      const abort = new AbortController();
      reply.raw.on('close', () => abort.abort());
      const input = request.body ?? undefined;
      try {
        const answer: unknown = await callTRPCProcedure({
          router: appRouter,
          path: procedure.name,
          getRawInput: async () => input,
          ctx: context,
          type: procedure.type,
          signal: abort.signal,
          batchIndex: 0,
        });
        if (isAsyncIterable(answer)) return await sendStream(reply, answer, (error) => failure(error, procedure, input, context, onError).body);
        return await reply.send(answer);
      } catch (error) {
        const { status, body } = failure(error, procedure, input, context, onError);
        return reply.code(status).send(body);
      }
    });
  }
}

type ErrorSink = (error: unknown, about: { path: string; requestId: string }) => void;

function failure(error: unknown, { name, type }: RestProcedure, input: unknown, { requestId }: RouterContext, onError: ErrorSink) {
  const fault = toTrpcError(error, { stream: type === 'subscription' });
  const { message, data } = describeError(fault, input);
  const status = getHTTPStatusCodeFromError(fault);
  if (data.sextant === 'INTERNAL' || status >= 500) onError(fault.cause ?? fault, { path: name, requestId });
  const { sextant, field, value, hint } = data;
  return { status, body: { error: { code: sextant ?? fault.code, message, field, value, hint, requestId } } };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function sendStream(reply: FastifyReply, events: AsyncIterable<unknown>, describe: (error: unknown) => unknown) {
  async function* lines() {
    try {
      for await (const event of events) {
        if (isTrackedEnvelope(event)) yield `id: ${event[0]}\ndata: ${JSON.stringify(event[1])}\n\n`;
        else yield `data: ${JSON.stringify(event)}\n\n`;
      }
    } catch (error) {
      yield `event: error\ndata: ${JSON.stringify(describe(error))}\n\n`;
    }
  }
  return reply.type('text/event-stream').header('cache-control', 'no-store').send(Readable.from(lines()));
}
