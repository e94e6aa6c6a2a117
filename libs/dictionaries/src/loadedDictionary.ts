import { codeColumns, decodeCodes, denseCodes, readCodes, rowNorms, scaleCodes, scaleRows, tf, type Codes } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import type { Architecture, Weights } from './architectures/architecture';
import { architectureOf } from './architectures/registry';
import type { DictionaryConfig, WeightArray, WeightArrays } from './config';
import type { Dictionary, SparseActivations } from './dictionary';
import { transposed } from './matrix';
import type { Normalisation, Normalised } from './normalisation/normalisation';
import { normalisationOf } from './normalisation/registry';

/** A row this close to length 1 is taken as it is: float32 cannot hold a unit vector better. */
const unitTolerance = 1e-6;

interface Encoded {
  codes: Codes;
  normalised: Normalised;
}

/** The Dictionary of weights in memory. `rawEncode` and `rawDecode` speak the file's own units. */
export class LoadedDictionary implements Dictionary {
  readonly architecture: string;
  readonly d: number;
  readonly dOut: number;
  readonly n: number;
  readonly hook: string | null;
  readonly bDec: Float32Array;
  private readonly kind: Architecture;
  private readonly normalisation: Normalisation;
  private readonly weights: Weights;
  /** Decoder rows of length 1; the decoder itself where they already are. */
  private readonly unitDecoder: tf.Tensor2D;
  readonly decoderNorms: Float32Array;
  /** What the tensors do not keep: lone numbers in float64, and how each array was stored. */
  private readonly stored: WeightArrays;

