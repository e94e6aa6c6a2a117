import { SextantError } from '@sextant/schema';
import { tf } from '@sextant/compute';

/** What a harvest asks of a model; LanguageModel has it. */
export interface HarvestModel {
  readonly tokenizer: { readonly specialIds: ReadonlySet<number> };
  /** Every point with its shape, such as ['batch', 'pos', 512]. */
  hookPoints(): { name: string; shape: readonly (string | number)[] }[];
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
 * @throws SextantError INVALID_INPUT when the model has no such hook or it holds no vector per token.
 */
export async function captureHook(
  model: HarvestModel,
  hook: string,
  input: { ids: Int32Array; mask: Int32Array; batch: number; length: number },
): Promise<Captured> {
  const point = model.hookPoints().find(({ name }) => name === hook);
  if (!point) {
    throw new SextantError('INVALID_INPUT', `the model has no hook point ${JSON.stringify(hook)}; its hookPoints() lists what it has`, { field: 'hook', value: hook });
  }
  if (point.shape[0] !== 'batch' || point.shape[1] !== 'pos' || point.shape.length < 3) {
    throw new SextantError('INVALID_INPUT', `${hook} has shape [${point.shape.join(', ')}], not one vector per token: it cannot be harvested`, {
      field: 'hook',
      value: hook,
    });
  }
  const seen: tf.Tensor[] = [];
  try {
    model.run(input, {
      stopAt: hook,
      hooks: [{ point: hook, fn: (value) => void seen.push(tf.keep(value.clone())) }],
    });
    const [captured] = seen;
    if (!captured) throw new SextantError('INTERNAL', `the model ran to ${hook} without calling its hook`);
    const values = await captured.data<'float32'>();
    return { values, d: values.length / (input.batch * input.length) };
  } finally {
    for (const tensor of seen) tensor.dispose();
  }
}
