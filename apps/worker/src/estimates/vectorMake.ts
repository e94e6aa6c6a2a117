import { makeVector } from '@sextant/steering';
import { backend } from '../backend';
import { resident } from '../resident';
import { timed, type Estimator } from './estimator';

const SAMPLE = 4;

/** The first texts of each side are run; directions without texts take no time to speak of. */
export const vectorMake: Estimator<'vector.make'> = async ({ model: digest, hook, method, positive = [], negative = [], seed }, { lab, signal }) => {
  await backend();
  const model = await resident.model(lab, digest);
  const d = model.config.dModel;
  const amount = positive.length + negative.length;
  if (amount === 0) return { amount, unit: 'texts', bytes: 4 * d, seconds: 0, basis: 'no text has to be run' };
  const some = { positive: positive.slice(0, SAMPLE), negative: negative.slice(0, SAMPLE) };
  const { seconds } = await timed(() => makeVector(method, { model, hook, d, ...some, seed, signal }));
  const run = some.positive.length + some.negative.length;
  return { amount, unit: 'texts', bytes: 4 * d, seconds: (seconds * amount) / run, basis: `${run} texts` };
};
