import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { SextantError, digestSchema, provenanceSchema, type Artifact, type ArtifactKind, type ArtifactRef, type Provenance } from '@sextant/schema';
import { and, eq, inArray, sum, type SQL } from 'drizzle-orm';
import { transact, type Connection, type Orm } from './database';
import { listFiles, manifestDigest, syncToDisk } from './hashing';
import { timestamp } from './ids';
import { countRows, readPage, type Page, type PageQuery } from './paging';
import { artifact, artifactFile, artifactParent } from './schema';

/** A folder to write an artifact's files into, before it has a digest. */
export interface Staged {
  kind: ArtifactKind;
  dir: string;
}

export interface CommitOptions {
  /** `provenance.parents` become the lineage; each must be in the lab. */
  provenance: Provenance;
  name?: string | undefined;
  job?: string | undefined;
}

/** What re-hashing an artifact found; empty when its bytes are those that were committed. */
export interface VerifyReport {
  digest: string;
  problems: string[];
}

/**
 * Content-addressed folders `artifacts/<digest>/`. A writer stages a folder, fills it, and commits: it is hashed, moved
 * into place by one rename and recorded. Dying at any point leaves either nothing or a whole artifact, and committing
 * the same bytes again is the same artifact.
 */
export class ArtifactStore {
  readonly #root: string;
  readonly #staging: string;

