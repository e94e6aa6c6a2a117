import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SextantError, type FeaturePage, type FeatureRow, type Histogram, type TokenWindow } from '@sextant/schema';
import { openSafetensors, type SafetensorsFile } from '@sextant/formats';
import { TOP_TOKENS } from './build/distinctiveTokens';
import { TOP } from './build/exampleTable';
import { histogramOf } from './histogram';
import { FILES, featureManifestSchema, type FeatureManifest } from './layout';
import { FeatureTable, type FeatureList, type ListOptions } from './featureTable';

/** Distinctive tokens shown in a table row. */
const SHOWN_TOKENS = 5;

export interface OpenOptions {
  /** The label of a feature, kept outside the index; null where it has none. */
  labelOf?: (feature: number) => string | null;
}

/**
 * A feature index on disk. The sortable columns are in memory; a page is a few positional reads
 * (docs/features.md has the layout and the measured times).
 */
export class FeatureIndex {
  readonly manifest: FeatureManifest;
  readonly n: number;
  /** Tokens the statistics are over. */
  readonly tokens: number;
  readonly hook: string;
  private readonly columns: SafetensorsFile;
  private readonly examples: SafetensorsFile;
  private readonly corpus: SafetensorsFile;
  private readonly pieces: readonly string[];
  private readonly fired: Int32Array;
  private readonly max: Float32Array;
  private readonly mean: Float32Array;
  private readonly decoderNorms: Float32Array;
  private readonly topTokens: Int32Array;
  private readonly topShares: Float32Array;
  private readonly labelOf: (feature: number) => string | null;
  private readonly table: FeatureTable;

  constructor(
    readonly dir: string,
    options: OpenOptions,
  ) {
    this.manifest = readManifest(dir);
    this.n = this.manifest.n;
    this.tokens = this.manifest.tokens;
    this.hook = this.manifest.hook;
    this.labelOf = options.labelOf ?? (() => null);
    this.columns = openSafetensors(join(dir, FILES.columns));
    this.examples = openSafetensors(join(dir, FILES.examples));
    this.corpus = openSafetensors(join(dir, FILES.tokens));
    this.pieces = readPieces(join(dir, FILES.vocabulary));
    this.fired = this.columns.readInt('fired');
    this.max = this.columns.read('max');
    this.mean = this.columns.read('mean');
    this.decoderNorms = this.columns.read('decoderNorm');
    this.topTokens = this.columns.readInt('topTokens');
    this.topShares = this.columns.read('topTokenShares');
    if (this.fired.length !== this.n || this.topTokens.length !== this.n * TOP_TOKENS) {
      throw new SextantError('INVALID_FILE', `${this.columns.path}: has ${this.fired.length} features, ${FILES.manifest} says ${this.n}`, { file: this.columns.path, value: this.fired.length });
    }
    this.table = new FeatureTable({
      n: this.n,
      row: (feature) => this.row(feature),
      columns: { index: null, density: this.fired, maxActivation: this.max, meanActivation: this.mean },
    });
  }

  /** Share of the tokens on which the feature fires. */
  density(feature: number): number {
    return this.fired[this.known(feature)]! / this.tokens;
  }

  /** Largest activation over the indexed tokens, in model units with a unit decoder row; the unit of a dose. */
  maxActivation(feature: number): number {
    return this.max[this.known(feature)]!;
  }

  /** Display text of a token id. */
  piece(id: number): string {
    return this.pieces[id] ?? `<${id}>`;
  }

  /** Distinctive tokens of the top examples with the share of activation that falls on each, best first. */
  distinctiveTokens(feature: number): { id: number; token: string; share: number }[] {
    const start = this.known(feature) * TOP_TOKENS;
    const found: { id: number; token: string; share: number }[] = [];
    for (let at = start; at < start + TOP_TOKENS && this.topTokens[at]! >= 0; at++) {
      found.push({ id: this.topTokens[at]!, token: this.piece(this.topTokens[at]!), share: this.topShares[at]! });
    }
    return found;
  }

  row(feature: number): FeatureRow {
    return {
      index: this.known(feature),
      label: this.labelOf(feature),
      density: this.density(feature),
      maxActivation: this.max[feature]!,
      meanActivation: this.mean[feature]!,
      decoderNorm: this.decoderNorms[feature]!,
      topTokens: this.distinctiveTokens(feature).slice(0, SHOWN_TOKENS).map(({ token }) => token),
    };
  }

  /** Rows sorted and filtered, a page at a time. */
  list(options: ListOptions = {}): FeatureList {
    return this.table.list(options);
  }

  /** Everything known of one feature. @throws SextantError NOT_FOUND for a feature the dictionary does not have. */
  page(feature: number): FeaturePage {
    const row = this.row(feature);
    const quantiles = this.column('quantiles', feature);
    const [top, sampled] = this.exampleWindows(feature);
    const width = this.max[feature]! / this.manifest.intervals;
    return {
      ...row,
      firedTokens: this.fired[feature]!,
      totalTokens: this.tokens,
      quantiles: this.fired[feature] === 0 ? [] : this.manifest.quantiles.map((p, i) => ({ p, value: quantiles[i]! })),
      histogram: Array.from(this.integers('histogram', feature)),
      encoderCosine: this.column('encoderCosine', feature)[0]!,
      topExamples: top,
      intervals: sampled.map((samples, interval) => ({ lo: interval * width, hi: (interval + 1) * width, samples })),
      positiveLogits: this.tokenEffects('positive', feature),
      negativeLogits: this.tokenEffects('negative', feature),
      neighbours: this.neighbours(feature),
    };
  }

