import { Rng, tf } from '@sextant/compute';
import { loadModel, type Hook, type LanguageModel } from '@sextant/models';
import { numbersWithin } from '../agreement';
import { readTokens } from '../inputs/languageModel';
import { writeSmolLM2 } from '../inputs/smolLM2';
import type { Measured } from '../measured';
import { withoutSmolLM2 } from '../paths';
import { ourselves } from '../peers/ourselves';
import type { BenchRow } from '../row';
import { timed } from '../timed';

const name = 'steered-variants';
const settings = { block: 24, length: 128, warmup: 1, repetitions: 5 };
const doses = [-8, -4, -2, -1, 1, 2, 4, 8];
const point = `blocks.${settings.block}.hook_resid_pre`;

interface Prepared {
  model: LanguageModel;
  ids: number[];
  /** [d], length 1. */
  direction: tf.Tensor1D;
}

const pushed = (value: tf.Tensor, direction: tf.Tensor1D, dose: number) => tf.add(value, tf.mul(direction, dose));

/** Logits after the prompt's last token, [rows, vocabulary]. */
function lastLogits(model: LanguageModel, readout: tf.Tensor3D): tf.Tensor {
  return model.unembed(tf.slice(readout, [0, readout.shape[1] - 1, 0], [-1, 1, -1]));
}

/** The blocks below the hook once; eight variants of its value as one batch above it. */
function together({ model, ids, direction }: Prepared): Float32Array {
  return tf.tidy(() => {
    const kept: tf.Tensor[] = [];
    model.run({ ids: [ids] }, { stopAt: point, hooks: [{ point, fn: (value) => void kept.push(tf.keep(tf.clone(value))) }] });
    const [below] = kept;
    const variants = tf.concat(doses.map((dose) => pushed(below!, direction, dose)), 0).as3D(doses.length, ids.length, model.config.dModel);
    const readout = model.readout({ ids: doses.map(() => ids) }, { from: { block: settings.block, residual: variants } });
    below!.dispose();
    return Float32Array.from(lastLogits(model, readout).dataSync());
  });
}

function apart({ model, ids, direction }: Prepared): Float32Array {
  const rows = doses.map((dose) => {
    const hooks: Hook[] = [{ point, fn: (value) => pushed(value, direction, dose) }];
    return tf.tidy(() => Float32Array.from(lastLogits(model, model.readout({ ids: [ids] }, { hooks })).dataSync()));
  });
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

async function measure(inputs: string, work: (prepared: Prepared) => Float32Array): Promise<Measured> {
  const model = await loadModel(inputs);
  const ids = [...readTokens(inputs).tokens.subarray(0, settings.length)];
  const values = new Rng(3).normals(model.config.dModel);
  const direction = tf.tidy(() => tf.tensor1d(values.map((value) => value / Math.hypot(...values))));
  const { seconds, last } = await timed(() => work({ model, ids, direction }), settings);
  const rows = doses.map((_, row) => last.subarray((row * last.length) / doses.length, ((row + 1) * last.length) / doses.length));
  direction.dispose();
  model.dispose();
  return { units: doses.length, seconds, evidence: { kind: 'numbers', numbers: rows.map((row) => Math.max(...row)) }, versions: {} };
}

export const steeredVariants: BenchRow = {
  name,
  work: `${doses.length} steered variants of a prompt of ${settings.length} tokens, SmolLM2-135M, hook before block ${settings.block} of 30`,
  unit: 'variants',
  goal: { timesFaster: 3 },
  inputs: 'smollm2',
  unavailable: withoutSmolLM2,
  prepare: ({ inputs }) => writeSmolLM2(inputs),
  ours: ({ inputs }) => measure(inputs, together),
  peer: ourselves({ row: name, name: '8 separate runs, ours', run: ({ inputs }) => measure(inputs, apart) }),
  agreement: numbersWithin(1e-3, 'largest logit of each variant'),
};
