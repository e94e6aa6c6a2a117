import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SextantError } from '@sextant/schema';
import fc from 'fast-check';
import { allocatedBy } from './allocation';
import { mutate, mutation, type Mutation } from './mutations';

export type Files = Readonly<Record<string, Uint8Array>>;

/** A loader under test: a folder of good files, how it is loaded, and what a load must be to count as right. */
export interface FuzzTarget<T> {
  name: string;
  /** The good folder, by file name. */
  files: Files;
  /** Files that are changed, one at a time, and how a change gets in; others stay as they are. */
  mutants: Readonly<Record<string, Mutant>>;
  /** Loads everything that a user of the folder would get: every tensor is read. */
  load: (dir: string) => T | Promise<T>;
  /**
   * Throws where the load is silent: what was loaded is not what the changed files say. Read them here by other means
   * than the loader's.
   */
  check: (loaded: T, files: Files) => void;
  /** Bytes of arrays that loading may ask for in all: this many times the folder's size, and a constant. */
  memory: { factor: number; constant: number };
}

export interface Mutant {
  mutations?: fc.Arbitrary<Mutation>;
  /** Puts changes where a checksum or a length would hide them; default: the file's bytes. */
  change?: (bytes: Uint8Array, mutations: readonly Mutation[]) => Uint8Array;
}

export interface FuzzCounts {
  loader: string;
  mutated: number;
  refused: number;
  loaded: number;
  /** Largest ratio of array bytes asked for to bytes in the folder. */
  memoryRatio: number;
  slowestMs: number;
}

/** A load that takes longer counts as hanging. */
const MOST_MS = 10_000;

/**
 * Loads `runs` changed copies of a folder. Each ends in one of two ways: refused with a SextantError INVALID_FILE or
 * NOT_FOUND whose message names the folder or a file in it, or loaded and then `check`ed. Anything else (another error, a silent
 * load, memory beyond the bound, more than ten seconds) fails with the changes, shrunk, and the seed that repeats them.
 */
export async function fuzz<T>(target: FuzzTarget<T>, { runs, seed = 5411 }: { runs: number; seed?: number }): Promise<FuzzCounts> {
  const dir = mkdtempSync(join(tmpdir(), 'sextant-fuzz-'));
  const counts: FuzzCounts = { loader: target.name, mutated: 0, refused: 0, loaded: 0, memoryRatio: 0, slowestMs: 0 };
  const names = Object.keys(target.mutants);
  const cases = fc.oneof(
    ...names.map((name) => {
      const mutations = fc.array(target.mutants[name]!.mutations ?? mutation(), { minLength: 1, maxLength: 3 });
      return fc.record({ name: fc.constant(name), mutations });
    }),
  );
  try {
    for (const [name, bytes] of Object.entries(target.files)) writeFileSync(join(dir, name), bytes);
    // A loader that refuses everything would pass all that follows.
    target.check(await target.load(dir), target.files);
    await fc.assert(
      fc.asyncProperty(cases, async ({ name, mutations }) => {
        const original = target.files[name]!;
        const change = target.mutants[name]!.change ?? mutate;
        const changed = change(original, mutations);
        fc.pre(Buffer.compare(changed, original) !== 0);
        counts.mutated++;
        writeFileSync(join(dir, name), changed);
        try {
          await one(target, dir, { ...target.files, [name]: changed }, counts);
        } finally {
          writeFileSync(join(dir, name), original);
        }
      }),
      { numRuns: runs, seed, maxSkipsPerRun: 1000, includeErrorInReport: true },
    );
    return counts;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function one<T>(target: FuzzTarget<T>, dir: string, files: Files, counts: FuzzCounts): Promise<void> {
  const size = Math.max(1, Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0));
  const started = performance.now();
  let result: { loaded: T } | undefined;
  const { bytes, failure } = await allocatedBy(async () => {
    result = { loaded: await target.load(dir) };
  });
  const ms = performance.now() - started;
  counts.slowestMs = Math.max(counts.slowestMs, ms);
  counts.memoryRatio = Math.max(counts.memoryRatio, bytes / size);
  const { factor, constant } = target.memory;
  if (bytes > factor * size + constant) throw new Error(`${bytes} bytes of arrays for a folder of ${size}; allowed are ${factor} times as many, and ${constant}`);
  if (ms > MOST_MS) throw new Error(`took ${ms} ms`);
  if (result) {
    target.check(result.loaded, files);
    counts.loaded++;
    return;
  }
  if (!(failure instanceof SextantError)) throw failure;
  if (failure.code !== 'INVALID_FILE' && failure.code !== 'NOT_FOUND') throw new Error(`refused with ${failure.code}: ${failure.message}`);
  if (!failure.message.includes(dir)) throw new Error(`refused without naming the file: ${failure.message}`);
  counts.refused++;
}
