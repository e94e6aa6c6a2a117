import { clientLinks, type AppRouter, type RouterInputs, type RouterOutputs } from '@sextant/client';
import { QueryClient } from '@tanstack/react-query';
import { createTRPCClient } from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';

export type { RouterInputs, RouterOutputs };

export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry: false } },
});

export const client = createTRPCClient<AppRouter>({ links: clientLinks({ url: '' }) });

/** Query, mutation and subscription options of every procedure: the one way pages reach the server. */
export const api = createTRPCOptionsProxy<AppRouter>({ client, queryClient });
