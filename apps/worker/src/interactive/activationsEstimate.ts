import { estimateHarvest } from '@sextant/activations';
import { readCorpus } from '@sextant/corpora';
import type { InteractiveHandler } from '@sextant/jobs';
import { resident } from '../resident';

/** Size and time of a harvest before it starts, from one timed batch. */
export const activationsEstimate: InteractiveHandler<'activations.estimate'> = async function* ({ model, corpus, hook, dtype }, { lab }) {
  yield await estimateHarvest({ model: await resident.model(lab, model), corpus: readCorpus(lab.artifacts.path(corpus)), hook, dtype });
};
