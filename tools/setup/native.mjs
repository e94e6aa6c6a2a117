// Builds libs/compute/native into one Node-API addon by calling the C++ compiler directly: no node-gyp, no Python,
// no download. Kernel files are compiled once per instruction set, each into a namespace of that name.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, seconds } from './root.mjs';

const sourceDir = path.join(root, 'libs/compute/native/src');
const buildRoot = path.join(root, 'libs/compute/native/build', `${process.platform}-${process.arch}`);

// Shared by all instruction sets and compiled for the least of them, so that the addon loads on any processor.
const sharedFiles = ['addon.cc', 'call.cc', 'pool.cc'];

const instructionSets =
  process.arch === 'x64'
    ? [
        { name: 'baseline', flags: [] },
        { name: 'avx2', flags: ['-mavx2', '-mfma'] },
        {
          name: 'avx512',
          flags: ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx512bw', '-mfma', '-mprefer-vector-width=512'],
        },
      ]
    : [{ name: 'baseline', flags: [] }];

const commonFlags = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-fvisibility=hidden',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-ffp-contract=fast',
  '-pthread',
  '-DNAPI_VERSION=8',
];

/**
 * How the addon may be built: for use, or with checks of memory and of undefined behaviour in every access
 * (`npm run test:sanitize`). Each has a folder of its own.
 */
const variants = {
  release: { dir: buildRoot, flags: [] },
  sanitize: {
    dir: path.join(buildRoot, 'sanitize'),
    flags: ['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'],
  },
};

const linkFlags = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-pthread'];

/** The C++ compiler to use: $CXX, else the first of c++, g++, clang++ that runs. Null where there is none. */
export function findCompiler() {
  for (const command of [process.env.CXX, 'c++', 'g++', 'clang++']) {
    if (!command) continue;
    const result = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (result.status === 0) return { command, version: result.stdout.split('\n')[0] };
  }
  return null;
}

function headersDir() {
  const require = createRequire(path.join(root, 'package.json'));
  return require('node-api-headers').include_dir;
}

const hashOf = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 24);
};

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${command} ${args.join(' ')}\n${output}`))));
  });
}

async function inParallel(jobs, width) {
  const queue = [...jobs];
  const worker = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) await job();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

const accepts = (compiler, flags) =>
  flags.length === 0 || spawnSync(compiler.command, [...flags, '-fsyntax-only', '-x', 'c++', os.devNull]).status === 0;

/** Flags a source asks for on its first line: `// compile with: -ffp-contract=off`. */
const ownFlags = (text) => /^\/\/ compile with: (.*)$/m.exec(text.slice(0, 200))?.[1].trim().split(/\s+/) ?? [];

function readSources() {
  const texts = new Map(readdirSync(sourceDir).sort().map((file) => [file, readFileSync(path.join(sourceDir, file), 'utf8')]));
  // This script decides how they are compiled, so it is one of the sources.
  const recipe = readFileSync(fileURLToPath(import.meta.url), 'utf8');
  return { texts, hash: hashOf(recipe, ...[...texts].flat()) };
}

