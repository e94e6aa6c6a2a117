// Sets up the packages that the bench compares with: a Python environment and node-llama-cpp. Everything comes from
// PyPI and npm and lies in one folder outside git (.cache/bench/peers unless --dir names another). Needs about 6 GB,
// most of it PyTorch. Run again, it does only what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../setup/root.mjs';

const { values } = parseArgs({ options: { dir: { type: 'string' }, python: { type: 'string', default: process.env.PYTHON ?? 'python3' } } });
const dir = path.resolve(values.dir ?? path.join(root, '.cache/bench/peers'));
const here = path.dirname(new URL(import.meta.url).pathname);

/** Installed with what they ask for, or (`--no-deps`) without, because they pin old versions of what the others need. */
const pythonSteps = [
  ['install', '-r', path.join(here, 'requirements.txt')],
  ['install', '--no-deps', '-r', path.join(here, 'requirements-without-dependencies.txt')],
];
const nodePackages = ['node-llama-cpp@3.22.1'];

function run(command, args, options = {}) {
  console.log(`$ ${[command, ...args].join(' ')}`);
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error || status !== 0) {
    console.error(`peers: "${command}" failed (${error?.message ?? `exit status ${status}`}); see above, then run this again`);
    process.exit(1);
  }
}

mkdirSync(dir, { recursive: true });
const python = path.join(dir, 'python/bin/python');
if (!existsSync(python)) run(values.python, ['-m', 'venv', path.join(dir, 'python')]);
for (const args of pythonSteps) run(python, ['-m', 'pip', '--disable-pip-version-check', ...args]);

const node = path.join(dir, 'node');
mkdirSync(node, { recursive: true });
const manifest = path.join(node, 'package.json');
if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true, "type": "module" }\n');
// Its binaries are packages of their own; without scripts nothing is downloaded but packages.
const missing = nodePackages.filter((spec) => {
  const [name, version] = spec.split('@');
  const file = path.join(node, 'node_modules', name, 'package.json');
  return !existsSync(file) || JSON.parse(readFileSync(file, 'utf8')).version !== version;
});
if (missing.length > 0) run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...missing], { cwd: node });
console.log(`peers: ready in ${dir}`);
