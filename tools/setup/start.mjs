// `npm start`: installs what is missing, then runs first light on an empty lab and serves the workbench.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from './ensure.mjs';
import { ensureWorkbench } from './workbench.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const log = (line) => console.error(line);

await ensure({ log });
ensureWorkbench(root, log);
const cli = spawn(process.execPath, [join(root, 'apps/cli/bin/sextant.mjs'), 'start', ...process.argv.slice(2)], { stdio: 'inherit' });
// The terminal sends Ctrl-C to the whole group; the child decides how to stop, we only report its end.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && cli.kill(signal));
cli.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
