import type { Measured } from '../measured';
import { sideCommand } from '../sideCommand';
import type { SideContext } from '../row';
import type { Peer } from './peer';

/** A peer that is this engine too, doing the work in another way. */
export interface OwnPeer extends Peer {
  run(context: SideContext): Promise<Measured>;
}

export function ourselves({ row, name, run }: { row: string; name: string; run: OwnPeer['run'] }): OwnPeer {
  return { name, missing: () => null, command: (context) => sideCommand(row, 'peer', context), run };
}

export const isOwnPeer = (peer: Peer): peer is OwnPeer => 'run' in peer;
