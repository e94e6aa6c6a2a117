import type { InteractiveHandler } from '@sextant/jobs';
import { finishPair, steeredPair, withDose } from '@sextant/steering';
import { promptIds } from '../prompt';
import { resident } from '../resident';
import { steeringSources } from '../steeringSources';

/** Baseline and steered continuation of one prompt, in step, with the same random numbers. */
export const steeringRun: InteractiveHandler<'steering.run'> = async function* (params, { lab, signal }) {
  const model = await resident.model(lab, params.model);
  const sources = await steeringSources(lab, params.intervention);
  const { maxNewTokens, temperature, topP, seed } = params;
  const pair = steeredPair(model, promptIds(model, params), params.intervention, { ...sources, maxNewTokens, temperature, topP, seed, signal });
  for (;;) {
    const { done, value } = await pair.next();
    if (done) {
      const { normRatio, kl, perplexityRatio, tokensPerSecond } = value;
      yield { type: 'done', summary: { normRatio, kl, perplexityRatio, tokensPerSecond } };
      return;
    }
    const { id: _id, ...token } = value;
    yield { type: 'token', ...token };
  }
};

/** The same prompt and seed at several doses. */
export const steeringDoses: InteractiveHandler<'steering.doses'> = async function* (params, { lab, signal }) {
  const model = await resident.model(lab, params.model);
  const sources = await steeringSources(lab, params.intervention);
  const { maxNewTokens, temperature, topP, seed } = params;
  const prompt = promptIds(model, params);
  let baseline = '';
  const doses = [];
  for (const dose of params.doses) {
    const options = { ...sources, maxNewTokens, temperature, topP, seed, signal };
    const { texts, perplexityRatio, normRatio, kl } = await finishPair(steeredPair(model, prompt, withDose(params.intervention, dose), options));
    baseline = texts.baseline;
    doses.push({ dose, text: texts.steered, perplexityRatio, normRatio, kl });
  }
  yield { baseline, doses };
};
