import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, type TRPCClient, type TRPCLink } from '@trpc/client';
import type { AppRouter } from '@sextant/router';
import { EventSource as FetchEventSource } from 'eventsource';

export interface ClientOptions {
  /** Where the server is, such as `http://127.0.0.1:4520`; in a browser, '' is the page's own origin. */
  url: string;
  /** Needed when the server listens beyond this machine. Sent as a header, never in a URL. */
  token?: string | undefined;
  fetch?: typeof fetch | undefined;
}

export type SextantClient = TRPCClient<AppRouter>;

/** The links of the client, for those that build their own (the workbench with React Query). */
export function clientLinks({ url, token, fetch: fetchImpl = fetch }: ClientOptions): TRPCLink<AppRouter>[] {
  const endpoint = `${url.replace(/\/$/, '')}/trpc`;
  const headers = { 'x-sextant-client': '1', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  return [
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      true: httpSubscriptionLink({
        url: endpoint,
        // Node has no EventSource; this one takes headers too, which the browser's own does not (there the cookie serves).
        EventSource: FetchEventSource,
        eventSourceOptions: {
          withCredentials: true,
          fetch: (input, init) => fetchImpl(input, { ...init, headers: { ...init.headers, ...headers } }),
        },
      }),
      // POST for queries as well: prompts are long, and what is in a URL ends in logs.
      false: httpBatchLink({ url: endpoint, headers, fetch: fetchImpl, methodOverride: 'POST', maxItems: 16 }),
    }),
  ];
}

/** A typed client of one Sextant server, for browsers and Node alike. */
export function createClient(options: ClientOptions): SextantClient {
  return createTRPCClient<AppRouter>({ links: clientLinks(options) });
}
