import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { selectBackend } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import { evaluateModel } from './evaluateModel';

const { values } = parseArgs({ options: { model: { type: 'string' } } });
if (values.model === undefined) {
  throw new SextantError('INVALID_INPUT', '--model is missing; node --import tsx tools/demo-model/src/evaluate.ts --model DIR', { field: 'model' });
}
await selectBackend({ log: (line) => process.stderr.write(`${line}\n`) });
await evaluateModel(resolve(values.model));
