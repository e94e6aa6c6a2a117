import { resolve } from 'node:path';
import { verifyDictionaryAt } from '@sextant/dictionaries';
import type { InteractiveHandler } from '@sextant/jobs';
import { backend } from '../backend';

export const dictionariesVerify: InteractiveHandler<'dictionaries.verify'> = async function* ({ path, references }) {
  await backend();
  const report = verifyDictionaryAt(resolve(path), references === undefined ? undefined : resolve(references));
  const { architecture, d, n, notes, errors, tolerance, supportMismatches, passed } = report;
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  yield {
    path: report.path,
    references: report.references,
    subject: [`${architecture}, ${n} features of width ${d}`, ...notes].join('; '),
    checks: [
      ...errors.map(({ tensor, rows, maxAbsolute, maxRowRelative, passed: met }) => {
        return { tensor, compared: rows, maxAbs: finite(maxAbsolute), maxRel: finite(maxRowRelative), tolerance, passed: met };
      }),
      { tensor: 'active features', compared: errors[0]?.rows ?? 0, maxAbs: supportMismatches, maxRel: 0, tolerance: 0, passed: supportMismatches === 0 },
    ],
    passed,
  };
};