  /**
   * @param arrays tensors by SAELens names and in its layouts, already checked against `config`
   * @param applied scalar multiplied into x before encoding; 1 where it is folded into the weights
   * @param scale the scalar of training, folded or not
   */
  constructor(
    readonly config: DictionaryConfig,
    arrays: WeightArrays,
    private readonly applied = 1,
    readonly scale = applied,
    readonly notes: readonly string[] = [],
  ) {
    this.architecture = config.architecture;
    [this.d, this.dOut, this.n] = [config.d, config.dOut, config.n];
    this.hook = hookOf(config.metadata);
    this.kind = architectureOf(config.architecture);
    this.normalisation = normalisationOf(config.normalisation);
    const { W_enc: encoder, W_dec: decoder, b_dec: bias, ...others } = arrays;
    if (!encoder || !decoder || !bias) throw new TypeError('a dictionary needs W_enc, W_dec and b_dec');
    const withoutData = (array: WeightArray) => (array.shape.length === 0 ? array : { ...array, data: new Float32Array(0) });
    this.stored = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, withoutData(array)]));
    const matrix = tf.tensor2d(Float32Array.from(decoder.data), [this.n, this.dOut]);
    const norms = rowNorms(matrix);
    this.decoderNorms = Float32Array.from(norms.dataSync());
    const unit = this.decoderNorms.every((norm) => Math.abs(norm - 1) <= unitTolerance);
    this.unitDecoder = unit ? matrix : tf.tidy(() => scaleRows(matrix, tf.divNoNan(1, norms).as1D()));
    this.weights = {
      encoder: tf.tensor2d(transposed(Float32Array.from(encoder.data), this.d, this.n), [this.n, this.d]),
      decoder: matrix,
      decoderNorms: norms,
      decoderBias: tf.tensor1d(Float32Array.from(bias.data)),
      tensors: Object.fromEntries(Object.entries(others).map(([name, { data, shape }]) => [name, tf.tensor(Float32Array.from(data), shape)])),
    };
    this.bDec = Float32Array.from(bias.data, (value) => value / applied);
  }

  encode(x: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => {
      const { codes, normalised } = this.encodeNormalised(x);
      return this.inModelUnits(denseCodes(this.unitRows(codes)), normalised);
    });
  }

  encodeSparse(x: tf.Tensor2D): SparseActivations {
    return tf.tidy(() => {
      const { codes, normalised } = this.encodeNormalised(x);
      const { rowOffsets, indices, values } = readCodes(this.unitRows(codes));
      const units = typeof normalised.unit === 'number' ? null : normalised.unit.dataSync();
      for (let row = 0; row + 1 < rowOffsets.length; row++) {
        const unit = units ? units[row]! : normalised.unit;
        if (typeof unit !== 'number' || unit === 1) continue;
        for (let i = rowOffsets[row]!; i < rowOffsets[row + 1]!; i++) values[i]! *= unit;
      }
      return { rowOffsets, indices, values };
    });
  }

  encodeOne(x: tf.Tensor2D, features: readonly number[]): tf.Tensor2D {
    return tf.tidy(() => {
      const { codes, normalised } = this.encodeNormalised(x, Int32Array.from(new Set(features)).sort());
      return this.inModelUnits(codeColumns(this.unitRows(codes), features), normalised);
    });
  }

  decode(activations: tf.Tensor2D, x?: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => {
      const sum = tf.matMul(activations, this.unitDecoder);
      if (this.kind.transcoder || !this.normalisation.perToken) return tf.add(sum, this.bDec).as2D(sum.shape[0]!, this.dOut);
      if (!x) {
        throw new SextantError('INVALID_INPUT', `decode of a ${this.config.normalisation} dictionary needs the activations x it encoded: each token has its own scale`, {
          field: 'x',
        });
      }
      const { unit, offset } = this.normalisation.apply(x, this.applied);
      const restored = tf.add(sum, tf.mul(this.weights.decoderBias, unit));
      return (offset ? tf.add(restored, offset) : restored).as2D(sum.shape[0]!, this.dOut);
    });
  }

  reconstruct(x: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => {
      const output = this.rawDecode(this.rawEncode(x), x);
      const skip = this.weights.tensors.W_skip;
      return skip ? tf.add(output, tf.matMul(x, skip.as2D(this.dOut, this.d), false, true)).as2D(...output.shape) : output;
    });
  }

  /** The codes f as the file's library computes them. Codes are the caller's to dispose. */
  rawEncode(x: tf.Tensor2D): Codes {
    // Codes hold tensors beside plain fields, so the scope is closed by hand.
    tf.engine().startScope();
    const { codes } = this.encodeNormalised(x);
    tf.engine().endScope(codes.layout === 'dense' ? [codes.dense] : [codes.offsets, codes.features, codes.values]);
    return codes;
  }

  /** The reconstruction of codes f, in model units; without the linear path of a skip transcoder. */
  rawDecode(codes: Codes, x: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => {
      const rows = this.kind.unitRows?.(this.config.options) ? this.unitDecoder : this.weights.decoder;
      const decoded = decodeCodes(codes, rows, this.weights.decoderBias);
      if (this.kind.transcoder) return decoded;
      const { unit, offset } = this.normalisation.apply(x, this.applied);
      if (unit === 1) return decoded;
      const scaled = tf.mul(decoded, unit);
      return (offset ? tf.add(scaled, offset) : scaled).as2D(...decoded.shape);
    });
  }

  decoderRow(feature: number): Float32Array {
    this.checkFeature(feature);
    return rowOf(this.unitDecoder, feature);
  }

  encoderRow(feature: number): Float32Array {
    this.checkFeature(feature);
    const norm = this.decoderNorms[feature]!;
    return rowOf(this.weights.encoder, feature).map((value) => value * norm);
  }

  /** Tensors by SAELens names and in its layouts, exactly as they were given. */
  arrays(): WeightArrays {
    const { encoder, decoder, decoderBias, tensors } = this.weights;
    const named: Record<string, tf.Tensor> = { W_enc: encoder, W_dec: decoder, b_dec: decoderBias, ...tensors };
    const entries = Object.entries(this.stored).map(([name, array]): [string, WeightArray] => {
      if (array.shape.length === 0) return [name, array];
      const data = Float32Array.from(named[name]!.dataSync());
      return [name, { ...array, data: name === 'W_enc' ? transposed(data, this.n, this.d) : data }];
    });
    return Object.fromEntries(entries);
  }

  dispose(): void {
    const { tensors, ...named } = this.weights;
    tf.dispose([...Object.values(named), ...Object.values(tensors)]);
    this.unitDecoder.dispose();
  }

  private encodeNormalised(x: tf.Tensor2D, subset?: Int32Array): Encoded {
    if (x.shape[1] !== this.d) {
      throw new SextantError('INVALID_INPUT', `activations [${x.shape}] meet a dictionary of width ${this.d}; they come from another hook or model`, {
        field: 'x',
        value: x.shape,
      });
    }
    const normalised = this.normalisation.apply(x, this.applied);
    const center = this.config.applyDecoderBiasToInput && !this.kind.transcoder ? this.weights.decoderBias : undefined;
    return { codes: this.kind.encode({ x: normalised.x, weights: this.weights, options: this.config.options, center, subset }), normalised };
  }

  /** f_i · ‖W_dec_i‖ */
  private unitRows(codes: Codes): Codes {
    const already = this.unitDecoder === this.weights.decoder || this.kind.unitRows?.(this.config.options);
    return already ? codes : scaleCodes(codes, this.weights.decoderNorms);
  }

  private inModelUnits(activations: tf.Tensor2D, { unit }: Normalised): tf.Tensor2D {
    if (this.kind.transcoder || unit === 1) return activations;
    return tf.mul(activations, unit).as2D(...activations.shape);
  }

  private checkFeature(feature: number): void {
    if (Number.isInteger(feature) && feature >= 0 && feature < this.n) return;
    throw new SextantError('INVALID_INPUT', `feature ${feature} is not in this dictionary of ${this.n} (0 to ${this.n - 1})`, { field: 'feature', value: feature });
  }
}

function rowOf(matrix: tf.Tensor2D, row: number): Float32Array {
  return tf.tidy(() => Float32Array.from(tf.slice(matrix, [row, 0], [1, matrix.shape[1]]).dataSync()));
}

function hookOf(metadata: Record<string, unknown>): string | null {
  return typeof metadata.hook_name === 'string' ? metadata.hook_name : null;
}

