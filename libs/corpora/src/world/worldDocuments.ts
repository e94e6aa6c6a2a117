import { Rng } from '@sextant/compute';
import type { Document } from '../document';
import { characterProse } from './characterProse';
import { dialogue } from './dialogue';
import { pickWeighted } from './draw';
import { factProse } from './factProse';
import { story } from './story';
import type { World } from './world';

export interface WorldDocumentOptions {
  seed: number;
  /** Share of documents that are dialogues; stories, fact prose and prose about characters divide the rest 16 : 11 : 3. */
  dialogueShare?: number;
}

export const defaultDialogueShare = 0.7;
const restWeights = { story: 16, facts: 11, characters: 3 };

const writers = {
  dialogue,
  story,
  facts: factProse,
  characters: (_: World, rng: Rng) => characterProse(rng),
} satisfies Record<string, (world: World, rng: Rng) => Document>;

/** An endless, reproducible stream of the world's documents. Different seeds give different text about the same world. */
export function* worldDocuments(world: World, { seed, dialogueShare = defaultDialogueShare }: WorldDocumentOptions): Generator<Document> {
  const rng = new Rng(seed).fork('documents');
  for (;;) {
    const kind = rng.uniform() < dialogueShare ? 'dialogue' : pickWeighted(rng, restWeights);
    yield writers[kind](world, rng);
  }
}