  /** Nearest decoder rows by cosine, nearest first. */
  neighbours(feature: number): FeaturePage['neighbours'] {
    const cosines = this.column('neighbourCosines', feature);
    return Array.from(this.integers('neighbours', feature), (index, i) => ({
      index,
      cosine: cosines[i]!,
      density: this.density(index),
      label: this.labelOf(index),
    }));
  }

  /** Distributions over all features; densities are log10, dead features are counted in the lowest bin's place only by `dead`. */
  histograms(): { logDensity: Histogram; maxActivation: Histogram; decoderNorm: Histogram; encoderCosine: Histogram; dead: number } {
    const alive = Array.from(this.fired).filter((count) => count > 0);
    return {
      logDensity: histogramOf(alive.map((count) => Math.log10(count / this.tokens)), 40),
      maxActivation: histogramOf(Array.from(this.max).filter((value) => value > 0), 40),
      decoderNorm: histogramOf(Array.from(this.decoderNorms), 40),
      encoderCosine: histogramOf(Array.from(this.columns.read('encoderCosine')), 40),
      dead: this.n - alive.length,
    };
  }

  close(): void {
    this.columns.close();
    this.examples.close();
    this.corpus.close();
  }

  private known(feature: number): number {
    if (Number.isInteger(feature) && feature >= 0 && feature < this.n) return feature;
    throw new SextantError('NOT_FOUND', `there is no feature ${feature}; this dictionary has features 0 to ${this.n - 1}`, { field: 'index', value: feature });
  }

  private column(name: string, feature: number): Float32Array {
    return this.columns.read(name, { rows: { start: feature, count: 1 } });
  }

  private integers(name: string, feature: number): Int32Array {
    return this.columns.readInt(name, { rows: { start: feature, count: 1 } });
  }

  private tokenEffects(sign: 'positive' | 'negative', feature: number): { token: string; value: number }[] {
    const values = this.column(`${sign}Logits`, feature);
    return Array.from(this.integers(`${sign}Tokens`, feature), (id, i) => ({ token: this.piece(id), value: values[i]! }));
  }

  /** The windows of the top examples, and of each interval's samples. */
  private exampleWindows(feature: number): [TokenWindow[], TokenWindow[][]] {
    const [first, last] = this.examples.readInt('featureExamples', { rows: { start: feature, count: 2 } });
    const rows = { start: first!, count: last! - first! };
    const top: TokenWindow[] = [];
    const sampled: TokenWindow[][] = Array.from({ length: this.manifest.intervals }, () => []);
    if (rows.count === 0) return [top, sampled];
    const column = (name: string) => this.examples.readInt(name, { rows });
    const [peaks, intervals, starts, lengths] = [column('peaks'), column('intervals'), column('starts'), column('lengths')];
    const [documents, positions] = [column('documents'), column('positions')];
    const offsets = this.examples.readInt('entryOffsets', { rows: { start: rows.start, count: rows.count + 1 } });
    const entries = { start: offsets[0]!, count: offsets[rows.count]! - offsets[0]! };
    const places = this.examples.readInt('entryPlaces', { rows: entries });
    const values = this.examples.read('entryValues', { rows: entries });
    for (let i = 0; i < rows.count; i++) {
      const [peak, start, count] = [peaks[i]!, starts[i]!, lengths[i]!];
      const ids = this.corpus.readInt('tokens', { rows: { start, count } });
      const activations = new Array<number>(count).fill(0);
      for (let entry = offsets[i]!; entry < offsets[i + 1]!; entry++) activations[places[entry - entries.start]!] = values[entry - entries.start]!;
      const window: TokenWindow = {
        tokens: Array.from(ids, (id) => this.piece(id)),
        activations,
        peak: peak - start,
        document: documents[i]!,
        position: positions[i]!,
      };
      if (intervals[i] === TOP) top.push(window);
      else sampled[intervals[i]!]!.push(window);
    }
    return [top, sampled];
  }
}

/**
 * Opens a feature index.
 * @throws SextantError NOT_FOUND when there is none, INVALID_FILE naming file and field.
 */
export function openFeatureIndex(dir: string, options: OpenOptions = {}): FeatureIndex {
  return new FeatureIndex(dir, options);
}

function readManifest(dir: string): FeatureManifest {
  const file = join(dir, FILES.manifest);
  const result = featureManifestSchema.safeParse(readJson(file));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new SextantError('INVALID_FILE', `${file}: ${field}: ${issue?.message}`, { file, field });
}

function readPieces(file: string): string[] {
  const pieces = readJson(file);
  if (Array.isArray(pieces) && pieces.every((piece): piece is string => typeof piece === 'string')) return pieces;
  throw new SextantError('INVALID_FILE', `${file}: is not a list of token texts`, { file });
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SextantError('NOT_FOUND', `${file}: cannot be read; a feature index holds this file once it is built`, { file }, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SextantError('INVALID_FILE', `${file}: is not JSON (${cause instanceof Error ? cause.message : String(cause)})`, { file }, { cause });
  }
}
