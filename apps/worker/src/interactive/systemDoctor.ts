import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { listBackends, type BackendSpeed } from '@sextant/compute';
import type { InteractiveHandler } from '@sextant/jobs';
import { SextantError } from '@sextant/schema';

const run = promisify(execFile);
const measureOne = fileURLToPath(new URL('../measureOne.ts', import.meta.url));

/** Every backend: whether it is here, why not, and how fast it multiplies matrices and moves memory; one after another. */
export const systemDoctor: InteractiveHandler<'system.doctor'> = async function* (_params, { signal }) {
  const known = await listBackends();
  const backends = [];
  for (const { name, description, present, detail } of known) {
    const speed = present ? await measure(name, signal) : null;
    backends.push({
      name,
      available: present,
      reason: `${description}: ${detail}`,
      gflops: speed?.matMulGflops ?? null,
      gbytes: speed?.addGigabytes ?? null,
      hint: present && speed === null ? 'it is here, but did not finish a small matrix product within a minute' : null,
    });
  }
  // The order of the list is the order of choice.
  const recommended = backends.find((backend) => backend.available);
  if (recommended === undefined) throw new SextantError('UNAVAILABLE', 'no tensor backend is present; npm run setup says why');
  yield { backends, recommended: recommended.name };
};

async function measure(name: string, signal: AbortSignal): Promise<BackendSpeed | null> {
  try {
    // The loader that this process was started with, for the one it starts.
    const { stdout } = await run(process.execPath, [...process.execArgv, measureOne, name], { signal, timeout: 60_000 });
    const speed: BackendSpeed = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    return speed;
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}
