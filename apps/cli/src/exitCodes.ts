/** What a script may rely on. */
export const exitCodes = {
  done: 0,
  /** The work itself failed, or something broke. */
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  /** No server, no backend, no worker. */
  unavailable: 5,
  /** Stored bytes or numbers are not what they were. */
  integrity: 6,
  cancelled: 130,
} as const;

const byCode: Readonly<Record<string, number>> = {
  INVALID_INPUT: exitCodes.usage,
  NOT_FOUND: exitCodes.notFound,
  CONFLICT: exitCodes.conflict,
  UNAVAILABLE: exitCodes.unavailable,
  UNREACHABLE: exitCodes.unavailable,
  UNAUTHORIZED: exitCodes.unavailable,
  INTEGRITY: exitCodes.integrity,
  CANCELLED: exitCodes.cancelled,
};

export function exitCodeOf(code: string): number {
  return byCode[code] ?? exitCodes.failed;
}
