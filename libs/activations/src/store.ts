import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SextantError } from '@sextant/schema';
import { fromHalf, openSafetensors, type SafetensorsFile } from '@sextant/formats';
import { sha256File } from './checksum';
import type { ActivationBatch } from './harvestStream';
import { readManifest, type Manifest } from './manifest';
import type { ActivationStatistics } from './statistics';

type Column = 'tokens' | 'documents' | 'positions' | 'rows';

/** A finished activation store. Tokens are numbered from 0 across the shards; any range is read by position. */
export class ActivationStore {
  readonly hook: string;
  readonly d: number;
  /** Number of stored tokens. */
  readonly tokens: number;
  readonly contextLength: number;
  readonly statistics: ActivationStatistics;
  /** Stored value × scale = activation in model units; a power of two. */
  readonly scale: number;
  /** Global index of each shard's first token, and the total. */
  private readonly starts: number[];
  private readonly open = new Map<number, SafetensorsFile>();

  constructor(
    readonly dir: string,
    readonly manifest: Manifest,
  ) {
    const { plan, shards, statistics } = manifest;
    this.hook = plan.hook;
    this.d = plan.d;
    this.contextLength = plan.contextLength;
    this.statistics = statistics;
    this.scale = 2 ** plan.scaleExponent;
    this.starts = [0];
    for (const shard of shards) this.starts.push(this.starts.at(-1)! + shard.tokens);
    this.tokens = this.starts.at(-1)!;
    if (this.tokens !== plan.tokens) {
      throw new SextantError('INVALID_FILE', `${dir}: the shards hold ${this.tokens} tokens, the plan says ${plan.tokens}`, { file: dir, value: this.tokens });
    }
  }

  /** Tokens [start, start + count) with where they came from. */
  read(start: number, count: number): ActivationBatch {
    return {
      d: this.d,
      activations: this.readActivations(start, count),
      tokens: this.readColumn('tokens', start, count),
      documents: this.readColumn('documents', start, count),
      positions: this.readColumn('positions', start, count),
      rows: this.readColumn('rows', start, count),
    };
  }

  /** [count, d] row-major, model units. */
  readActivations(start: number, count: number): Float32Array {
    const stored = this.readStored(start, count);
    const values = stored instanceof Uint16Array ? fromHalf(stored) : stored;
    if (this.scale !== 1) for (let i = 0; i < values.length; i++) values[i]! *= this.scale;
    return values;
  }

  /** [count, d] as stored: float16 bit patterns, or float32; times `scale` they are in model units. */
  readStored(start: number, count: number): Uint16Array | Float32Array {
    const half = this.manifest.plan.dtype === 'f16';
    const whole = half ? new Uint16Array(count * this.d) : new Float32Array(count * this.d);
    this.eachPart(start, count, (file, rows, at) => {
      const { buffer } = file.readRaw('activations', { rows });
      whole.set(half ? new Uint16Array(buffer) : new Float32Array(buffer), at * this.d);
    });
    return whole;
  }

  readColumn(name: Column, start: number, count: number): Int32Array {
    const whole = new Int32Array(count);
    this.eachPart(start, count, (file, rows, at) => whole.set(file.readInt(name, { rows }), at));
    return whole;
  }

  /** Compares every shard with its checksum. @throws SextantError INTEGRITY naming the file. */
  verify(): void {
    for (const { file, sha256 } of this.manifest.shards) {
      const path = join(this.dir, file);
      if (!existsSync(path)) throw new SextantError('INTEGRITY', `${path}: is missing`, { file: path });
      const actual = sha256File(path);
      if (actual !== sha256) throw new SextantError('INTEGRITY', `${path}: has SHA-256 ${actual}, the store recorded ${sha256}; harvest it again`, { file: path, value: actual });
    }
  }

  close(): void {
    for (const file of this.open.values()) file.close();
    this.open.clear();
  }

  private eachPart(start: number, count: number, visit: (file: SafetensorsFile, rows: { start: number; count: number }, at: number) => void): void {
    if (start < 0 || count < 0 || start + count > this.tokens) {
      throw new SextantError('INVALID_INPUT', `${this.dir}: has ${this.tokens} tokens; ${start} to ${start + count} were asked for`, { file: this.dir, value: start });
    }
    let at = 0;
    for (let shard = this.shardOf(start); at < count; shard++) {
      const within = start + at - this.starts[shard]!;
      const part = Math.min(count - at, this.starts[shard + 1]! - this.starts[shard]! - within);
      if (part > 0) visit(this.file(shard), { start: within, count: part }, at);
      at += part;
    }
  }

  private shardOf(token: number): number {
    let [low, high] = [0, this.starts.length - 2];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= token) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private file(shard: number): SafetensorsFile {
    const known = this.open.get(shard);
    if (known) return known;
    const { file, tokens } = this.manifest.shards[shard]!;
    const opened = openSafetensors(join(this.dir, file));
    this.open.set(shard, opened);
    const { dtype, shape } = opened.info('activations');
    const expected = this.manifest.plan.dtype === 'f16' ? 'F16' : 'F32';
    if (dtype !== expected || shape.length !== 2 || shape[0] !== tokens || shape[1] !== this.d) {
      const value = `${dtype} [${shape.join(', ')}]`;
      throw new SextantError('INVALID_FILE', `${opened.path}: tensor "activations" is ${value}; the store says ${expected} [${tokens}, ${this.d}]`, {
        file: opened.path,
        tensor: 'activations',
        value,
      });
    }
    return opened;
  }
}

/**
 * Opens a finished store; shards are opened when first read.
 * @throws SextantError NOT_FOUND when the harvest has not finished there, INVALID_FILE naming file and field.
 */
export function openActivations(dir: string): ActivationStore {
  return new ActivationStore(dir, readManifest(dir));
}
