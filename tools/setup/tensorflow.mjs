// `npm run setup:tensorflow [-- --gpu]`: the `tensorflow` backend. Installs @tensorflow/tfjs-node (or -gpu) without its
// install script, then gets its native half one of two ways:
//   SEXTANT_LIBTENSORFLOW=<site-packages>/tensorflow  builds the binding against the libtensorflow of a Python wheel
//   (`pip install --no-deps tensorflow-cpu==2.15.1`; for a GPU `tensorflow`), about ten seconds;
//   without it, the package's own script downloads libtensorflow and a binding, some hundreds of megabytes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findCompiler } from './native.mjs';
import { installOptional, need, packageDir } from './optionalBackends.mjs';
import { root } from './root.mjs';

const name = process.argv.includes('--gpu') ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
installOptional({ [name]: '4.22.0' });

const dir = packageDir(name);
const wheel = process.env.SEXTANT_LIBTENSORFLOW;
if (wheel) {
  const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  for (const file of [...libraries, 'include/tensorflow/c/c_api.h']) {
    need(existsSync(path.join(wheel, file)), `SEXTANT_LIBTENSORFLOW is ${wheel}, which has no ${file}; name the folder "tensorflow" in the site-packages that pip installed it into`);
  }
  const compiler = findCompiler();
  need(compiler, 'Building the binding needs a C++ compiler: `apt-get install g++` (Debian, Ubuntu)');
  mkdirSync(path.join(dir, 'lib/napi-v8'), { recursive: true });
  console.log(`Building the binding against ${wheel} …`);
  const { include_dir } = createRequire(path.join(root, 'package.json'))('node-api-headers');
  const result = spawnSync(
    compiler.command,
    [
      '-O2', '-std=c++17', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-I', include_dir, '-I', path.join(wheel, 'include'),
      'binding/tfjs_backend.cc', 'binding/tfjs_binding.cc', '-o', 'lib/napi-v8/tfjs_binding.node',
      '-L', wheel, ...libraries.map((file) => `-l:${file}`), `-Wl,-rpath,${path.resolve(wheel)}`,
    ],
    { cwd: dir, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  need(result.status === 0, 'the binding did not compile; the messages above say why');
} else if (!existsSync(path.join(dir, 'lib/napi-v8/tfjs_binding.node'))) {
  console.log('SEXTANT_LIBTENSORFLOW is not set: running the package\'s own install script, which downloads libtensorflow …');
  const result = spawnSync(process.execPath, ['scripts/install.js', ...(name.endsWith('gpu') ? ['gpu'] : [])], { cwd: dir, stdio: 'inherit' });
  need(
    result.status === 0,
    'The download failed. Without one: pip install --no-deps tensorflow-cpu==2.15.1, then\n' +
      'SEXTANT_LIBTENSORFLOW=<site-packages>/tensorflow npm run setup:tensorflow',
  );
}

const program = "import { selectBackend } from '@sextant/compute'; await selectBackend({ name: 'tensorflow', log: console.log });";
const check = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { cwd: path.join(root, 'apps/worker'), stdio: 'inherit' });
need(check.status === 0, 'the tensorflow backend is installed but does not load; the message above says why');
console.log('Use it with SEXTANT_BACKEND=tensorflow.');
