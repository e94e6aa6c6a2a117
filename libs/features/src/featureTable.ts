import { SextantError, type FeatureRow } from '@sextant/schema';

export type FeatureSort = 'index' | 'density' | 'maxActivation' | 'meanActivation';

export interface ListOptions {
  sort?: FeatureSort;
  order?: 'asc' | 'desc';
  /** A feature's number, or text that its label or a distinctive token contains, whatever the case. */
  filter?: string;
  minDensity?: number;
  maxDensity?: number;
  /** Where an earlier answer's `nextCursor` points. */
  cursor?: string | null;
  limit?: number;
}

export interface FeatureList {
  items: FeatureRow[];
  nextCursor: string | null;
  /** Rows that pass the filter. */
  total: number;
}

export interface TableSource {
  n: number;
  row(feature: number): FeatureRow;
  /** Sortable columns; null sorts by the feature's number. */
  columns: Record<FeatureSort, ArrayLike<number> | null>;
}

/** Sorted, filtered, paged rows. Orders are kept once made; equal values stand by feature number. */
export class FeatureTable {
  private readonly orders = new Map<string, Int32Array>();

  constructor(private readonly source: TableSource) {}

  list({ sort = 'index', order = 'asc', filter = '', minDensity = 0, maxDensity = 1, cursor, limit = 50 }: ListOptions): FeatureList {
    const start = cursor ? Number(cursor) : 0;
    if (!Number.isInteger(start) || start < 0) throw new SextantError('INVALID_INPUT', `cursor ${JSON.stringify(cursor)} did not come from this list`, { field: 'cursor', value: cursor });
    const needle = filter.trim().toLowerCase();
    const everything = needle === '' && minDensity <= 0 && maxDensity >= 1;
    const sorted = this.order(sort, order);
    const kept = everything ? sorted : sorted.filter((feature) => this.passes(this.source.row(feature), needle, minDensity, maxDensity));
    const items = Array.from(kept.subarray(start, start + limit), (feature) => this.source.row(feature));
    return { items, nextCursor: start + limit < kept.length ? String(start + limit) : null, total: kept.length };
  }

  private passes(row: FeatureRow, needle: string, minDensity: number, maxDensity: number): boolean {
    if (row.density < minDensity || row.density > maxDensity) return false;
    if (needle === '' || String(row.index) === needle) return true;
    return row.label?.toLowerCase().includes(needle) || row.topTokens.some((token) => token.toLowerCase().includes(needle));
  }

  private order(sort: FeatureSort, direction: 'asc' | 'desc'): Int32Array {
    const key = `${sort} ${direction}`;
    const known = this.orders.get(key);
    if (known) return known;
    const column = this.source.columns[sort];
    const sign = direction === 'asc' ? 1 : -1;
    const order = Int32Array.from({ length: this.source.n }, (_, feature) => feature);
    order.sort((a, b) => sign * (column ? column[a]! - column[b]! : a - b) || a - b);
    this.orders.set(key, order);
    return order;
  }
}
