/** A spec as dotted keys and printed values: `source.kind → world`. Lists stay one value. */
export function flatten(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[path, typeof value === 'string' ? value : JSON.stringify(value) ?? '–']]);
  const flat = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) for (const entry of flatten(inner, path ? `${path}.${key}` : key)) flat.set(...entry);
  return flat;
}

export interface DiffRow {
  key: string;
  values: string[];
  differs: boolean;
}

/** One row for every key any spec has; `differs` where not all have the same value. */
export function diffSpecs(specs: readonly unknown[]): DiffRow[] {
  const flat = specs.map((spec) => flatten(spec));
  const keys = [...new Set(flat.flatMap((spec) => [...spec.keys()]))].sort();
  return keys.map((key) => {
    const values = flat.map((spec) => spec.get(key) ?? '–');
    return { key, values, differs: new Set(values).size > 1 };
  });
}
