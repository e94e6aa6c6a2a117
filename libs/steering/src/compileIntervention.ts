import { tf } from '@sextant/compute';
import type { Hook, HookContext } from '@sextant/models';
import { SextantError, hashJson, interventionSchema, type FeatureRef, type Intervention, type InterventionInput } from '@sextant/schema';
import type { AssistantStart } from './assistantTurn';
import { disturbanceOf, DisturbanceTally, type RowDisturbance } from './disturbance';
import type { Change, ReadActivation } from './operation';
import { definitionOf } from './registry';
import { touchedTokens } from './scope';
import { operationSources, type SteeringLookups } from './sources';
import { scopeSourcesOf, type SteerableModel } from './steerableModel';

export interface CompileOptions extends SteeringLookups {
  model: SteerableModel;
  /** Where the last assistant turn of a prompt begins; by the marker "Assistant:" in the tokenizer's pieces by default. */
  assistantStart?: AssistantStart;
  /** Activations [N, 1] of a feature on the value of a hook, when they are known already; null to have them computed. */
  knownActivations?: (feature: FeatureRef, value: tf.Tensor) => tf.Tensor2D | null;
  /** Measure ‖Δh‖/‖h‖ (default). Without it `stats` stays empty and steering is a little faster. */
  measure?: boolean;
  /** Sees the disturbance of each row after every call. */
  onApplied?: (rows: RowDisturbance) => void;
}

export interface CompiledIntervention {
  intervention: Intervention;
  hash: string;
  /** For `forward`, `generate`, `logProbs` and whatever else takes hooks. */
  hooks: Hook[];
  /** The hook's function on a value [batch, pos, …]. */
  apply(value: tf.Tensor, context: Omit<HookContext, 'point'>): tf.Tensor;
  /** Mean ‖Δh‖/‖h‖ over all tokens touched since the last reset; null while there are none. */
  stats(): { normRatio: number | null; touched: number };
  reset(): void;
}

/** Content hash of an intervention: defaults filled in, keys sorted. Equal interventions have equal hashes. */
export const interventionHash = (intervention: InterventionInput): string => hashJson(interventionSchema.parse(intervention));

/**
 * Turns an intervention into hooks. Operations apply in the order listed, each on what the one before left; then the
 * change is limited to the scope's tokens, so that all others keep their exact values.
 * @throws SextantError CONFLICT when two operations act on one target and the intervention refuses that; NOT_FOUND for
 * a dictionary, feature or vector that was not given; INVALID_INPUT for a hook the model lacks or widths that differ.
 */
export function compileIntervention(input: InterventionInput, options: CompileOptions): CompiledIntervention {
  const intervention = interventionSchema.parse(input);
  const { hook, operations, scope } = intervention;
  const { model, measure = true, knownActivations, onApplied } = options;
  refuseConflicts(intervention);
  const d = widthOf(hook, model);
  const sources = operationSources(options, d);
  refuseForeignDictionaries(intervention, (digest) => sources.dictionary(digest).hook);
  const changes: Change[] = operations.map((operation) => definitionOf(operation).prepare(operation, sources));
  const scopeSources = scopeSourcesOf(model, options.assistantStart);
  const tally = new DisturbanceTally();

  const apply = (value: tf.Tensor, context: Omit<HookContext, 'point'>): tf.Tensor =>
    tf.tidy(() => {
      const mask = touchedTokens(scope, context, scopeSources);
      const tokens = mask.length;
      const h = tf.reshape<tf.Rank.R2>(value, [tokens, d]);
      const touched = tf.tensor2d(mask, [tokens, 1]);
      let current = h;
      let total: tf.Tensor2D | null = null;
      for (const [index, change] of changes.entries()) {
        const seen = current;
        const read: ReadActivation = (feature) =>
          (index === 0 ? knownActivations?.(feature, value) : null) ?? sources.dictionary(feature.dictionary).encodeOne(seen, [feature.index]);
        const step = tf.mul<tf.Tensor2D>(change(seen, read), touched);
        current = tf.add(seen, step);
        total = total ? tf.add(total, step) : step;
      }
      if (measure && total) {
        const rows = disturbanceOf(h, total, mask, context.batch);
        tally.add(rows);
        onApplied?.(rows);
      }
      return tf.reshape(current, value.shape);
    });

  return {
    intervention,
    hash: hashJson(intervention),
    hooks: [{ point: hook, fn: (value, context) => apply(value, context) }],
    apply,
    stats: () => ({ normRatio: tally.normRatio, touched: tally.tokens }),
    reset: () => tally.reset(),
  };
}

/** The intervention with every dosed operation at `dose`. */
export function withDose(intervention: Intervention, dose: number): Intervention {
  return { ...intervention, operations: intervention.operations.map((operation) => definitionOf(operation).withDose(operation, dose)) };
}

function refuseConflicts({ operations, conflict }: Intervention): void {
  if (conflict === 'compose') return;
  const seen = new Map<string, number>();
  for (const [index, operation] of operations.entries()) {
    for (const target of definitionOf(operation).targets(operation)) {
      const earlier = seen.get(target);
      if (earlier !== undefined) {
        throw new SextantError('CONFLICT', `operations ${earlier} and ${index} both act on ${target}; set conflict to "compose" to apply them in this order`, {
          field: `operations.${index}`,
          value: operation.kind,
        });
      }
      seen.set(target, index);
    }
  }
}

/** Values per token at a hook. Heads are laid side by side, as dictionaries of `hook_z` do. */
function widthOf(hook: string, model: SteerableModel): number {
  const point = model.hookPoints().find(({ name }) => name === hook);
  const sizes = point?.shape.slice(2).map(Number) ?? [];
  const width = sizes.reduce((product, size) => product * size, 1);
  if (point && Number.isFinite(width) && point.shape[1] === 'pos') return width;
  throw new SextantError('INVALID_INPUT', `this model has no hook ${hook} with one vector per token`, { field: 'hook', value: hook });
}

/** An activation means something only at the hook the dictionary was trained on. */
function refuseForeignDictionaries({ hook, operations }: Intervention, hookOf: (digest: string) => string | null): void {
  for (const [index, operation] of operations.entries()) {
    for (const { dictionary } of definitionOf(operation).reads(operation)) {
      const own = hookOf(dictionary);
      if (own === null || site(own) === site(hook)) continue;
      throw new SextantError('INVALID_INPUT', `operation ${index} reads dictionary ${dictionary.slice(0, 12)}, which was trained at ${own}, not at ${hook}`, {
        field: 'hook',
        value: hook,
      });
    }
  }
}

/** `blocks.N.hook_resid_pre` is `blocks.(N − 1).hook_resid_post`. */
function site(hook: string): string {
  const match = /^blocks\.(\d+)\.hook_resid_pre$/.exec(hook);
  return match && match[1] !== '0' ? `blocks.${Number(match[1]) - 1}.hook_resid_post` : hook;
}
