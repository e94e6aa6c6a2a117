import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { Rng, type BackendInfo } from '@sextant/compute';
import { initModel, saveModel, trainModel, type LanguageModel, type Tokenizer, type TrainingData } from '@sextant/models';
import { Curve } from './curve';
import type { Recipe } from './recipe';
import type { TrainingRecord } from './record';
import { worldRows } from './rows';
import { makeTokenizer } from './tokenizer';

export interface TrainOptions {
  /** Continue from the checkpoint beside `out`, if there is one; otherwise an earlier run is forgotten. */
  resume: boolean;
  backend: BackendInfo;
  say: (line: string) => void;
}

/**
 * Trains a model by the recipe into a Hugging Face folder, with `training.json` for its card. While it runs, a checkpoint and
 * the training curve lie beside the folder.
 */
export async function trainDemo(recipe: Recipe, out: string, { resume, backend, say }: TrainOptions): Promise<void> {
  const { training } = recipe;
  const checkpoint = { file: `${out}.checkpoint.safetensors`, every: training.checkpointEvery };
  const curve = new Curve(`${out}.curve.jsonl`, Math.max(1, Math.min(100, Math.floor(training.steps / 10))));
  if (!resume) {
    rmSync(checkpoint.file, { force: true });
    curve.clear();
  }
  mkdirSync(out, { recursive: true });
  say('learning the tokenizer');
  const tokenizer = makeTokenizer(recipe);
  say(`writing ${training.steps * training.batchSize} rows of text`);
  const data = trainingData(recipe, tokenizer);
  const model = initModel(recipe.model, tokenizer, new Rng(training.seed).fork('demo model'));
  say(`training ${model.config.parameters.toLocaleString('en')} parameters for ${training.steps} steps`);
  const { learningRate, minLearningRate } = training;
  const result = await trainModel({
    ...training,
    model,
    data,
    finalShare: minLearningRate / learningRate,
    checkpoint,
    onMetrics(metrics) {
      const point = curve.push(metrics);
      if (!point) return;
      const left = ((training.steps - point.step) * (point.tokens / point.step)) / metrics.tokensPerSecond / 60;
      say(`step ${point.step}/${training.steps}  loss ${point.loss.toFixed(4)}  ${Math.round(metrics.tokensPerSecond)} tokens/s  ${left.toFixed(1)} min left`);
    },
  });
  const points = curve.points();
  const record: TrainingRecord = {
    steps: result.steps,
    tokens: result.tokens,
    minutes: points.reduce((sum, { seconds }) => sum + seconds, 0) / 60,
    backend: `${backend.name} (${backend.isa}, ${backend.threads} threads)`,
    machine: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores`,
    curve: points.map(({ seconds: _, ...point }) => point),
  };
  saveModel(model, out, { dtype: 'f16' });
  writeJson(join(out, 'generation_config.json'), generationConfig(model, tokenizer));
  writeJson(join(out, 'training.json'), record);
  model.dispose();
  rmSync(checkpoint.file, { force: true });
  curve.clear();
}

/** As many rows as the training takes, each used once. */
function trainingData(recipe: Recipe, tokenizer: Tokenizer): TrainingData {
  const { contextLength: length, steps, batchSize } = recipe.training;
  const count = steps * batchSize;
  const tokens = new Int32Array(count * length).fill(tokenizer.padId ?? 0);
  const mask = new Uint8Array(count * length);
  let row = 0;
  for (const ids of worldRows(recipe, recipe.world.trainingSeed, tokenizer)) {
    tokens.set(ids, row * length);
    mask.fill(1, row * length, row * length + ids.length);
    if (++row === count) break;
  }
  return { tokens, mask, length };
}

/** A reply ends with its document or its line. */
function generationConfig(model: LanguageModel, tokenizer: Tokenizer): Record<string, unknown> {
  const { bosId, eosId, padId } = tokenizer;
  return {
    bos_token_id: bosId,
    eos_token_id: [eosId, ...tokenizer.encode('\n', { addSpecial: false })],
    pad_token_id: padId,
    max_length: model.config.contextLength,
  };
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
