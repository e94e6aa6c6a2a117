import { tf } from '@sextant/compute';
import { hashJson, SextantError } from '@sextant/schema';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint';
import type { TrainingSettings } from './settings';
import type { Run } from './step';

export interface ResumeOptions {
  /** Folder and interval of checkpoints; a run finds its own there and continues from it. */
  checkpoint?: { dir: string; every: number };
  /** `auto` continues from a checkpoint where there is one, `never` ignores it, `require` refuses to start without. */
  resume?: 'auto' | 'never' | 'require';
}

/**
 * The checkpoint a run continues from, or null.
 * @param identity hash of everything that shapes the run
 * @throws SextantError CONFLICT when the checkpoint is of another run, NOT_FOUND when one is required
 */
export function findCheckpoint({ checkpoint, resume = 'auto' }: ResumeOptions, identity: string, settings: TrainingSettings): Checkpoint | null {
  if (!checkpoint && resume === 'require') {
    throw new SextantError('INVALID_INPUT', 'resume is "require", but no checkpoint folder is given', { field: 'checkpoint' });
  }
  const found = checkpoint && resume !== 'never' ? readCheckpoint(checkpoint.dir) : null;
  if (!found) {
    if (resume !== 'require') return null;
    throw new SextantError('NOT_FOUND', `${checkpoint?.dir}: holds no checkpoint to resume from`, { file: checkpoint?.dir });
  }
  if (found.state.run === identity && found.state.backend === tf.getBackend()) return found;
  const changed = Object.entries({ ...settings, backend: tf.getBackend() }).filter(([name, value]) => {
    const before = name === 'backend' ? found.state.backend : found.state.settings[name];
    return hashJson(before ?? null) !== hashJson(value ?? null);
  });
  const names = changed.map(([name]) => name).join(', ') || 'initial weights';
  throw new SextantError('CONFLICT', `${checkpoint?.dir}: its checkpoint belongs to a run with other ${names}; use another folder, or resume: 'never'`, {
    file: checkpoint?.dir,
    field: names,
  });
}

export function saveRun(dir: string, run: Run, at: { step: number; identity: string; batches: unknown }): void {
  const { settings, training, adam, dead, fired, firedTokens } = run;
  const optimiser = adam.state();
  const variables = training.parameters.map(({ name, variable }) => [name, Float32Array.from(variable.dataSync())] as const);
  const shapes = Object.fromEntries(training.parameters.map(({ name, variable }) => [name, variable.shape]));
  const state = {
    version: 1 as const,
    step: at.step,
    run: at.identity,
    settings: { ...settings },
    backend: tf.getBackend(),
    optimiserStep: optimiser.step,
    batches: at.batches,
    training: training.state(),
    firedTokens,
  };
  const tensors = { ...Object.fromEntries(variables), ...optimiser.tensors };
  writeCheckpoint(dir, { state, tensors, silent: dead.state(), fired }, shapes);
}

/** @throws SextantError INVALID_FILE when the checkpoint's tensors are not those of this run */
export function restoreRun(run: Run, { state, tensors, silent, fired }: Checkpoint): void {
  const { training, adam, dead } = run;
  adam.load({ step: state.optimiserStep, tensors });
  for (const { name, variable } of training.parameters) {
    const values = tensors[name];
    if (values?.length !== variable.size) {
      throw new SextantError('INVALID_FILE', `the checkpoint's ${name} holds ${values?.length ?? 0} values; expected ${variable.size}`, { tensor: name });
    }
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
  dead.restore(silent);
  run.fired.set(fired);
  run.firedTokens = state.firedTokens;
  training.restore(state.training);
}
