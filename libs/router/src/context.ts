import type { InteractiveGateway, EventHub, JobQueue } from '@sextant/jobs';
import type { Lab } from '@sextant/store';

/** What procedures reach: the lab's rows, the job queue, the event stream and the interactive worker. */
export interface RouterContext {
  lab: Lab;
  queue: JobQueue;
  events: EventHub;
  interactive: InteractiveGateway;
  host: { version: string; codeVersion: string };
  /** Names one request in the answer's error and in the log. */
  requestId: string;
}
