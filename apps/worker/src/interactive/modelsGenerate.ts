import type { InteractiveHandler } from '@sextant/jobs';
import { generateStream } from '@sextant/models';
import { promptIds } from '../prompt';
import { resident } from '../resident';

/** Continues a prompt token by token; the last event holds the whole text. */
export const modelsGenerate: InteractiveHandler<'models.generate'> = async function* (params, { lab, signal }) {
  const model = await resident.model(lab, params.model);
  const { maxNewTokens, temperature, topP, seed } = params;
  const started = performance.now();
  const stream = generateStream(model, [promptIds(model, params)], { maxNewTokens, temperature, topP, seed, signal });
  let tokens = 0;
  for (;;) {
    const { done, value } = await stream.next();
    if (done) {
      const seconds = (performance.now() - started) / 1000;
      yield { type: 'done', text: value[0]?.text ?? '', tokens, tokensPerSecond: tokens / seconds };
      return;
    }
    tokens += 1;
    yield { type: 'token', text: value.text, id: value.id };
  }
};
