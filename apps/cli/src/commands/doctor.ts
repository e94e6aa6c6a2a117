import type { AddCommand } from '../command';
import { withSession } from '../command';
import { table } from '../output';

export const addDoctor: AddCommand = (program) => {
  const command = program.command('doctor').description('which tensor backends are here, how fast they are, and what is missing');
  withSession(command, async ({ client, out }) => {
    const info = await client.system.info.query();
    const report = await client.system.doctor.query();
    const { node, database } = info;
    const rows = report.backends.map((backend) => [
      backend.name === report.recommended ? `${backend.name} *` : backend.name,
      backend.available ? 'yes' : 'no',
      backend.gflops === null ? null : Math.round(backend.gflops * 10) / 10,
      backend.gbytes === null ? null : Math.round(backend.gbytes * 10) / 10,
      backend.reason,
    ]);
    const hints = report.backends.flatMap(({ name, hint }) => (hint === null ? [] : [`${name}: ${hint}`]));
    out.answer(
      { ...report, node, database },
      [`node ${node}, SQLite through ${database}`, '', table(['backend', 'here', 'GFLOP/s', 'GB/s', 'why'], rows), '* used by default', ...hints].join('\n'),
    );
  });
};
