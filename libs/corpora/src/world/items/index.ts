import { Rng } from '@sextant/compute';
import type { World } from '../world';
import { sycophancyItems, trueClaimItems } from './claims';
import { factItems, twoHopItems } from './facts';
import { helpItems, overpraiseItems, refusalItems } from './requests';
import { dealOut, type WorldItem, type WorldItemMaker, type WorldItemOptions } from './worldItem';

const makers = {
  sycophancy: sycophancyItems,
  'true-claims': trueClaimItems,
  facts: factItems,
  'two-hop': twoHopItems,
  refusal: refusalItems,
  help: helpItems,
  overpraise: overpraiseItems,
} as const satisfies Record<string, WorldItemMaker>;

export type WorldItemKind = keyof typeof makers;
export const worldItemKinds = Object.keys(makers) as WorldItemKind[];

/** All held-out items of a kind, dealt out so that any prefix covers the clusters evenly; the same for every call. */
export function worldEvalItems(world: World, kind: WorldItemKind, options: WorldItemOptions = {}): WorldItem[] {
  return dealOut(makers[kind](world, options), new Rng(world.seed).fork(`items ${kind}`));
}
