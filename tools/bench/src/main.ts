// `npm run bench`: the engine beside the packages people use. See docs/performance.md.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SextantError } from '@sextant/schema';
import { goalText } from './goal';
import { machineFacts } from './machine';
import { scratch } from './paths';
import { rows, rowsNamed } from './registry';
import { exitCode, merged, table, type BenchReport } from './report';
import { runRow } from './runRow';

const usage = `npm run bench -- [options]
  --list           the rows with their goals
  --only NAME      one row, or all whose names begin with NAME; may be given several times
  --rounds N       alternating rounds (5)
  --threads N      threads of both sides (2)
  --json           print the results as JSON instead of a table
  --out FILE       also put them into a results file, in place of what it says of the same rows
  --add            … or beside its rounds of the same commit: a long row in pieces
  --table FILE     print the table of a results file; nothing is run
Peers are set up by npm run bench:peers; the curves are npm run bench:curves.`;

const { values } = parseArgs({
  options: {
    list: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    json: { type: 'boolean' },
    out: { type: 'string' },
    add: { type: 'boolean' },
    table: { type: 'string' },
    help: { type: 'boolean' },
  },
});

function positive(option: 'rounds' | 'threads'): number {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value > 0) return value;
  throw new SextantError('INVALID_INPUT', `--${option} is "${values[option]}"; expected a whole number from 1 on`, { field: option, value: values[option] });
}

async function bench(): Promise<number> {
  const chosen = values.only ? values.only.flatMap(rowsNamed) : rows;
  const [rounds, threads] = [positive('rounds'), positive('threads')];
  const log = (line: string) => console.error(line);
  const report: BenchReport = { results: [] };
  for (const row of chosen) {
    log(`${row.name}: ${row.work}`);
    const machine = machineFacts(threads);
    const result = await runRow(row, { rounds, threads, log });
    report.results.push({ ...result, machine });
    if ('skipped' in result) log(`  skipped: ${result.skipped}`);
    if ('failed' in result) log(`  failed: ${result.failed}`);
    if (values.out) write(values.out, merged(rows, read(values.out), { results: report.results.slice(-1) }, values.add));
  }
  const file = path.join(scratch, 'results', `${new Date().toISOString().replaceAll(':', '-')}.json`);
  write(file, report);
  log(`results with machine facts: ${file}`);
  console.log(values.json ? JSON.stringify(report, null, 2) : table(chosen, report.results));
  return exitCode(report.results);
}

function read(file: string): BenchReport | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BenchReport) : null;
}

function write(file: string, report: BenchReport): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
}

function list(): number {
  for (const { name, work, peer, goal } of rows) console.log(`${name.padEnd(32)} ${goalText(goal).padEnd(20)} ${work} vs ${peer.name}`);
  return 0;
}

try {
  if (values.help) console.log(usage);
  else if (values.table) console.log(table(rows, read(values.table)?.results ?? []));
  else process.exitCode = values.list ? list() : await bench();
} catch (error) {
  if (!(error instanceof SextantError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
