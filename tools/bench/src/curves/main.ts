// `npm run bench:curves`: cost over sizes and threads, and the plan of a run too large to measure. See docs/performance.md.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { outputOf } from '../child';
import { machineFacts } from '../machine';
import { root } from '../paths';
import { curvesSvg } from './curvesSvg';
import { planRun } from './plan';
import { peakTable, planText, pointTable } from './planText';
import { curvesSchema, peakSchema, pointSchema, type Curves } from './point';

const usage = `npm run bench:curves -- [options]
  --threads N      measure with N threads only; may be given several times (1 and 2)
  --out FILE       where the curves are written; other threads' points in it stay (docs/performance/curves.json)
  --show           measure nothing: print what FILE holds, the plan made from it, and draw the picture beside it`;

const { values } = parseArgs({
  options: {
    threads: { type: 'string', multiple: true, default: ['1', '2'] },
    out: { type: 'string', default: path.join(root, 'docs/performance/curves.json') },
    show: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const file = path.resolve(values.out);

async function measure(threads: string): Promise<Pick<Curves, 'peaks' | 'points'>> {
  const side = path.join(path.dirname(fileURLToPath(import.meta.url)), 'side.ts');
  const output = await outputOf({ command: process.execPath, args: ['--import', 'tsx', side], env: { SEXTANT_THREADS: threads } });
  const all = (prefix: string) =>
    output.split('\n').filter((line) => line.startsWith(prefix)).map((line): unknown => JSON.parse(line.slice(prefix.length)));
  return { peaks: all('PEAK ').map((value) => peakSchema.parse(value)), points: all('POINT ').map((value) => pointSchema.parse(value)) };
}

const read = (): Curves => curvesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

/** 34 million features, as many as the largest dictionary of Scaling Monosemanticity, over 8 billion tokens; the width is assumed. */
const largest = { d: 4096, n: 34_000_000, k: 64, batch: 131_072, tokens: 8_000_000_000 };
const machines = [
  { name: 'as measured here', times: 1, memoryGigabytes: 24 },
  { name: '64 cores, 768 GB', times: 32, memoryGigabytes: 700 },
  { name: '192 cores, 1.5 TB', times: 96, memoryGigabytes: 1400 },
];

if (values.help) console.log(usage);
else {
  if (!values.show) {
    let curves: Curves = existsSync(file) ? read() : { machine: {}, peaks: [], points: [] };
    for (const threads of values.threads) {
      const { peaks, points } = await measure(threads);
      const others = <T extends { threads: number }>(list: T[]) => list.filter((entry) => entry.threads !== Number(threads));
      curves = { machine: { ...machineFacts(Number(threads)) }, peaks: [...others(curves.peaks), ...peaks], points: [...others(curves.points), ...points] };
    }
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(curves, null, 1)}\n`);
  }
  const curves = read();
  writeFileSync(file.replace(/\.json$/, '.svg'), curvesSvg(curves));
  console.log([peakTable(curves), pointTable(curves), planText(planRun(curves, largest, machines))].join('\n\n'));
}