/** A file's text with those of all headers it includes, directly or not. */
function withHeaders(file, texts, seen = new Set()) {
  if (seen.has(file) || !texts.has(file)) return [];
  seen.add(file);
  const text = texts.get(file);
  const included = [...text.matchAll(/^#include "(.+)"/gm)].flatMap((match) => withHeaders(match[1], texts, seen));
  return [file, text, ...included];
}

/** Everything to compile: one entry per object, named by a hash of all it is made from. */
function plan(compiler, texts, variant) {
  const sets = instructionSets.filter((set) => accepts(compiler, set.flags));
  const available = sets.map((set) => `-DSEXTANT_HAS_${set.name.toUpperCase()}`);
  const objects = [];
  const add = (file, label, shared) => {
    const flags = [...shared, ...ownFlags(texts.get(file)), ...variant.flags];
    const hash = hashOf(compiler.version, flags.join(' '), ...withHeaders(file, texts));
    objects.push({ source: path.join(sourceDir, file), flags, object: path.join(variant.dir, 'objects', `${label}.${hash}.o`) });
  };
  for (const file of [...texts.keys()].filter((name) => name.endsWith('.cc'))) {
    const name = file.slice(0, -3);
    if (sharedFiles.includes(file)) add(file, name, [...commonFlags, ...available]);
    else for (const set of sets) add(file, `${name}.${set.name}`, [...commonFlags, ...set.flags, `-DSEXTANT_ISA=${set.name}`]);
  }
  return objects;
}

/** An addon of other sources would fail in the middle of a computation: better none, and WebAssembly. */
function skip(reason, addonPath) {
  rmSync(addonPath, { force: true });
  return { state: 'skipped', reason };
}

/**
 * Builds the addon where sources or flags changed; otherwise does nothing.
 * @returns {Promise<{ state: 'ready' | 'built' | 'skipped', reason: string, addonPath: string }>}
 */
export async function ensureNative({ log = console.log, as = 'release' } = {}) {
  const variant = variants[as];
  const addonPath = path.join(variant.dir, 'sextant.node');
  return { ...(await build(variant, addonPath, log)), addonPath };
}

async function build(variant, addonPath, log) {
  const buildDir = variant.dir;
  const { texts, hash } = readSources();
  const stamp = path.join(buildDir, 'sextant.hash');
  if (existsSync(addonPath) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    return { state: 'ready', reason: 'native backend up to date' };
  }
  if (process.platform === 'win32') {
    return skip('the native backend needs g++ or clang++ on Linux or macOS; TF.js runs on WebAssembly here', addonPath);
  }
  const compiler = findCompiler();
  if (!compiler) {
    return skip(
      'no C++ compiler found (c++, g++, clang++ or $CXX). TF.js will run on WebAssembly, many times slower. ' +
        'To get the native backend: `apt-get install g++` (Debian, Ubuntu) or `xcode-select --install` (macOS), then `npm run setup`',
      addonPath,
    );
  }
  const objects = plan(compiler, texts, variant);
  const started = Date.now();
  mkdirSync(path.join(buildDir, 'objects'), { recursive: true });
  const missing = objects.filter((item) => !existsSync(item.object));
  log(`Building the native backend: ${missing.length} of ${objects.length} files with ${compiler.command} (about a minute the first time) …`);
  const include = headersDir();
  // Written beside and renamed: two builds at once, or one cut short, never leave half a file under the final name.
  const compile = async ({ source, flags, object }) => {
    const partial = `${object}.${process.pid}.part`;
    await run(compiler.command, [...flags, '-I', include, '-c', source, '-o', partial]);
    renameSync(partial, object);
  };
  try {
    await inParallel(missing.map((item) => () => compile(item)), os.availableParallelism());
    const partial = `${addonPath}.${process.pid}.part`;
    await run(compiler.command, [...linkFlags, ...variant.flags, '-o', partial, ...objects.map((item) => item.object)]);
    renameSync(partial, addonPath);
  } catch (error) {
    // Whoever is editing a kernel keeps the addon that worked before.
    const instead = existsSync(addonPath) ? 'the one built before stays in place' : 'TF.js will run on WebAssembly';
    return { state: 'skipped', reason: `the native backend did not compile; ${instead}.\n${error.message}` };
  }
  writeFileSync(stamp, hash);
  const current = new Set(objects.map((item) => path.basename(item.object)));
  for (const file of readdirSync(path.join(buildDir, 'objects'))) {
    if (file.endsWith('.o') && !current.has(file)) rmSync(path.join(buildDir, 'objects', file), { force: true });
  }
  return { state: 'built', reason: `native backend built in ${seconds(started)} with ${compiler.version}` };
}
