export { parentChannel } from './channel';
export { roles, startWorker, type Role, type WorkerProcess } from './startWorker';
