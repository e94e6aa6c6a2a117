import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { backendNames } from '@sextant/compute';
import type { InteractiveHandler } from '@sextant/jobs';
import { SextantError } from '@sextant/schema';
import type { BackendMeasurement } from '../measureOne';

const run = promisify(execFile);
const measureOne = fileURLToPath(new URL('../measureOne.ts', import.meta.url));

/** How many times faster than the default another backend's matrix product must be, to make up for kernels that are not fused there. */
const worthSwitching = 2;

/**
 * Every backend: whether it is here, else what is missing and how to get it; how fast it multiplies matrices and moves
 * memory; how it does each kernel. Recommends the default, or one that multiplies matrices more than twice as fast.
 */
export const systemDoctor: InteractiveHandler<'system.doctor'> = async function* (_params, { signal }) {
  const backends = [];
  const runsJobs = new Set<string>();
  for (const name of backendNames()) {
    const found = await measure(name, signal);
    if ('failed' in found) {
      backends.push({ name, available: false, reason: `it did not finish a small matrix product: ${found.failed}`, gflops: null, gbytes: null, hint: null, kernels: null });
      continue;
    }
    const { status, speed, kernels } = found;
    if (status.present && status.runsJobs) runsJobs.add(name);
    backends.push({
      name,
      available: status.present,
      reason: `${status.description}: ${status.detail}`,
      gflops: speed?.matMulGflops ?? null,
      gbytes: speed?.addGigabytes ?? null,
      hint: status.present ? null : status.setup,
      kernels,
    });
  }
  // The order of the list is the order of choice.
  const [first, ...others] = backends.filter((backend) => runsJobs.has(backend.name));
  if (first === undefined) throw new SextantError('UNAVAILABLE', 'no tensor backend is present; npm run setup says why');
  const faster = others.filter((backend) => (backend.gflops ?? 0) > worthSwitching * (first.gflops ?? 0));
  const [best = first] = faster.sort((a, b) => (b.gflops ?? 0) - (a.gflops ?? 0));
  yield { backends, recommended: best.name };
};

async function measure(name: string, signal: AbortSignal): Promise<BackendMeasurement | { failed: string }> {
  try {
    // The loader that this process was started with, for the one it starts.
    const { stdout } = await run(process.execPath, [...process.execArgv, measureOne, name], { signal, timeout: 120_000 });
    const found: BackendMeasurement = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    return found;
  } catch (error) {
    if (signal.aborted) throw error;
    return { failed: error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error) };
  }
}
