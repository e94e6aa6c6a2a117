import { defineArchitecture } from './architecture';
import { topk } from './topk';

/** TopK transcoder: reads one hook, reconstructs another (sparsify's `transcode`). The input is not centred. */
export const topkTranscoder = defineArchitecture({ ...topk, name: 'topk_transcoder', transcoder: true });

/** With a linear path beside it: forward adds W_skip x of the raw input; encode and decode do not know it. */
export const topkSkipTranscoder = defineArchitecture({ ...topkTranscoder, name: 'topk_skip_transcoder', tensors: { ...topk.tensors, W_skip: ['dOut', 'd'] } });

/** A TopK dictionary with such a path. */
export const topkSkip = defineArchitecture({ ...topk, name: 'topk_skip', tensors: { ...topk.tensors, W_skip: ['dOut', 'd'] } });
