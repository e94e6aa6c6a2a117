import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { root } from './paths';

/** What a figure depends on beside the code. */
export interface MachineFacts {
  cpu: string;
  cores: number;
  memoryGigabytes: number;
  node: string;
  threads: number;
  loadAverage: number[];
  commit: string;
  date: string;
}

export function machineFacts(threads: number): MachineFacts {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model ?? os.arch(),
    cores: os.availableParallelism(),
    memoryGigabytes: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    threads,
    loadAverage: os.loadavg().map((load) => Number(load.toFixed(2))),
    commit: commit(),
    date: new Date().toISOString(),
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
