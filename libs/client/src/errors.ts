import { TRPCClientError } from '@trpc/client';
import type { AppRouter } from '@sextant/router';
import { SextantError } from '@sextant/schema';

/** An error as a person should see it. */
export interface ClientFault {
  /** The house's code where the server gave one, else tRPC's, else UNREACHABLE or CLIENT. */
  code: string;
  message: string;
  field: string | null;
  value: string | null;
  hint: string | null;
  requestId: string | null;
}

const nothing = { field: null, value: null, hint: null, requestId: null };

/** What went wrong, whichever side it went wrong on. */
export function describeFault(error: unknown): ClientFault {
  if (error instanceof TRPCClientError) {
    const { data, message }: TRPCClientError<AppRouter> = error;
    if (data !== null && data !== undefined) {
      const { sextant, code, field, value, hint, requestId } = data;
      return { code: sextant ?? code, message, field, value, hint, requestId };
    }
    return { ...nothing, code: 'UNREACHABLE', message: `the server does not answer: ${message}`, hint: 'is it running? sextant status tells' };
  }
  if (error instanceof SextantError) {
    const { field = null, hint = null } = error.detail;
    return { ...nothing, code: error.code, message: error.message, field, hint };
  }
  return { ...nothing, code: 'CLIENT', message: error instanceof Error ? error.message : String(error) };
}
