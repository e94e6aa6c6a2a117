import type { AddCommand } from '../command';
import { withSession } from '../command';
import { capabilityTable, speedRows } from '../capabilities';
import { table } from '../output';

export const addDoctor: AddCommand = (program) => {
  const command = program
    .command('doctor')
    .description('which tensor backends are here, how fast they are, what is missing and how to get it')
    .option('--markdown', 'the capability table, kernels by backends, as in docs/backends.md');
  withSession<{ markdown?: boolean }>(command, async ({ client, out }, { markdown }) => {
    const info = await client.system.info.query();
    const report = await client.system.doctor.query();
    const { node, database } = info;
    if (markdown) {
      out.answer({ ...report, node, database }, capabilityTable(report.backends));
      return;
    }
    const hints = report.backends.flatMap(({ name, hint }) => (hint === null ? [] : [`${name} is missing; to get it: ${hint}`]));
    const [first] = report.backends.filter((backend) => backend.available);
    const advice = report.recommended === first?.name ? 'used by default, and recommended' : 'recommended: set SEXTANT_BACKEND to it';
    out.answer(
      { ...report, node, database },
      [`node ${node}, SQLite through ${database}`, '', table(['backend', 'here', 'GFLOP/s', 'GB/s', 'fused', 'why'], speedRows(report)), `* ${advice}`, ...hints].join('\n'),
    );
  });
};
