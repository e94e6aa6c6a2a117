import type { RouterOutputs } from '@sextant/client';

type Report = RouterOutputs['system']['doctor'];
type Backend = Report['backends'][number];

const rounded = (value: number | null) => (value === null ? null : Math.round(value * 10) / 10);

/** Kernels a backend runs as one step, of all it knows. */
function fusedShare({ kernels }: Backend): string | null {
  if (kernels === null) return null;
  const support = Object.values(kernels);
  return `${support.filter((value) => value === 'fused').length} of ${support.length}`;
}

/** A row per backend for a terminal; a star marks the recommended one. */
export function speedRows({ backends, recommended }: Report): (string | number | null)[][] {
  return backends.map((backend) => [
    backend.name === recommended ? `${backend.name} *` : backend.name,
    backend.available ? 'yes' : 'no',
    rounded(backend.gflops),
    rounded(backend.gbytes),
    fusedShare(backend),
    backend.reason,
  ]);
}

const marks = { fused: 'fused', composite: 'composite', missing: '**missing**' };

/** A TF.js kernel is there or is missing; only our operations can be composites. */
const mark = (name: string, support: keyof typeof marks) => (support === 'fused' && !name.startsWith('Sextant') ? 'yes' : marks[support]);

/** Kernels by backends as Markdown, of the backends that are here; the absent ones are named below. */
export function capabilityTable(backends: Backend[]): string {
  const present = backends.filter((backend) => backend.kernels !== null);
  const names = Object.keys(present[0]?.kernels ?? {});
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const absent = backends.filter((backend) => backend.kernels === null).map(({ name, reason }) => `Not here when this was made: \`${name}\` (${reason}).`);
  return [
    row(['kernel', ...present.map((backend) => backend.name)]),
    row(['---', ...present.map(() => '---')]),
    ...names.map((name) => row([`\`${name}\``, ...present.map(({ kernels }) => mark(name, kernels?.[name] ?? 'missing'))])),
    ...(absent.length > 0 ? ['', ...absent] : []),
  ].join('\n');
}
