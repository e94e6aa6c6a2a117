/**
 * What a procedure returns when the data may not determine its answer. An undefined result says why; it is
 * never passed off as p = 0, p = 1 or an empty interval.
 */
export type Outcome<T> = ({ defined: true } & T) | Undefined;

export interface Undefined {
  defined: false;
  reason: string;
}

export const undefinedBecause = (reason: string): Undefined => ({ defined: false, reason });
