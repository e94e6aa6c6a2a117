import { defineArchitecture } from './architecture';
import { jumpreluTranscoder } from './jumpreluTranscoder';

/** JumpReLU transcoder with a linear path beside it. */
export const jumpreluSkipTranscoder = defineArchitecture({
  ...jumpreluTranscoder,
  name: 'jumprelu_skip_transcoder',
  tensors: { ...jumpreluTranscoder.tensors, W_skip: ['dOut', 'd'] },
});
