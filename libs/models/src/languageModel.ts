import { linear, tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import type { Architecture, ModelConfig } from './architecture';
import { toBatch, type ForwardInput, type TokenBatch } from './batch';
import { decode, type StartingPoint } from './decoder/decoder';
import { ForwardPass, Stopped } from './decoder/forwardPass';
import type { KvCache } from './decoder/kvCache';
import type { Weights } from './decoder/weights';
import { hookPointsOf, resolveHookPoint, type Hook, type HookPoint } from './hooks';
import type { JsonObject } from './json';
import { configOf } from './modelConfig';
import type { Tokenizer } from './tokenizer/tokenizer';

export interface ForwardOptions {
  hooks?: readonly Hook[];
  /** Tokens already seen; this batch continues them and is added. */
  cache?: KvCache;
  /** Start here instead of at the embedding, so that the blocks below run once for many variants. */
  from?: StartingPoint;
}

export interface RunOptions extends ForwardOptions {
  /** Leave the pass right after this point's hooks; the blocks above do not run. */
  stopAt: string;
}

/** What a model folder says beside its weights; kept for writing the folder again. */
export interface ModelFiles {
  /** config.json */
  config: JsonObject;
  /** generation_config.json; may be empty. */
  generation: JsonObject;
  /** Null where the folder has no tokenizer.json. */
  tokenizer: Tokenizer | null;
  /** Folder or file, for messages. */
  path: string;
}

/** A decoder-only transformer with named points at which its values can be read and replaced. Owns its weights. */
export class LanguageModel {
  readonly config: ModelConfig;
  /** Ids that end a generated text. */
  readonly eosIds: readonly number[];
  private readonly points: HookPoint[];
  private readonly order: ReadonlyMap<string, number>;

  constructor(
    readonly architecture: Architecture,
    private readonly weights: Weights,
    readonly files: ModelFiles,
  ) {
    this.config = configOf(architecture);
    this.points = hookPointsOf(architecture);
    this.order = new Map(this.points.map(({ name }, index) => [name, index]));
    this.eosIds = idsOf(files.generation.eos_token_id) ?? idsOf(files.config.eos_token_id) ?? idsOf(files.tokenizer?.eosId) ?? [];
  }

  /** @throws SextantError NOT_FOUND when the folder had none. */
  get tokenizer(): Tokenizer {
    const { tokenizer, path } = this.files;
    if (tokenizer) return tokenizer;
    throw new SextantError('NOT_FOUND', `${path}: this model has no tokenizer.json; add the one it was trained with to read or write text`, { file: path });
  }

  get hasTokenizer(): boolean {
    return this.files.tokenizer !== null;
  }

  /** Parameters by the engine's names, such as `blocks.0.attn.q.weight` [out, in]; they belong to the model. */
  get params(): ReadonlyMap<string, tf.Variable> {
    return this.weights.variables;
  }

  /** The matrix [vocabSize, dModel] that logits are read out with. */
  get unembedding(): tf.Tensor2D {
    return this.weights.matrix(this.architecture.tied ? 'embed.weight' : 'unembed.weight');
  }

  /** Every point that hooks can read and write, in the order of the forward pass. */
  hookPoints(): HookPoint[] {
    return this.points.map(({ name, shape }) => ({ name, shape: [...shape] }));
  }

  /**
   * Logits [batch, pos, vocabSize]; those on padding are meaningless. The caller owns the result.
   * @throws SextantError INVALID_INPUT for ids outside the vocabulary, unknown hook points, and sequences that
   * are too long for learned positions.
   */
  forward(input: ForwardInput, options: ForwardOptions = {}): tf.Tensor3D {
    const batch = toBatch(input);
    return tf.tidy(() => this.unembed(this.pass(batch, options)).as3D(batch.batch, batch.length, this.config.vocabSize));
  }

  /** What the unembedding reads: after the final norm, [batch, pos, dModel]. The caller owns the result. */
  readout(input: ForwardInput, options: ForwardOptions = {}): tf.Tensor3D {
    const batch = toBatch(input);
    return tf.tidy(() => this.pass(batch, options).as3D(batch.batch, batch.length, this.config.dModel));
  }

  /** Runs the pass up to `stopAt` for the sake of its hooks, and no further. */
  run(input: ForwardInput, options: RunOptions): void {
    try {
      tf.tidy(() => void this.pass(toBatch(input), options));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  /** Logits [..., vocabSize] of readouts [..., dModel]. The caller owns the result. */
  unembed(readout: tf.Tensor): tf.Tensor {
    const { logitSoftcap: cap } = this.architecture;
    return tf.tidy(() => {
      const logits = linear(readout, this.unembedding);
      return cap === null ? logits : tf.mul(tf.tanh(tf.div(logits, cap)), cap);
    });
  }

  /** Replaces a parameter's values; the array is copied. */
  setParameter(name: string, data: Float32Array): void {
    tf.tidy(() => {
      const variable = this.weights.variable(name);
      variable.assign(tf.tensor(data.slice(), variable.shape));
    });
  }

  dispose(): void {
    this.weights.dispose();
  }

  private pass(batch: TokenBatch, { hooks = [], cache, from, stopAt }: ForwardOptions & { stopAt?: string }): tf.Tensor {
    const stop = stopAt === undefined ? undefined : resolveHookPoint(stopAt, this.points);
    if (from) this.checkStart(from, batch.batch, batch.length, cache);
    const byPoint = this.hooksByPoint(hooks, from ? this.order.get(`blocks.${from.block}.hook_resid_pre`)! : 0, stop);
    const pass = new ForwardPass(batch, byPoint, { cache, stopAt: stop });
    const readout = decode(pass, this.architecture, this.weights, from);
    cache?.commit(batch.mask, batch.batch, batch.length);
    return readout;
  }

  /** Hooks in the order given, at points that this pass will reach. */
  private hooksByPoint(hooks: readonly Hook[], first: number, stop: string | undefined): Map<string, Hook['fn'][]> {
    const last = stop === undefined ? this.points.length - 1 : this.order.get(stop)!;
    const byPoint = new Map<string, Hook['fn'][]>();
    for (const { point, fn } of hooks) {
      const name = resolveHookPoint(point, this.points);
      const index = this.order.get(name)!;
      if (index < first || index > last) {
        throw new SextantError('INVALID_INPUT', `the hook at ${name} would never run: this pass goes from ${this.points[first]!.name} to ${this.points[last]!.name}`, {
          field: 'hooks',
          value: name,
        });
      }
      byPoint.set(name, [...(byPoint.get(name) ?? []), fn]);
    }
    return byPoint;
  }

  private checkStart({ block, residual }: StartingPoint, batch: number, length: number, cache: KvCache | undefined): void {
    const refuse = (what: string, value: unknown): never => {
      throw new SextantError('INVALID_INPUT', `cannot start the pass there: ${what}`, { field: 'from', value });
    };
    if (!(Number.isInteger(block) && block >= 0 && block < this.config.nLayers)) refuse(`there is no block ${block}, the model has ${this.config.nLayers}`, block);
    if (cache) refuse('a key–value cache needs every block to run', block);
    const expected = [batch, length, this.config.dModel];
    if (!tf.util.arraysEqual(residual.shape, expected)) refuse(`the residual has shape [${residual.shape}]; expected [${expected}]`, residual.shape);
  }
}

function idsOf(value: unknown): number[] | null {
  const list = Array.isArray(value) ? value : [value];
  const ids = list.filter((id): id is number => Number.isInteger(id));
  return ids.length > 0 ? ids : null;
}
