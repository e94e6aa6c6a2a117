import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/sextant.mjs', import.meta.url));
const serverWithCountingWorker = fileURLToPath(new URL('../../api/src/testing/main.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command as a user runs it: a process with its own streams and exit code. */
class Command {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(args: string[]) {
    this.child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (chunk) => (this.stdout += String(chunk)));
    this.child.stderr?.on('data', (chunk) => (this.stderr += String(chunk)));
    this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr })));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.child.exitCode !== null) throw new Error(`it ended before: ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const sextant = (...args: string[]) => new Command(args).ended;
const model = 'a'.repeat(64);
const temporary = () => mkdtempSync(join(tmpdir(), 'sextant-cli-'));

describe('sextant on a lab that is served', () => {
  let lab: string;
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    lab = temporary();
    server = spawn(process.execPath, ['--import', tsx, serverWithCountingWorker, lab], { stdio: ['ignore', 'pipe', 'inherit'] });
    url = await new Promise((resolve) => server.stdout?.once('data', (chunk) => resolve(String(chunk).trim())));
  });
  afterAll(async () => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await gone;
    rmSync(lab, { recursive: true, force: true });
  });

  const create = (tokens: number, ...more: string[]) =>
    ['corpora', 'create', '--name', 'counts', '--model', model, '--world', '--tokens', String(tokens), '--lab', lab, ...more];

  it('finds the server by the lab\'s folder and gives one JSON document on stdout', async () => {
    const { code, stdout, stderr } = await sextant('status', '--lab', lab, '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ url, lab: { dir: lab }, counts: { models: 0 } });
  });

  it('starts work and leaves, or watches it to its end', async () => {
    const started = await sextant(...create(3, '--json'));
    expect(started.code).toBe(0);
    expect(JSON.parse(started.stdout)).toEqual({ jobId: expect.stringMatching(/^job_/) });
    const watched = await sextant(...create(30, '--watch', '--json'));
    expect(watched.code).toBe(0);
    expect(JSON.parse(watched.stdout)).toMatchObject({ status: 'succeeded', result: { artifact: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    expect(watched.stderr).toMatch(/corpus\.create {2}count {2}[█░]{20} +\d+ % {2}\d+\/30 numbers/);
  });

  it('cancels on Ctrl-C, says how to resume, and resumes', async () => {
    const command = new Command(create(500, '--watch'));
    await command.until(() => command.stderr.includes('numbers'));
    command.child.kill('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(130);
    const [, job = ''] = /sextant jobs retry (job_\w+) --watch --lab/.exec(stderr) ?? [];
    expect(job).not.toBe('');
    const shown = JSON.parse((await sextant('jobs', 'show', job, '--lab', lab, '--json')).stdout);
    expect(shown.status).toBe('cancelled');
    const resumed = await sextant('jobs', 'retry', job, '--watch', '--lab', lab, '--json');
    expect(resumed.code).toBe(0);
    const after = JSON.parse((await sextant('jobs', 'show', job, '--lab', lab, '--json')).stdout);
    expect(after.log.map((entry: { line: string }) => entry.line)).toEqual(['started', expect.stringMatching(/^resumed at \d+$/)]);
  });

  it('exports an artifact\'s files', async () => {
    const { result } = JSON.parse((await sextant(...create(4, '--watch', '--json'))).stdout);
    const folder = join(lab, 'exported/here');
    const { code, stdout } = await sextant('export', result.artifact, folder, '--lab', lab, '--json');
    expect([code, JSON.parse(stdout).files]).toEqual([0, ['bytes.bin', 'count.json']]);
    expect(JSON.parse(readFileSync(join(folder, 'count.json'), 'utf8'))).toEqual([0, 1, 4, 9]);
  });

  it('says what is wrong on stderr, as JSON where asked, and by its exit code', async () => {
    const missing = await sextant('jobs', 'show', 'job_none', '--lab', lab, '--json');
    expect(missing).toMatchObject({ code: 3, stderr: 'sextant: no job job_none in this lab\n' });
    expect(JSON.parse(missing.stdout)).toMatchObject({ error: { code: 'NOT_FOUND', field: 'id' } });
    const invalid = await sextant(...create(3, '--context', '3'));
    expect([invalid.code, invalid.stdout]).toEqual([2, '']);
    expect(invalid.stderr).toMatch(/^sextant: contextLength: .*got 3/);
    const usage = await sextant('jobs', 'list', '--status', 'asleep', '--lab', lab);
    expect([usage.code, usage.stderr]).toEqual([2, expect.stringContaining('expected queued, running')]);
    const failed = await sextant('corpora', 'create', '--name', 'fails', '--model', model, '--world', '--tokens', '3', '--watch', '--lab', lab);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('tensor W_dec of x.safetensors holds NaN');
    const unreachable = await sextant('status', '--url', 'http://127.0.0.1:9');
    expect([unreachable.code, unreachable.stderr]).toEqual([5, expect.stringContaining('does not answer')]);
  });
});

describe('sextant on a lab that nobody serves', () => {
  it('uses a server of its own and leaves nothing behind but the lab', async () => {
    const lab = temporary();
    try {
      const { code, stdout } = await sextant('status', '--lab', lab, '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ url: null, counts: { models: 0 } });
      expect(existsSync(join(lab, 'lab.sqlite'))).toBe(true);
      expect(existsSync(join(lab, 'server.json'))).toBe(false);
      const verified = await sextant('artifacts', 'verify', '--lab', lab);
      expect(verified).toMatchObject({ code: 0, stdout: '0 checked, 0 differ\n' });
    } finally {
      rmSync(lab, { recursive: true, force: true });
    }
  });

  it('serves it until Ctrl-C', async () => {
    const lab = temporary();
    try {
      const command = new Command(['serve', '--lab', lab, '--port', '0', '--json', '--log-level', 'warn']);
      await command.until(() => command.stdout.includes('\n'));
      const { url } = JSON.parse(command.stdout);
      expect((await fetch(`${url}/health`)).ok).toBe(true);
      const second = await sextant('serve', '--lab', lab, '--port', '0');
      expect([second.code, second.stderr]).toEqual([4, expect.stringContaining(`already served at ${url}`)]);
      command.child.kill('SIGINT');
      expect((await command.ended).code).toBe(0);
      expect(existsSync(join(lab, 'server.json'))).toBe(false);
      await expect(fetch(`${url}/health`)).rejects.toThrow();
    } finally {
      rmSync(lab, { recursive: true, force: true });
    }
  });
});
