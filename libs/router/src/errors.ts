import { TRPCError } from '@trpc/server';
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc';
import { SextantError, type SextantErrorCode } from '@sextant/schema';
import { z } from 'zod';

const codes: Record<SextantErrorCode, TRPC_ERROR_CODE_KEY> = {
  INVALID_INPUT: 'BAD_REQUEST',
  INVALID_FILE: 'UNPROCESSABLE_CONTENT',
  NOT_FOUND: 'NOT_FOUND',
  CONFLICT: 'CONFLICT',
  UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  CANCELLED: 'CLIENT_CLOSED_REQUEST',
  INTEGRITY: 'UNPROCESSABLE_CONTENT',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
};

/**
 * Subscription clients retry 5xx answers for ever; a terminal failure of a stream therefore travels under a code
 * that ends it. `SextantError.code` still says what happened.
 */
const streamCodes: Partial<Record<SextantErrorCode, TRPC_ERROR_CODE_KEY>> = {
  UNAVAILABLE: 'PRECONDITION_FAILED',
  INTERNAL: 'UNPROCESSABLE_CONTENT',
};

/** The house's one map from its own errors to tRPC's. Anything unknown becomes INTERNAL and keeps its cause for the log. */
export function toTrpcError(error: unknown, options: { stream?: boolean } = {}): TRPCError {
  if (error instanceof TRPCError && !(error.cause instanceof SextantError)) {
    const unexpected = error.code === 'INTERNAL_SERVER_ERROR';
    return options.stream && unexpected ? new TRPCError({ code: 'UNPROCESSABLE_CONTENT', message: error.message, cause: error.cause }) : error;
  }
  const cause = error instanceof TRPCError ? error.cause : error;
  if (cause instanceof SextantError) {
    const code = (options.stream ? streamCodes[cause.code] : undefined) ?? codes[cause.code];
    return new TRPCError({ code, message: cause.message, cause });
  }
  return new TRPCError({ code: options.stream ? 'UNPROCESSABLE_CONTENT' : 'INTERNAL_SERVER_ERROR', cause });
}

/** What every error answer carries beside tRPC's own code: enough to show, never a stack. */
export interface ErrorData {
  /** The house's code, or BAD_INPUT-like tRPC codes where the fault never reached the house. */
  sextant: SextantErrorCode | null;
  field: string | null;
  /** The offending value as JSON, cut at 200 characters. */
  value: string | null;
  file: string | null;
  tensor: string | null;
  hint: string | null;
}

/** Value at `path` inside `input`; undefined where the path leaves it. */
function valueAt(input: unknown, path: PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function show(value: unknown): string | null {
  if (value === undefined) return null;
  // JSON would show NaN and the infinities as null.
  const json = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return json.length > 200 ? `${json.slice(0, 197)}…` : json;
}

/** `spec.n: expected a number above 0, got -3` for the first issue, and how many more there are. */
export function describeInputFault(error: z.core.$ZodError, input: unknown): { message: string; data: ErrorData } {
  const [issue] = error.issues;
  const path = issue?.path ?? [];
  const field = path.map(String).join('.') || '(input)';
  const value = show(valueAt(input, path));
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return {
    message: `${field}: ${issue?.message ?? 'invalid'}${value === null ? '; it is missing' : `; got ${value}`}${more}`,
    data: { sextant: 'INVALID_INPUT', field, value, file: null, tensor: null, hint: null },
  };
}

const noData: ErrorData = { sextant: null, field: null, value: null, file: null, tensor: null, hint: null };

/** Message and data that a client may see of `error`. */
export function describeError(error: TRPCError, input: unknown): { message: string; data: ErrorData } {
  const { cause } = error;
  if (cause instanceof z.core.$ZodError && error.code === 'BAD_REQUEST') return describeInputFault(cause, input);
  if (cause instanceof SextantError) {
    const { field = null, value, file = null, tensor = null, hint = null } = cause.detail;
    return { message: cause.message, data: { sextant: cause.code, field, value: show(value), file, tensor, hint } };
  }
  if (error.code === 'INTERNAL_SERVER_ERROR' || cause !== undefined) {
    return { message: 'Something failed inside Sextant; the server\'s log has the details under this request id.', data: { ...noData, sextant: 'INTERNAL' } };
  }
  return { message: error.message, data: noData };
}
