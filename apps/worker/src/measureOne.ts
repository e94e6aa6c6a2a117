// Loads and measures one backend in a process of its own and prints what it found, as one line of JSON: a process
// computes on one backend only, and one that brings the process down must not bring down the doctor.
import { backendStatus, kernelSupport, measureBackend, selectBackend, type BackendSpeed, type BackendStatus, type KernelSupport } from '@sextant/compute';

export interface BackendMeasurement {
  status: BackendStatus;
  speed: BackendSpeed | null;
  kernels: Record<string, KernelSupport> | null;
}

const [name = ''] = process.argv.slice(2);
const status = await backendStatus(name);
const found: BackendMeasurement = { status, speed: null, kernels: null };
if (status.present) {
  await selectBackend({ name });
  found.speed = await measureBackend();
  found.kernels = kernelSupport(name);
}
process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0));
