// Measures one backend in a process of its own and prints what it found: a process computes on one backend only.
import { measureBackend, selectBackend } from '@sextant/compute';

const [name] = process.argv.slice(2);
await selectBackend({ name });
console.log(JSON.stringify(await measureBackend()));
