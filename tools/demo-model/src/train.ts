import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Rng, selectBackend } from '@sextant/compute';
import { initModel, saveModel, trainModel, type LanguageModel, type Tokenizer, type TrainingData } from '@sextant/models';
import { SextantError } from '@sextant/schema';
import { Curve } from './curve';
import { evaluateModel } from './evaluateModel';
import { recipe as standard, type Recipe } from './recipe';
import type { TrainingRecord } from './record';
import { worldRows } from './rows';
import { makeTokenizer } from './tokenizer';

const usage = 'node --import tsx tools/demo-model/src/train.ts --out DIR [--steps N] [--resume] [--no-evaluate]';

/** Trains the demo model into a Hugging Face folder and writes its card. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, steps: { type: 'string' }, resume: { type: 'boolean' }, 'no-evaluate': { type: 'boolean' } },
  });
  if (values.out === undefined) throw new SextantError('INVALID_INPUT', `--out is missing; ${usage}`, { field: 'out' });
  const steps = values.steps === undefined ? standard.training.steps : Number(values.steps);
  if (!Number.isInteger(steps) || steps < 1) throw new SextantError('INVALID_INPUT', `--steps ${values.steps} is not a number of steps; ${usage}`, { field: 'steps' });
  const out = resolve(values.out);
  await train({ ...standard, training: { ...standard.training, steps } }, out, values.resume ?? false);
  if (!values['no-evaluate']) await evaluateModel(out);
}

async function train(recipe: Recipe, out: string, resume: boolean): Promise<void> {
  const backend = await selectBackend({ log: say });
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
      const left = ((training.steps - point.step) * point.seconds) / Math.max(1, curveSteps(curve, point.step)) / 60;
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

/** Steps between the last point of the curve and the one before. */
function curveSteps(curve: Curve, step: number): number {
  const before = curve.points().filter((point) => point.step < step).at(-1)?.step ?? 0;
  return step - before;
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

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

await main();
