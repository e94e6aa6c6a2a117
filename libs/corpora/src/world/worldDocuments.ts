import { Rng } from '@sextant/compute';
import type { Document } from '../document';
import { dialogue } from './dialogue';
import { factProse } from './factProse';
import { story } from './story';
import type { World } from './world';

export interface WorldDocumentOptions {
  seed: number;
  /** Share of documents that are dialogues; stories and fact prose divide the rest 16 : 14. */
  dialogueShare?: number;
}

export const defaultDialogueShare = 0.7;
const storyShareOfRest = 16 / 30;

/** An endless, reproducible stream of the world's documents. Different seeds give different text about the same world. */
export function* worldDocuments(world: World, { seed, dialogueShare = defaultDialogueShare }: WorldDocumentOptions): Generator<Document> {
  const rng = new Rng(seed).fork('documents');
  for (;;) {
    if (rng.uniform() < dialogueShare) yield dialogue(world, rng);
    else yield rng.uniform() < storyShareOfRest ? story(world, rng) : factProse(world, rng);
  }
}
