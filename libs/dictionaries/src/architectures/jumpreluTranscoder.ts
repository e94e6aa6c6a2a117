import { defineArchitecture } from './architecture';
import { encodeJumpRelu, jumprelu } from './jumprelu';

/** JumpReLU transcoder (Gemma Scope 2). */
export const jumpreluTranscoder = defineArchitecture({
  ...jumprelu,
  name: 'jumprelu_transcoder',
  transcoder: true,
  encode: (call) => encodeJumpRelu({ ...call, center: undefined }),
});
