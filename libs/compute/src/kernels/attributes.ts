import type * as tf from '@tensorflow/tfjs';

/** A list of whole numbers from a kernel's attributes; a single number counts as a list of one. */
export function numbers(attrs: tf.NamedAttrMap, name: string): number[] {
  const value = attrs[name];
  if (typeof value === 'number') return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value;
  throw new TypeError(`attribute ${name} is ${JSON.stringify(value)}, expected numbers`);
}

export function number(attrs: tf.NamedAttrMap, name: string): number {
  const value = attrs[name];
  if (typeof value !== 'number') throw new TypeError(`attribute ${name} is ${JSON.stringify(value)}, expected a number`);
  return value;
}
