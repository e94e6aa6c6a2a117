import type { AddCommand } from '../command';
import { Exit, withSession } from '../command';
import { exitCodes } from '../exitCodes';
import { table } from '../output';

export const addVerify: AddCommand = (program) => {
  withSession(
    program.command('verify').description('hash every artifact again, and compute every effect and claim again from its stored items'),
    async ({ client, out }) => {
      const report = await client.lab.verify.mutate();
      const kinds = ['artifacts', 'effects', 'claims'] as const;
      const rows = kinds.map((kind) => [kind, report[kind].checked, report[kind].differing]);
      out.answer(report, [table(['', 'checked', 'differing'], rows), ...report.problems].join('\n'));
      if (kinds.some((kind) => report[kind].differing > 0) || report.problems.length > 0) throw new Exit(exitCodes.integrity);
    },
  );
};
