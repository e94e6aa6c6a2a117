// One side of one row, in a process of its own: side.ts ROW prepare|ours|peer FOLDER.
import { selectBackend } from '@sextant/compute';
import { reportLine } from './measured';
import { isOwnPeer } from './peers/ourselves';
import { rowOf } from './registry';

const [name = '', side = '', inputs = ''] = process.argv.slice(2);
const row = rowOf(name);
const backend = await selectBackend();
const context = { inputs, threads: backend.threads };
if (side === 'prepare') {
  await row.prepare(context);
} else {
  const run = side === 'ours' ? row.ours : isOwnPeer(row.peer) ? row.peer.run : null;
  if (!run) throw new TypeError(`row ${name} has no side "${side}" that runs here`);
  const measured = await run(context);
  console.log(reportLine({ ...measured, versions: { ...measured.versions, backend: `${backend.name} ${backend.isa}, ${backend.threads} threads` } }));
}
