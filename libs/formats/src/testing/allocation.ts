const arrays = ['Uint8Array', 'Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'ArrayBuffer'] as const;

/**
 * Bytes of typed arrays and buffers that an action asks for by length, the sum over its whole run (so an upper bound of
 * what it holds at once). Views of memory that is there already count nothing. Node's own internals are not counted.
 * @throws whatever the action throws, as a `{ failure }` beside the count.
 */
export async function allocatedBy(action: () => unknown): Promise<{ bytes: number; failure: unknown }> {
  let bytes = 0;
  const originals = arrays.map((name) => [name, globalThis[name]] as const);
  for (const [name, original] of originals) {
    const width = 'BYTES_PER_ELEMENT' in original ? original.BYTES_PER_ELEMENT : 1;
    const counting = new Proxy<object>(original, {
      construct(target, args: unknown[], newTarget) {
        const [first] = args;
        if (typeof first === 'number') bytes += first * width;
        else if (first !== null && typeof first === 'object' && 'length' in first && typeof first.length === 'number') bytes += first.length * width;
        return Reflect.construct(target as new (...list: unknown[]) => object, args, newTarget) as object;
      },
    });
    Reflect.set(globalThis, name, counting);
  }
  try {
    await action();
    return { bytes, failure: undefined };
  } catch (failure) {
    return { bytes, failure };
  } finally {
    for (const [name, original] of originals) Reflect.set(globalThis, name, original);
  }
}
