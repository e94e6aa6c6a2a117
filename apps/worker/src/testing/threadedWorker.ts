// The counting worker as a backend that leaves the main thread runs it.
import { runInThread } from '../ownThread';

process.exit(await runInThread(new URL('./countingWorker.ts', import.meta.url)));
