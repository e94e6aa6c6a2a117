import { readFileSync } from 'node:fs';
import os from 'node:os';
import { SextantError } from '@sextant/schema';

/** Threads to compute with: SEXTANT_THREADS, else one per physical core this process may use. */
export function threadsFromEnvironment(): number {
  const wanted = process.env.SEXTANT_THREADS;
  if (wanted === undefined || wanted === '') return physicalCores();
  const threads = Number(wanted);
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
    throw new SextantError('INVALID_INPUT', `SEXTANT_THREADS is "${wanted}"; set it to a whole number from 1 to 1024, or unset it`, {
      field: 'SEXTANT_THREADS',
      value: wanted,
    });
  }
  return threads;
}

/** Two hyperthreads share one set of multipliers, so a second thread on a core only takes its cache away. */
export function physicalCores(): number {
  const available = os.availableParallelism();
  if (process.platform !== 'linux') return available;
  const cores = new Set<string>();
  for (let cpu = 0; cpu < os.cpus().length; cpu++) {
    try {
      cores.add(readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'utf8').trim());
    } catch {
      return available;
    }
  }
  return Math.max(1, Math.min(available, cores.size));
}
