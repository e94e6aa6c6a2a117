// A worker thread starts without the loader of its process: it registers tsx itself, then runs the module it is given.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.entry);
