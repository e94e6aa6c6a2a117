import type { Agreement } from './agreement';
import type { Goal } from './goal';
import type { Measured } from './measured';
import type { Peer } from './peers/peer';

/** What a side is started with. */
export interface SideContext {
  /** Folder that `prepare` filled. */
  inputs: string;
  threads: number;
}

/** One line of the bench: a piece of work, who else does it, and how much faster we mean to be. */
export interface BenchRow {
  name: string;
  /** The work with its sizes. */
  work: string;
  /** What is counted: `tok`, `new tok`. */
  unit: string;
  goal: Goal;
  /** Name of the folder of inputs; rows with the same name share it. */
  inputs: string;
  /** Why the row cannot run here, with what to do; null when it can. */
  unavailable?: () => string | null;
  /** Writes what both sides read; called before every run, so it skips what is there. */
  prepare(context: SideContext): Promise<void>;
  ours(context: SideContext): Promise<Measured>;
  peer: Peer;
  agreement: Agreement;
}
