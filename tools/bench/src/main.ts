// `npm run bench`: the engine beside the packages people use. See docs/performance.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SextantError } from '@sextant/schema';
import { goalText } from './goal';
import { machineFacts } from './machine';
import { scratch } from './paths';
import { rows, rowsNamed } from './registry';
import { exitCode, table, type BenchReport } from './report';
import { runRow, type RowResult } from './runRow';

const usage = `npm run bench -- [options]
  --list           the rows with their goals
  --only NAME      one row, or all whose names begin with NAME; may be given several times
  --rounds N       alternating rounds (5)
  --threads N      threads of both sides (2)
  --json [FILE]    print the results as JSON; with a name, write them there as well
Peers are set up by npm run bench:peers; the curves are npm run bench:curves.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    json: { type: 'boolean' },
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
  const results: RowResult[] = [];
  const machine = machineFacts(threads);
  for (const row of chosen) {
    log(`${row.name}: ${row.work}`);
    const result = await runRow(row, { rounds, threads, log });
    results.push(result);
    if ('skipped' in result) log(`  skipped: ${result.skipped}`);
    if ('failed' in result) log(`  failed: ${result.failed}`);
  }
  const report: BenchReport = { machine, results };
  const text = `${JSON.stringify(report, null, 2)}\n`;
  const file = positionals[0] ?? path.join(scratch, 'results', `${machine.date.replaceAll(':', '-')}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  log(`results with machine facts: ${file}`);
  console.log(values.json ? text : table(chosen, results));
  return exitCode(results);
}

function list(): number {
  for (const { name, work, peer, goal } of rows) console.log(`${name.padEnd(32)} ${goalText(goal).padEnd(20)} ${work} vs ${peer.name}`);
  return 0;
}

try {
  if (values.help) console.log(usage);
  else process.exitCode = values.list ? list() : await bench();
} catch (error) {
  if (!(error instanceof SextantError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
