/** What two sides compare of activations: their norm, and some values spread over them. As in peers/python/fingerprint.py. */
export function fingerprint(values: Float32Array): number[] {
  let square = 0;
  for (const value of values) square += value * value;
  const places = [1, 2, 3, 4, 5, 6, 7, 8].map((i) => (i * 7919 * 31) % values.length);
  return [Math.sqrt(square), ...places.map((place) => values[place]!)];
}
