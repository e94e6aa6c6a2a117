// Installs the packages of a backend that few machines need: into .cache/backends, which git ignores, so that neither
// node_modules nor package-lock.json changes. libs/compute/src/backends/optionalPackages.ts looks for them there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './root.mjs';

export const backendsDir = path.join(root, '.cache/backends');

/** Where an optional package lies once it is installed. */
export const packageDir = (name) => path.join(backendsDir, 'node_modules', name);

/** Version of the installed package, or null. */
export function installedVersion(name) {
  const file = path.join(packageDir(name), 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null;
}

/** Exits with the message when the condition does not hold. */
export function need(condition, message) {
  if (condition) return;
  console.error(message);
  process.exit(1);
}

/**
 * Installs packages beside those installed before. No script of theirs is run. TF.js itself must be the repository's
 * own copy, in which our kernels and tensors are registered, so the copies npm lays beside them are removed.
 * @param {Record<string, string>} packages version by name
 */
export function installOptional(packages, log = console.log) {
  const missing = Object.entries(packages).filter(([name, version]) => installedVersion(name) !== version);
  if (missing.length === 0) return;
  mkdirSync(backendsDir, { recursive: true });
  const manifest = path.join(backendsDir, 'package.json');
  const earlier = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).dependencies : {};
  writeFileSync(manifest, `${JSON.stringify({ private: true, dependencies: { ...earlier, ...packages } }, null, 2)}\n`);
  log(`Installing ${missing.map(([name, version]) => `${name} ${version}`).join(', ')} into .cache/backends …`);
  const args = ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--legacy-peer-deps'];
  const npm = process.env.npm_execpath;
  const result = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: backendsDir, stdio: ['ignore', 'ignore', 'inherit'] })
    : spawnSync('npm', args, { cwd: backendsDir, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
  need(result.status === 0, `npm install failed (exit ${result.status}); its own message is above`);
  const scope = packageDir('@tensorflow');
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    if (existsSync(path.join(root, 'node_modules/@tensorflow', name))) rmSync(path.join(scope, name), { recursive: true });
  }
}
