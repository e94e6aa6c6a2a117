import { crossEntropy, tf } from '@sextant/compute';
import type { Ask } from './benchSequence';
import type { StudyModel } from './model';

/** A position whose logits are needed. */
export interface LogitRow {
  owner: number;
  /** Row-major index into [batch · pos]. */
  index: number;
  asks: readonly Ask[];
  /** The owner's end of prompt: where its KL to the baseline is taken. */
  first: boolean;
}

export interface LogitScores {
  /** log p of each ask in the order of the rows, [asks]. */
  asked: tf.Tensor1D;
  /** Log-softmax [first rows, vocabSize]. */
  firstRows(): tf.Tensor2D;
  /** KL(this ‖ reference) of the first rows. */
  divergence(reference: tf.Tensor2D): tf.Tensor1D;
}

/** Unembeds the rows' positions only. Call inside `tf.tidy`; differentiable in the readout. */
export function logitReadout(model: Pick<StudyModel, 'unembed' | 'config'>, readout: tf.Tensor3D, rows: readonly LogitRow[]): LogitScores {
  const [batch, length, width] = readout.shape;
  const flat = tf.reshape<tf.Rank.R2>(readout, [batch * length, width]);
  const vocabulary = model.config.vocabSize;
  const wanted = tf.gather(flat, tf.tensor1d(rows.map(({ index }) => index), 'int32'));
  const logits = tf.reshape<tf.Rank.R2>(model.unembed(wanted), [rows.length, vocabulary]);
  const targets = rows.map(({ asks }) => asks[0]!.target);
  const losses = crossEntropy(logits, tf.tensor1d(targets, 'int32'));
  const firstLogProbs = tf.neg(losses).as1D();
  const asked = rows.every(({ asks }) => asks.length === 1) ? firstLogProbs : relative(logits, firstLogProbs, rows, vocabulary);
  const firstRows = () =>
    tf.tidy(() => tf.logSoftmax(tf.gather<tf.Tensor2D>(logits, tf.tensor1d(rows.flatMap(({ first }, row) => (first ? [row] : [])), 'int32'))));
  return {
    asked,
    firstRows,
    divergence: (reference) =>
      tf.tidy(() => {
        const own = firstRows();
        return tf.sum(tf.mul(tf.exp(own), tf.sub(own, reference)), 1).as1D();
      }),
  };
}

/** Several targets on one row: log p_b = log p_a + (logit_b − logit_a), so that the row is normalised once. */
function relative(logits: tf.Tensor2D, firstLogProbs: tf.Tensor1D, rows: readonly LogitRow[], vocabulary: number): tf.Tensor1D {
  const flat = tf.reshape(logits, [-1]);
  const row: number[] = [];
  const own: number[] = [];
  const first: number[] = [];
  rows.forEach(({ asks }, at) => {
    for (const { target } of asks) {
      row.push(at);
      own.push(at * vocabulary + target);
      first.push(at * vocabulary + asks[0]!.target);
    }
  });
  const gap = tf.sub(tf.gather(flat, tf.tensor1d(own, 'int32')), tf.gather(flat, tf.tensor1d(first, 'int32')));
  return tf.add(tf.gather(firstLogProbs, tf.tensor1d(row, 'int32')), gap).as1D();
}
