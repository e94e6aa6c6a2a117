import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitFiles, temporaryLab } from './testing/sampleLab';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const provenance = { kind: 'test', config: { a: 1 }, parents: [], seed: 1, backend: null, codeVersion: 'test' };

describe('committing an artifact', () => {
  it('gives the SHA-256 of its manifest as canonical JSON, worked out here by hand', async () => {
    using lab = temporaryLab();
    const staged = lab.artifacts.stage('vector');
    mkdirSync(join(staged.dir, 'deep'));
    writeFileSync(join(staged.dir, 'deep/b.txt'), 'bee');
    writeFileSync(join(staged.dir, 'a.txt'), 'a');
    const artifact = await lab.artifacts.commit(staged, { provenance, name: 'v', job: 'job_1' });
    const manifest = `{"files":[{"path":"a.txt","sha256":"${sha256('a')}","size":1},{"path":"deep/b.txt","sha256":"${sha256('bee')}","size":3}],"kind":"vector"}`;
    expect(artifact.digest).toBe(sha256(manifest));
    expect(artifact).toMatchObject({ kind: 'vector', name: 'v', job: 'job_1', bytes: 4, provenance, parents: [] });
    expect(readFileSync(join(lab.artifacts.path(artifact.digest), 'deep/b.txt'), 'utf8')).toBe('bee');
    expect(existsSync(staged.dir)).toBe(false);
  });

  it('twice with the same bytes is one artifact, which keeps its first origin', async () => {
    using lab = temporaryLab();
    const first = await commitFiles(lab, 'vector', { 'v.txt': 'same' });
    expect(await commitFiles(lab, 'vector', { 'v.txt': 'same' })).toBe(first);
    expect(await commitFiles(lab, 'model', { 'v.txt': 'same' })).not.toBe(first);
    expect(lab.artifacts.list().total).toBe(2);
    expect(readdirSync(join(lab.dir, 'staging'))).toEqual([]);
  });

  it('finishes what a crash left between the rename and the row', async () => {
    using lab = temporaryLab();
    const digest = await commitFiles(lab, 'vector', { 'v.txt': 'bytes' });
    lab.connection.prepare('DELETE FROM artifact').run();
    expect(lab.artifacts.find(digest)).toBeNull();
    expect(await commitFiles(lab, 'vector', { 'v.txt': 'bytes' })).toBe(digest);
    expect(lab.artifacts.get(digest).files).toHaveLength(1);
  });

  it('keeps lineage both ways, and refuses a parent that is not in the lab', async () => {
    using lab = temporaryLab();
    const parent = await commitFiles(lab, 'model', { m: 'm' });
    const child = await commitFiles(lab, 'dictionary', { d: 'd' }, [parent]);
    expect(lab.artifacts.get(child).parents).toEqual([{ digest: parent, kind: 'model', name: 'model' }]);
    expect(lab.artifacts.children(parent)).toEqual([{ digest: child, kind: 'dictionary', name: 'dictionary' }]);
    await expect(commitFiles(lab, 'dictionary', { d: 'x' }, ['e'.repeat(64)])).rejects.toThrow(/parent artifact e+ is not in this lab/);
  });

  it('refuses a link, whose bytes would be another file\'s, and an empty folder', async () => {
    using lab = temporaryLab();
    const linked = lab.artifacts.stage('model');
    symlinkSync('/etc/hostname', join(linked.dir, 'config.json'));
    await expect(lab.artifacts.commit(linked, { provenance })).rejects.toThrow(/is a link or a special file/);
    await expect(lab.artifacts.commit(lab.artifacts.stage('model'), { provenance })).rejects.toThrow(/nothing was written/);
  });

  it('sweeps what dead writers left, and only that', async () => {
    using lab = temporaryLab();
    const digest = await commitFiles(lab, 'vector', { v: 'v' });
    writeFileSync(join(lab.artifacts.stage('model').dir, 'half'), 'half');
    expect(lab.artifacts.sweep()).toBe(0);
    expect(lab.artifacts.sweep({ olderThanMs: 0 })).toBe(1);
    expect(readdirSync(join(lab.dir, 'staging'))).toEqual([]);
    expect(existsSync(lab.artifacts.path(digest))).toBe(true);
  });
});

describe('reading an artifact', () => {
  it('gives only files of its manifest, however a path is spelled', async () => {
    using lab = temporaryLab();
    const digest = await commitFiles(lab, 'vector', { 'v.txt': 'v' });
    expect(lab.artifacts.file(digest, 'v.txt').size).toBe(1);
    for (const path of ['../../lab.sqlite', './v.txt', '/etc/passwd', 'v.txt/', '..\\v.txt', '']) {
      expect(() => lab.artifacts.file(digest, path), path).toThrow(/has no file/);
    }
    for (const bad of ['..', '../artifacts', digest.toUpperCase(), `${digest}/..`]) expect(() => lab.artifacts.path(bad), bad).toThrow(/no artifact/);
  });

  it('refuses a file that was swapped for a link out of the lab', async () => {
    using lab = temporaryLab();
    const digest = await commitFiles(lab, 'vector', { 'v.txt': 'v' });
    const path = join(lab.artifacts.path(digest), 'v.txt');
    rmSync(path);
    symlinkSync(join(lab.dir, 'lab.sqlite'), path);
    expect(() => lab.artifacts.file(digest, 'v.txt')).toThrow(/leads out of the lab/);
  });
});

describe('verify', () => {
  it('finds nothing on what was committed, and each kind of change after it', async () => {
    using lab = temporaryLab();
    const damage: Record<string, (dir: string) => void> = {
      'a has other bytes than were committed': (dir) => appendFileSync(join(dir, 'a'), '!'),
      'a is missing': (dir) => rmSync(join(dir, 'a')),
      'extra was added': (dir) => writeFileSync(join(dir, 'extra'), ''),
      'its folder is missing': (dir) => rmSync(dir, { recursive: true }),
      'is a link or a special file': (dir) => symlinkSync('/etc/hostname', join(dir, 'link')),
    };
    for (const [problem, harm] of Object.entries(damage)) {
      const digest = await commitFiles(lab, 'vector', { a: problem, b: 'b' });
      expect((await lab.artifacts.verify(digest)).problems).toEqual([]);
      harm(lab.artifacts.path(digest));
      const { problems } = await lab.artifacts.verify(digest);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(problem);
    }
  });

  it('finds a record that was changed to fit changed bytes', async () => {
    using lab = temporaryLab();
    const digest = await commitFiles(lab, 'vector', { a: 'true' });
    writeFileSync(join(lab.artifacts.path(digest), 'a'), 'fake');
    lab.connection.prepare('UPDATE artifact_file SET sha256 = ?').run(sha256('fake'));
    expect((await lab.artifacts.verify(digest)).problems).toEqual([`artifact ${digest}: its record was changed`]);
  });
});
