import { assistantStartByMarker, type AssistantStart } from './assistantTurn';
import type { ScopeSources } from './scope';

/** What steering needs to know of a model; every LanguageModel of @sextant/models has it. */
export interface SteerableModel {
  readonly config: { dModel: number; nLayers: number };
  readonly hasTokenizer: boolean;
  readonly tokenizer: { piece(id: number): string; readonly specialIds: ReadonlySet<number> };
  hookPoints(): { name: string; shape: readonly (number | string)[] }[];
}

/** How scopes are decided for a model: its special tokens, and the marker "Assistant:" unless told otherwise. */
export function scopeSourcesOf(model: SteerableModel, assistantStart?: AssistantStart): ScopeSources {
  if (!model.hasTokenizer) return { specialIds: new Set(), assistantStart };
  const { tokenizer } = model;
  return { specialIds: tokenizer.specialIds, assistantStart: assistantStart ?? assistantStartByMarker((id) => tokenizer.piece(id)) };
}
