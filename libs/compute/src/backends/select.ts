import { isMainThread } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import type { Availability, BackendInfo, BackendProvider } from './provider';
import { searchTidyResultsQuickly } from '../tidyResults';
import { backendProviders } from './registry';

export interface BackendStatus {
  name: string;
  description: string;
  present: boolean;
  /** Why it is absent, or what it runs on. */
  detail: string;
  /** How to get it. */
  setup: string;
  /** Whether jobs can run on it. */
  runsJobs: boolean;
}

searchTidyResultsQuickly();

const prepared = new Map<string, Promise<Availability>>();

function prepare(provider: BackendProvider): Promise<Availability> {
  let result = prepared.get(provider.name);
  if (!result) {
    Object.assign(process.env, provider.environment?.());
    result = provider.prepare();
    prepared.set(provider.name, result);
  }
  return result;
}

/** The names of all backends this build knows, in order of preference; none is loaded. */
export function backendNames(): string[] {
  return backendProviders.map((provider) => provider.name);
}

/**
 * Whether a backend must compute in a worker thread, and what the process's main thread must set in its environment
 * before that thread loads it.
 */
export function threadNeeds(name: string): { ownThread: boolean; environment: Record<string, string> } {
  const provider = backendProviders.find((candidate) => candidate.name === name);
  return { ownThread: provider?.ownThread === true, environment: provider?.environment?.() ?? {} };
}

/** Every backend this build knows, present or not, and why not. */
export async function listBackends(): Promise<BackendStatus[]> {
  return Promise.all(backendProviders.map(statusOf));
}

/** @throws SextantError UNAVAILABLE for a name this build does not know */
export async function backendStatus(name: string): Promise<BackendStatus> {
  const provider = backendProviders.find((candidate) => candidate.name === name);
  if (!provider) throw unknownBackend(name);
  return statusOf(provider);
}

async function statusOf(provider: BackendProvider): Promise<BackendStatus> {
  const { name, description, setup } = provider;
  const found = await prepare(provider);
  const detail = found.present ? `${found.detail.isa}, ${found.detail.threads} thread(s)` : found.reason;
  return { name, description, present: found.present, detail, setup, runsJobs: !provider.asynchronousOnly };
}

export interface SelectOptions {
  /** A backend by name; by default SEXTANT_BACKEND, else the best one present. */
  name?: string;
  log?: (line: string) => void;
}

/**
 * Makes TF.js compute on one backend, and says which and why.
 * @throws SextantError UNAVAILABLE when a backend asked for by name is unknown or absent
 */
export async function selectBackend({ name, log }: SelectOptions = {}): Promise<BackendInfo> {
  const wanted = name ?? (process.env.SEXTANT_BACKEND || undefined);
  const skipped: string[] = [];
  for (const provider of backendProviders) {
    if (wanted !== undefined && provider.name !== wanted) continue;
    const found = await prepare(provider);
    const usable = found.present && (await tf.setBackend(provider.name));
    if (found.present && usable) {
      await tf.ready();
      const asked = name ? 'asked for by name' : 'asked for by SEXTANT_BACKEND';
      const reason = wanted !== undefined ? asked : ['the best backend present', ...skipped].join('; ');
      const info = { name: provider.name, reason, ...found.detail };
      log?.(`backend ${info.name}: ${info.isa}, ${info.threads} thread(s) (${info.reason})`);
      if (provider.ownThread && isMainThread) log?.(`backend ${info.name}: a signal while it computes can corrupt memory; run it in a worker thread`);
      return info;
    }
    const why = found.present ? 'it did not start' : `${found.reason}; to get it: ${provider.setup}`;
    if (wanted !== undefined) {
      throw new SextantError('UNAVAILABLE', `backend "${wanted}" is not available here: ${why}`, { field: 'SEXTANT_BACKEND', value: wanted });
    }
    skipped.push(`${provider.name} skipped, ${why}`);
  }
  throw unknownBackend(wanted);
}

function unknownBackend(name: string | undefined): SextantError {
  return new SextantError('UNAVAILABLE', `backend "${name}" is unknown; choose one of ${backendNames().join(', ')}, or unset SEXTANT_BACKEND`, {
    field: 'SEXTANT_BACKEND',
    value: name,
  });
}
