// `npm run setup:webgpu`: the `webgpu` backend, for GPUs without CUDA (Metal, Vulkan, Direct3D 12). Both packages carry
// all they need (Dawn's binary is inside `webgpu`); what else it takes is the GPU's driver.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { installOptional, need } from './optionalBackends.mjs';
import { root } from './root.mjs';

installOptional({ '@tensorflow/tfjs-backend-webgpu': '4.22.0', webgpu: '0.6.2' });
const program = "import { selectBackend } from '@sextant/compute'; await selectBackend({ name: 'webgpu', log: console.log }); process.exit(0);";
const check = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { cwd: path.join(root, 'apps/worker'), stdio: 'inherit' });
need(check.status === 0, 'the webgpu backend is installed but does not start; the message above says why');
console.log('Use it with SEXTANT_BACKEND=webgpu.');
