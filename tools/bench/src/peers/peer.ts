import type { SideContext } from '../row';

export interface PeerCommand {
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
}

/** The other side of a row: a process that reports one `Measured`. */
export interface Peer {
  /** For the table. */
  name: string;
  /** What is missing and the command that sets it up; null when it can run. */
  missing(): string | null;
  command(context: SideContext): PeerCommand;
}
