import type { ExecutorRegistry } from '@sextant/jobs';

/** Job kind → its executor's module, loaded when a job of that kind is first claimed. One line per kind. */
export const executors: ExecutorRegistry = {};
