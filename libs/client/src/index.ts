export type { AppRouter, RouterInputs, RouterOutputs } from '@sextant/router';
export { clientLinks, createClient, type ClientOptions, type SextantClient } from './createClient';
export { describeFault, type ClientFault } from './errors';
export { endOf, waitForJob, type JobWithHistory, type WaitOptions } from './waitForJob';
