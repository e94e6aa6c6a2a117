import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AnyJobContext } from '@sextant/jobs';
import type { CommitOptions } from '@sextant/store';

let version: string | undefined;

/** The package version and, in a git checkout, the commit, marked `+` when the working tree differs from it. */
export function codeVersion(): string {
  version ??= [packageVersion(), commit()].filter((part) => part !== null).join(' ');
  return version;
}

function packageVersion(): string {
  const { version: own }: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return own;
}

function commit(): string | null {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
  } catch {
    return null;
  }
}

/** How the artifact of a job came to be: its spec is the config, its spec's digests the parents. */
export function madeBy(context: AnyJobContext, options: { parents: string[]; backend?: string; seed?: number; name?: string }): CommitOptions {
  const { job } = context;
  const { parents, backend = null, seed = null, name } = options;
  return { name, job: job.id, provenance: { kind: job.kind, config: job.spec, parents, seed, backend, codeVersion: codeVersion() } };
}
