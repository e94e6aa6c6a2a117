import { SextantError } from '@sextant/schema';
import { isJsonObject, type JsonObject } from './json';

/** Larger than any dimension of a published model; keeps a damaged file from asking for all memory. */
const LARGEST_DIMENSION = 1 << 24;
const MOST_LAYERS = 1024;

/** Reads typed fields of a config.json; every complaint names file, field and value. `null` counts as absent. */
export class ConfigReader {
  private readonly asked = new Set<string>();
  private readonly sections = new Map<string, ConfigReader>();

  constructor(
    public values: JsonObject,
    readonly file: string,
    private readonly path = '',
  ) {}

  has(key: string): boolean {
    this.asked.add(key);
    return this.values[key] !== undefined && this.values[key] !== null;
  }

  /** A positive integer. */
  size(key: string, fallback?: number): number {
    return this.read(key, fallback, `a whole number from 1 to ${LARGEST_DIMENSION}`, (value): value is number => isSize(value));
  }

  /** A number of blocks. */
  layers(key: string): number {
    const count = this.size(key);
    return count <= MOST_LAYERS ? count : this.refuse(key, `at most ${MOST_LAYERS} layers`);
  }

  number(key: string, fallback?: number): number {
    return this.read(key, fallback, 'a finite number', (value): value is number => typeof value === 'number' && Number.isFinite(value));
  }

  positive(key: string, fallback?: number): number {
    return this.read(key, fallback, 'a number above 0', (value): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0);
  }

  flag(key: string, fallback?: boolean): boolean {
    return this.read(key, fallback, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  text(key: string, fallback?: string): string {
    return this.read(key, fallback, 'a string', (value): value is string => typeof value === 'string');
  }

  /** The value that the table gives for the field's text. */
  choice<T>(key: string, table: Readonly<Record<string, T>>, fallback?: string): T {
    const isKnown = (value: unknown): value is string => typeof value === 'string' && Object.hasOwn(table, value);
    return table[this.read(key, fallback, `one of ${Object.keys(table).join(', ')}`, isKnown)]!;
  }

  /** A list of exactly `count` values of the table; null when absent. */
  choices<T>(key: string, table: Readonly<Record<string, T>>, count: number): T[] | null {
    if (!this.has(key)) return null;
    const value = this.values[key];
    const expected = `a list of ${count} of ${Object.keys(table).join(', ')}`;
    if (!Array.isArray(value) || value.length !== count) return this.refuse(key, expected);
    return value.map((entry) => (typeof entry === 'string' && Object.hasOwn(table, entry) ? table[entry]! : this.refuse(key, expected)));
  }

  /** A list of exactly `count` numbers above 0. */
  numbers(key: string, count: number): number[] {
    const isList = (value: unknown): value is number[] =>
      Array.isArray(value) && value.length === count && value.every((entry) => typeof entry === 'number' && Number.isFinite(entry) && entry > 0);
    return this.read(key, undefined, `a list of ${count} numbers above 0`, isList);
  }

  /** A nested object; null when absent. */
  section(key: string): ConfigReader | null {
    if (!this.has(key)) return null;
    const value = this.values[key];
    const known = this.sections.get(key);
    if (known) return known;
    if (!isJsonObject(value)) return this.refuse(key, 'an object');
    const section = new ConfigReader(value, this.file, `${this.path}${key}.`);
    this.sections.set(key, section);
    return section;
  }

  /** Keys that have a value and that nothing has asked for; those of a section by their path within this object. */
  unread(): string[] {
    const own = Object.keys(this.values).filter((key) => !this.asked.has(key) && this.values[key] !== null && this.values[key] !== undefined);
    return [...own, ...[...this.sections].flatMap(([key, section]) => section.unread().map((nested) => `${key}.${nested}`))];
  }

  /** Keys that were asked for and are not there. */
  absent(): string[] {
    return [...this.asked].filter((key) => this.values[key] === undefined);
  }

  /**
   * A second name for a field, which Transformers takes as well (its `attribute_map`).
   * @throws SextantError INVALID_FILE when both are there and differ.
   */
  alias(other: string, key: string): void {
    if (!this.has(other)) return;
    const value = this.values[other];
    if (this.has(key) && this.values[key] !== value) this.refuse(other, `${JSON.stringify(this.values[key])}, as "${key}" says`);
    this.values = { ...this.values, [key]: value };
  }

  /** Says that these keys mean nothing in this model, so that they do not count as unread. */
  ignore(...keys: string[]): void {
    for (const key of keys) this.asked.add(key);
  }

  /** Refuses the file unless the field is absent or has this value: it would change what the model computes. */
  only(key: string, value: boolean | number | string, why: string): void {
    if (this.has(key) && this.values[key] !== value) this.refuse(key, `${JSON.stringify(value)} (${why})`);
  }

  refuse(key: string, expected: string): never {
    const field = this.path + key;
    const value = this.values[key];
    const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value).slice(0, 120)}`;
    throw new SextantError('INVALID_FILE', `${this.file}: "${field}" ${found}; expected ${expected}`, { file: this.file, field, value });
  }

  private read<T>(key: string, fallback: T | undefined, expected: string, accepts: (value: unknown) => value is T): T {
    this.asked.add(key);
    const value = this.values[key];
    if (accepts(value)) return value;
    if (value === undefined || value === null) return fallback ?? this.refuse(key, expected);
    return this.refuse(key, expected);
  }
}

function isSize(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LARGEST_DIMENSION;
}
