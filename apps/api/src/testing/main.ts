// The real server with the counting worker, as a process of its own: for tests that are programs themselves.
import { serve } from '../server';
import { countingWorker } from './testServer';

const [lab = ''] = process.argv.slice(2);
const server = await serve({ lab, port: 0, logLevel: 'silent', workers: 'when-needed', workerEntry: countingWorker });
console.log(server.url);
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
