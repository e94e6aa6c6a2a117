// Whether two first lights, on different backends, came to the same claim:
//   node --import tsx src/checks/sameClaim.ts native.json tensorflow.json
// each the output of `SEXTANT_BACKEND=… npm start -- --no-serve --json --lab …`. Exits 1 where they disagree.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const firstLight = z.object({
  seconds: z.number(),
  backend: z.string(),
  dictionary: z.object({ l0: z.number(), explainedVariance: z.number(), ceRecovered: z.number() }),
  claims: z.array(z.object({ statement: z.string(), status: z.string(), estimate: z.number(), lo: z.number(), hi: z.number(), dose: z.number() })),
});
type FirstLight = z.infer<typeof firstLight>;

/** Rounding sends training along another path after some hundred steps; scores may then differ by this much. */
const scoreTolerance = { l0: 0.1, explainedVariance: 0.005, ceRecovered: 0.005 } as const;

/** The last line that is a JSON document: npm prints others before it. */
function read(path: string): FirstLight {
  const line = readFileSync(path, 'utf8').trim().split('\n').findLast((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`${path} holds no JSON document; it should be the output of npm start -- --no-serve --json`);
  return firstLight.parse(JSON.parse(line));
}

/** Every way in which b does not agree with a, in words. */
function disagreements(a: FirstLight, b: FirstLight): string[] {
  const found: string[] = [];
  for (const [name, tolerance] of Object.entries(scoreTolerance)) {
    const [x, y] = [z.number().parse(Reflect.get(a.dictionary, name)), z.number().parse(Reflect.get(b.dictionary, name))];
    if (Math.abs(x - y) > tolerance) found.push(`${name}: ${x} and ${y} differ by more than ${tolerance}`);
  }
  if (a.claims.length !== b.claims.length) found.push(`${a.claims.length} claim(s) and ${b.claims.length}`);
  a.claims.forEach((claim, i) => {
    const other = b.claims[i];
    if (!other) return;
    if (claim.status !== other.status) found.push(`claim ${i + 1}: ${claim.status} and ${other.status}`);
    if (claim.dose !== other.dose) found.push(`claim ${i + 1}: dose ${claim.dose} and ${other.dose}`);
    const outside = (estimate: number, { lo, hi }: { lo: number; hi: number }) => estimate < lo || estimate > hi;
    if (outside(claim.estimate, other) || outside(other.estimate, claim)) {
      found.push(`claim ${i + 1}: an estimate lies outside the other's interval: ${claim.estimate} [${claim.lo}, ${claim.hi}] and ${other.estimate} [${other.lo}, ${other.hi}]`);
    }
  });
  return found;
}

const { positionals } = parseArgs({ allowPositionals: true });
const runs = positionals.map(read);
const [first, ...others] = runs;
if (!first || others.length === 0) throw new Error('name two or more files, the first of which the others are held against');
for (const { backend, seconds, dictionary, claims } of runs) {
  console.log(`${backend}: ${seconds.toFixed(0)} s, explained variance ${dictionary.explainedVariance.toFixed(4)}, CE recovered ${dictionary.ceRecovered.toFixed(4)}`);
  for (const { status, statement } of claims) console.log(`  ${status}: ${statement}`);
}
const found = others.flatMap((other) => disagreements(first, other).map((what) => `${first.backend} and ${other.backend}: ${what}`));
for (const line of found) console.log(line);
console.log(found.length === 0 ? 'The claims agree.' : `${found.length} disagreement(s).`);
process.exitCode = found.length === 0 ? 0 : 1;
