/** What went wrong, in the words of the field; one map at the API's edge turns these into tRPC codes. */
const codes = ['INVALID_INPUT', 'INVALID_FILE', 'NOT_FOUND', 'CONFLICT', 'UNAVAILABLE', 'CANCELLED', 'INTEGRITY', 'INTERNAL'] as const;
export type SextantErrorCode = (typeof codes)[number];

/** For codes that came over a wire. */
export function isSextantErrorCode(code: string): code is SextantErrorCode {
  return codes.some((known) => known === code);
}

/** Where a fault lies: the file, tensor or field, and the value found there. */
export interface ErrorDetail {
  file?: string;
  tensor?: string;
  field?: string;
  value?: unknown;
  hint?: string;
}

/** The one error type of the house. The message alone must tell a user what to do. */
export class SextantError extends Error {
  override readonly name = 'SextantError';
  constructor(
    readonly code: SextantErrorCode,
    message: string,
    readonly detail: ErrorDetail = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
