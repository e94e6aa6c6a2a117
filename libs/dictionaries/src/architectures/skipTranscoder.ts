import { defineArchitecture } from './architecture';
import { transcoder } from './transcoder';

/** Transcoder with a linear path beside it: forward adds W_skip x of the raw input; encode and decode do not know it. */
export const skipTranscoder = defineArchitecture({
  ...transcoder,
  name: 'skip_transcoder',
  tensors: { ...transcoder.tensors, W_skip: ['dOut', 'd'] },
});
