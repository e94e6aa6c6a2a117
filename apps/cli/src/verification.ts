import type { Verification } from '@sextant/schema';
import { Exit } from './command';
import { exitCodes } from './exitCodes';
import { table, type Output } from './output';

/** Prints how far every reference is from what was computed; ends with a code of its own where one is beyond its tolerance. */
export function reportVerification(out: Output, report: Verification): void {
  const distance = (value: number | null) => (value === null ? 'infinite' : value === 0 ? '0' : value.toExponential(1));
  const rows = report.checks.map((check) => [
    check.tensor,
    check.compared,
    distance(check.maxAbs),
    distance(check.maxRel),
    check.tolerance,
    check.passed ? 'ok' : 'BEYOND',
  ]);
  const beyond = report.checks.filter(({ passed }) => !passed).length;
  const verdict = beyond === 0 ? `all ${rows.length} references are met` : `${beyond} of ${rows.length} references are not met`;
  const head = `${report.path}: ${report.subject}\nagainst ${report.references}`;
  out.answer(report, [head, '', table(['reference', 'values', 'max abs', 'max rel', 'allowed', ''], rows), '', verdict].join('\n'));
  if (!report.passed) throw new Exit(exitCodes.integrity);
}
