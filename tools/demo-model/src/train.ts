import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { selectBackend } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import { evaluateModel } from './evaluateModel';
import { recipe as standard } from './recipe';
import { trainDemo } from './trainDemo';

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
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const backend = await selectBackend({ log: say });
  await trainDemo({ ...standard, training: { ...standard.training, steps } }, out, { resume: values.resume ?? false, backend, say });
  if (!values['no-evaluate']) await evaluateModel(out);
}

await main();
