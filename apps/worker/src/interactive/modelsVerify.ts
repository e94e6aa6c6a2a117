import { resolve } from 'node:path';
import type { InteractiveHandler } from '@sextant/jobs';
import { verifyModelAt } from '@sextant/models';
import { backend } from '../backend';

export const modelsVerify: InteractiveHandler<'models.verify'> = async function* ({ path, references, tolerance }) {
  await backend();
  const { model, checks, ...report } = await verifyModelAt(resolve(path), { references: references && resolve(references), tolerance });
  const subject = model === null ? 'tensors of a GGUF file' : `${model.family}, ${model.parameters.toLocaleString('en')} parameters`;
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  yield { ...report, subject, checks: checks.map((check) => ({ ...check, maxAbs: finite(check.maxAbs), maxRel: finite(check.maxRel) })) };
};