  constructor(
    dir: string,
    private readonly connection: Connection,
    private readonly orm: Orm,
  ) {
    this.#root = join(dir, 'artifacts');
    this.#staging = join(dir, 'staging');
    mkdirSync(this.#root, { recursive: true });
    mkdirSync(this.#staging, { recursive: true });
  }

  stage(kind: ArtifactKind): Staged {
    const dir = join(this.#staging, `${kind}-${randomBytes(8).toString('hex')}`);
    mkdirSync(dir);
    return { kind, dir };
  }

  /** Throws away a staged folder. */
  discard(staged: Staged): void {
    rmSync(staged.dir, { recursive: true, force: true });
  }

  /** Removes what writers that died left half-staged: folders older than any writer takes. @returns how many */
  sweep({ olderThanMs = 24 * 3_600_000 } = {}): number {
    const left = readdirSync(this.#staging).filter((name) => Date.now() - statSync(join(this.#staging, name)).mtimeMs >= olderThanMs);
    for (const name of left) rmSync(join(this.#staging, name), { recursive: true, force: true });
    return left.length;
  }

  /**
   * @throws SextantError INTEGRITY for an empty folder, a link in it, or a parent that is not in the lab.
   */
  async commit(staged: Staged, options: CommitOptions): Promise<Artifact> {
    const provenance = provenanceSchema.parse(options.provenance);
    const files = await listFiles(staged.dir);
    if (files.length === 0) throw new SextantError('INTEGRITY', `nothing was written to the staged ${staged.kind}`, { file: staged.dir });
    const missing = provenance.parents.filter((parent) => this.find(parent) === null);
    if (missing.length > 0) throw new SextantError('INTEGRITY', `parent artifact ${missing[0]} is not in this lab`, { field: 'parents', value: missing[0] });
    const digest = manifestDigest(staged.kind, files);
    await syncToDisk(staged.dir, files.map((file) => file.path));
    await this.#moveIntoPlace(staged.dir, digest);
    transact(this.connection, () => {
      const inserted = this.orm
        .insert(artifact)
        .values({
          digest,
          kind: staged.kind,
          name: options.name ?? null,
          bytes: files.reduce((bytes, file) => bytes + file.size, 0),
          provenance,
          job: options.job ?? null,
          createdAt: timestamp(),
        })
        .onConflictDoNothing()
        .run();
      if (inserted.changes === 0) return;
      for (const file of files) this.orm.insert(artifactFile).values({ digest, ...file }).run();
      for (const parent of new Set(provenance.parents)) this.orm.insert(artifactParent).values({ digest, parent }).run();
    });
    return this.get(digest);
  }

  async #moveIntoPlace(from: string, digest: string): Promise<void> {
    const to = join(this.#root, digest);
    if (!existsSync(to)) {
      try {
        await rename(from, to);
        await syncToDisk(dirname(to), []);
        return;
      } catch (error) {
        // Another writer with the same bytes may have come first.
        if (!existsSync(to)) throw error;
      }
    }
    rmSync(from, { recursive: true, force: true });
  }

  find(digest: string): Artifact | null {
    const row = this.orm.select().from(artifact).where(eq(artifact.digest, digest)).get();
    return row === undefined ? null : this.#complete([row])[0] ?? null;
  }

  /** @throws SextantError NOT_FOUND */
  get(digest: string): Artifact {
    const found = this.find(digest);
    if (found === null) throw new SextantError('NOT_FOUND', `no artifact ${digest} in this lab`, { field: 'digest', value: digest });
    return found;
  }

  list(query: PageQuery & { kind?: ArtifactKind | undefined } = {}): Page<Artifact> {
    const page = readPage({
      query,
      sort: artifact.createdAt,
      id: artifact.digest,
      order: 'descending',
      where: query.kind === undefined ? undefined : eq(artifact.kind, query.kind),
      total: (where) => countRows(this.orm, artifact, where),
      rows: ({ where, orderBy, limit }) => this.orm.select().from(artifact).where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.digest],
    });
    return { ...page, items: this.#complete(page.items) };
  }

  /** Every artifact's digest, oldest first. */
  digests(): string[] {
    return this.orm.select({ digest: artifact.digest }).from(artifact).orderBy(artifact.createdAt, artifact.digest).all().map((row) => row.digest);
  }

  /** Artifacts made from this one, newest last. */
  children(digest: string): ArtifactRef[] {
    return this.#refs(eq(artifactParent.parent, digest), artifactParent.digest);
  }

  #refs(where: SQL, other: typeof artifactParent.digest | typeof artifactParent.parent): ArtifactRef[] {
    return this.orm
      .select({ digest: artifact.digest, kind: artifact.kind, name: artifact.name })
      .from(artifactParent)
      .innerJoin(artifact, eq(artifact.digest, other))
      .where(where)
      .orderBy(artifact.createdAt, artifact.digest)
      .all();
  }

  #complete(rows: (typeof artifact.$inferSelect)[]): Artifact[] {
    if (rows.length === 0) return [];
    const digests = rows.map((row) => row.digest);
    const files = this.orm.select().from(artifactFile).where(inArray(artifactFile.digest, digests)).orderBy(artifactFile.path).all();
    return rows.map((row) => ({
      ...row,
      files: files.filter((file) => file.digest === row.digest).map(({ path, size, sha256 }) => ({ path, size, sha256 })),
      parents: this.#refs(eq(artifactParent.digest, row.digest), artifactParent.parent),
    }));
  }

  /** Bytes of all artifacts. */
  bytes(): number {
    return Number(this.orm.select({ bytes: sum(artifact.bytes) }).from(artifact).get()?.bytes ?? 0);
  }

  /**
   * The artifact's folder, for reading.
   * @throws SextantError NOT_FOUND when the lab does not have it, INTEGRITY when its folder is gone.
   */
  path(digest: string): string {
    this.#assertKnown(digest);
    const dir = join(this.#root, digest);
    if (!existsSync(dir)) throw new SextantError('INTEGRITY', `the folder of artifact ${digest} is missing from the lab`, { file: dir, hint: 'sextant verify lists what else is missing' });
    return dir;
  }

  /**
   * One file of an artifact: only a path listed in its manifest, and only bytes that lie inside its folder.
   * @throws SextantError NOT_FOUND for any other path, however it is spelled.
   */
  file(digest: string, path: string): { fullPath: string; size: number; sha256: string } {
    this.#assertKnown(digest);
    const row = this.orm.select().from(artifactFile).where(and(eq(artifactFile.digest, digest), eq(artifactFile.path, path))).get();
    const dir = join(this.#root, digest);
    const fullPath = join(dir, path);
    if (row === undefined || !existsSync(fullPath)) {
      throw new SextantError('NOT_FOUND', `artifact ${digest} has no file ${path}`, { field: 'path', value: path });
    }
    if (!realpathSync(fullPath).startsWith(realpathSync(dir) + sep)) {
      throw new SextantError('INTEGRITY', `${path} of artifact ${digest} leads out of the lab`, { file: path });
    }
    return { fullPath, size: row.size, sha256: row.sha256 };
  }

  #assertKnown(digest: string): void {
    const known = digestSchema.safeParse(digest).success && countRows(this.orm, artifact, eq(artifact.digest, digest)) > 0;
    if (!known) throw new SextantError('NOT_FOUND', `no artifact ${digest} in this lab`, { field: 'digest', value: digest });
  }

  /** Hashes every file again and compares names, sizes, hashes and the digest itself with the record. */
  async verify(digest: string): Promise<VerifyReport> {
    const record = this.get(digest);
    const dir = join(this.#root, digest);
    if (!existsSync(dir)) return { digest, problems: [`artifact ${digest}: its folder is missing`] };
    const problems: string[] = [];
    try {
      const found = await listFiles(dir);
      const byPath = new Map(found.map((file) => [file.path, file]));
      for (const file of record.files) {
        const actual = byPath.get(file.path);
        byPath.delete(file.path);
        if (actual === undefined) problems.push(`artifact ${digest}: ${file.path} is missing`);
        else if (actual.sha256 !== file.sha256) problems.push(`artifact ${digest}: ${file.path} has other bytes than were committed`);
      }
      for (const path of byPath.keys()) problems.push(`artifact ${digest}: ${path} was added`);
      if (problems.length === 0 && manifestDigest(record.kind, found) !== digest) problems.push(`artifact ${digest}: its record was changed`);
    } catch (error) {
      problems.push(`artifact ${digest}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return { digest, problems };
  }
}
