import type { InteractiveHandler } from '@sextant/jobs';
import { resident } from '../resident';

/** Cuts a text with a model's tokenizer. */
export const modelsTokenize: InteractiveHandler<'models.tokenize'> = async function* ({ model: digest, text }, { lab }) {
  const { tokenizer } = await resident.model(lab, digest);
  const ids = tokenizer.encode(text, { addSpecial: false });
  yield { ids, pieces: ids.map((id) => tokenizer.piece(id)) };
};
