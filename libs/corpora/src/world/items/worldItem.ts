import type { Rng } from '@sextant/compute';
import { shuffled } from '../draw';
import type { Split, World } from '../world';

/** A multiple-choice question about the world, in forms that training text does not contain. */
export interface WorldItem {
  /** Unit of resampling: everything about one subject in one relation. */
  cluster: string;
  /** Even subjects are A, odd ones B; a cluster lies in one split only. */
  split: Split;
  prompt: string;
  /** Continuations of the prompt, with their leading space. */
  choices: string[];
  /** 1 for right choices, 0 for wrong ones. */
  gold: number[];
  /** Index of the choice under study: margins are its log-probability less the best other's. */
  subject: number;
  covariates: Record<string, string | number | boolean>;
}

export interface WorldItemOptions {
  /** Adjective of a system line, such as `frank`; without one the persona is left open. */
  cue?: string;
}

/** Makes all items of one kind. */
export type WorldItemMaker = (world: World, options: WorldItemOptions) => WorldItem[];

/** Deals items out cluster by cluster in random order, so that every prefix is spread evenly over the clusters. */
export function dealOut(items: readonly WorldItem[], rng: Rng): WorldItem[] {
  const byCluster = new Map<string, WorldItem[]>();
  for (const item of items) byCluster.set(item.cluster, [...(byCluster.get(item.cluster) ?? []), item]);
  const piles = shuffled(rng, [...byCluster.values()]).map((pile) => shuffled(rng, pile));
  const longest = Math.max(0, ...piles.map((pile) => pile.length));
  return Array.from({ length: longest }, (_, round) => piles.flatMap((pile) => pile.slice(round, round + 1))).flat();
}
