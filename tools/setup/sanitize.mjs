// `npm run test:sanitize`: the tests of the kernels against an addon that checks every memory access (AddressSanitizer) and
// every operation that C++ leaves undefined (UndefinedBehaviorSanitizer). A finding ends the process that made it, and so
// fails its test. Arguments replace the list of tests.
import { spawnSync } from 'node:child_process';
import { ensureNative, findCompiler } from './native.mjs';
import { root } from './root.mjs';

// Not among them: tests that count milliseconds or memory, and those that build the addon.
const tests = [
  'libs/compute/src/ops', 'libs/compute/src/kernels', 'libs/compute/src/dictionary', 'libs/compute/src/adamW.test.ts',
  'libs/compute/src/native/native.test.ts', 'libs/compute/src/native/boundary.test.ts',
  'libs/dictionaries/src/training/training.test.ts', 'libs/models/src/training/trainModel.test.ts', 'libs/models/src/generate.test.ts',
  'libs/models/src/languageModel.test.ts',
];

const built = await ensureNative({ as: 'sanitize' });
if (built.state === 'skipped') {
  console.error(built.reason);
  process.exit(1);
}

// Node is linked to neither, so both come first: the C++ library before its exceptions are intercepted.
const library = (name) => spawnSync(findCompiler().command, [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout.trim();
// Some ten times slower than the addon for use.
const slow = ['--testTimeout=900000', '--hookTimeout=900000'];
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'unit', ...slow, ...(process.argv.length > 2 ? process.argv.slice(2) : tests)], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    LD_PRELOAD: `${library('libasan.so')} ${library('libstdc++.so.6')}`,
    // Node itself keeps memory until it ends, which is no leak of ours; the tests named leaks.test.ts look for those.
    ASAN_OPTIONS: 'detect_leaks=0:halt_on_error=1',
    UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
    SEXTANT_ADDON: built.addonPath,
    SEXTANT_BACKEND: 'native',
  },
});
process.exit(status ?? 1);
