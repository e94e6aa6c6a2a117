import type { LanguageModel } from '@sextant/models';
import type { InteractiveParams } from '@sextant/schema';

type Prompted = Pick<InteractiveParams<'models.generate'>, 'prompt' | 'messages'>;

/** Token ids of a prompt (BOS in front where the model has one), or of a dialogue as the chat template renders it. */
export function promptIds(model: LanguageModel, { prompt, messages }: Prompted): number[] {
  const { tokenizer } = model;
  const text = messages ? tokenizer.applyChat(messages, { addGenerationPrompt: true }) : (prompt ?? '');
  const ids = tokenizer.encode(text, { addSpecial: false });
  const { bosId } = tokenizer;
  return bosId === null || ids[0] === bosId ? ids : [bosId, ...ids];
}
