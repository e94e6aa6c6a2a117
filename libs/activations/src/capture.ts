import { SextantError } from '@sextant/schema';
import { tf } from '@sextant/compute';

/** What a harvest asks of a model; LanguageModel has it. */
export interface HarvestModel {
  readonly tokenizer: { readonly bosId: number | null };
  run(
    input: { ids: Int32Array; mask: Int32Array; batch: number; length: number },
    options: { hooks: { point: string; fn: (value: tf.Tensor) => void }[]; stopAt: string },
  ): unknown;
}

export interface Captured {
  /** [batch · length, d] row-major, model units. */
  values: Float32Array;
  d: number;
}

/**
 * Runs rows up to a hook point (layers above are not computed) and returns what passes there. Head
 * dimensions are joined: [B, T, H, dh] gives d = H · dh.
 * @throws SextantError INVALID_INPUT when the hook is not reached or holds no vector per token.
 */
export async function captureHook(
  model: HarvestModel,
  hook: string,
  input: { ids: Int32Array; mask: Int32Array; batch: number; length: number },
): Promise<Captured> {
  const seen: tf.Tensor[] = [];
  try {
    model.run(input, {
      stopAt: hook,
      hooks: [{ point: hook, fn: (value) => void seen.push(tf.keep(value.clone())) }],
    });
    const captured = seen[0];
    if (!captured) throw new SextantError('INVALID_INPUT', `the model never reached the hook ${hook}; its hookPoints() lists what it has`, { field: 'hook', value: hook });
    const [batch, length, ...rest] = captured.shape;
    if (batch !== input.batch || length !== input.length || rest.length === 0) {
      throw new SextantError('INVALID_INPUT', `${hook} has shape [${captured.shape.join(', ')}], not one vector per token: it cannot be harvested`, {
        field: 'hook',
        value: hook,
      });
    }
    const values = await captured.data<'float32'>();
    return { values, d: rest.reduce((product, dimension) => product * dimension, 1) };
  } finally {
    for (const tensor of seen) tensor.dispose();
  }
}
