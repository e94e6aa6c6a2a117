// Compiles better-sqlite3 against the headers of the Node that is running. Where that cannot be done the store uses
// the npm package `libsql`, which brings its own binary; nothing is ever downloaded here.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findCompiler } from './native.mjs';
import { root, seconds } from './root.mjs';

const packageDir = path.join(root, 'node_modules/better-sqlite3');
const binary = path.join(packageDir, 'build/Release/better_sqlite3.node');

/** Kept outside node_modules, because `npm ci` empties that: one binary per version, Node ABI and platform. */
function cachedBinary() {
  const { version } = JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8'));
  const name = `better-sqlite3-${version}-abi${process.versions.modules}-${process.platform}-${process.arch}.node`;
  return path.join(root, '.cache/native', name);
}

/** Opens a database in a process of its own: a binary for another Node may crash the one that loads it. */
function loads() {
  const program = "const Database = require('better-sqlite3'); new Database(':memory:').prepare('select 1').get();";
  return spawnSync(process.execPath, ['-e', program], { cwd: root, stdio: 'ignore' }).status === 0;
}

/** Where the headers of this Node lie, as node-gyp wants it: the folder that holds include/node. */
function nodeDir() {
  const candidates = [path.dirname(path.dirname(process.execPath)), process.env.npm_config_nodedir];
  return candidates.find((dir) => {
    const header = dir && path.join(dir, 'include/node/node_version.h');
    if (!header || !existsSync(header)) return false;
    const text = readFileSync(header, 'utf8');
    const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
    return ['MAJOR', 'MINOR', 'PATCH'].map(part).join('.') === process.versions.node;
  });
}

/**
 * Since 24.19 Node's ObjectWrap, on which better-sqlite3 12 stands, asks for the current environment when an object is
 * collected, and aborts the process when an idle collection finds none. (better-sqlite3 13 does without, but wants Node 22.)
 */
function abortsOnCollection(headers) {
  return readFileSync(path.join(headers, 'include/node/node_object_wrap.h'), 'utf8').includes('RemoveEnvironmentCleanupHook');
}

function place(from, to) {
  mkdirSync(path.dirname(to), { recursive: true });
  copyFileSync(from, `${to}.${process.pid}.part`);
  renameSync(`${to}.${process.pid}.part`, to);
}

const fallback = 'the store uses the npm package libsql instead';

/**
 * @returns {{ state: 'ready' | 'built' | 'skipped', reason: string }}
 */
export function ensureSqlite({ log = console.log } = {}) {
  if (!existsSync(packageDir)) return { state: 'skipped', reason: `better-sqlite3 is not installed; ${fallback}` };
  const headers = nodeDir();
  if (headers && abortsOnCollection(headers)) {
    return { state: 'skipped', reason: `better-sqlite3 12 aborts on Node ${process.versions.node}; ${fallback}` };
  }
  const cached = cachedBinary();
  if (existsSync(binary) && loads()) return { state: 'ready', reason: 'better-sqlite3 loads' };
  if (existsSync(cached)) {
    place(cached, binary);
    if (loads()) return { state: 'ready', reason: 'better-sqlite3 put back from an earlier build' };
  }
  const compiler = findCompiler();
  if (!compiler) return { state: 'skipped', reason: `better-sqlite3 needs a C++ compiler; ${fallback}` };
  if (!headers) {
    return { state: 'skipped', reason: `better-sqlite3 needs the headers of Node ${process.versions.node} beside it (include/node); ${fallback}` };
  }
  const started = Date.now();
  log(`Compiling better-sqlite3 against ${path.join(headers, 'include/node')} (about 1.5 minutes, once) …`);
  const gyp = createRequire(path.join(root, 'package.json')).resolve('node-gyp/bin/node-gyp.js');
  // Not as an argument: npm's own `nodedir` setting, which may name another Node, would win over that.
  const result = spawnSync(process.execPath, [gyp, 'rebuild', '--release', '--jobs=max'], {
    cwd: packageDir,
    env: { ...process.env, npm_package_config_node_gyp_nodedir: headers },
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  });
  if (result.status !== 0 || !loads()) {
    const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-12).join('\n');
    return { state: 'skipped', reason: `better-sqlite3 did not compile; ${fallback}. node-gyp said:\n${said}` };
  }
  place(binary, cached);
  return { state: 'built', reason: `better-sqlite3 compiled in ${seconds(started)}` };
}
