import { decodeCodes, DictionaryAdam, encodeThreshold, encodeTopK, Rng, rowNorms, scaleRows, selectBackend, tf } from '../index';
import { loadAddon } from '../native/addon';
import { NativeBackend } from '../native/backend';
import { opCases } from './opCases';
import { trainTiny } from './tinyTraining';

/*
 * Calls every function of the addon with arguments that were right until one of them was spoiled: another kind, another
 * length, a size that overflows, an output that is also an input. Prints what happened as JSON. Run in a process of its
 * own, because what it looks for would end the process.
 */
type Native = (...args: unknown[]) => unknown;

/** The arguments of one real call of each function. */
function recordCalls(functions: Map<string, Native>, addon: Record<string, unknown>): Map<string, unknown[]> {
  const calls = new Map<string, unknown[]>();
  for (const [name, run] of functions) {
    addon[name] = (...args: unknown[]) => {
      if (!calls.has(name)) calls.set(name, args.map(copy));
      return run(...args);
    };
  }
  const rng = new Rng(1);
  for (const { inputs, run } of opCases) {
    const tensors = inputs.map((shape) => tf.tensor(rng.normals(tf.util.sizeFromShape(shape)), shape));
    tf.dispose(tf.tidy(() => tf.grads((...xs: tf.Tensor[]) => run(xs))(tensors)));
    tf.dispose(tensors);
  }
  trainTiny(1);
  tf.tidy(() => {
    const [rows, d, n] = [8, 12, 24];
    const weights = tf.variable(tf.tensor2d(rng.normals(n * d), [n, d]), true);
    const input = { x: tf.tensor2d(rng.normals(rows * d), [rows, d]), weights, bias: tf.zeros<tf.Rank.R1>([n]) };
    const adam = new DictionaryAdam([{ name: 'w', variable: weights, tangent: true, unitNorm: true }], { clipNorm: 1 });
    const { grads } = tf.variableGrads(() => tf.sum(decodeCodes(encodeTopK(input, { k: 3, positive: true }), weights)).asScalar());
    adam.step(grads, 1e-3);
    encodeThreshold(input, { threshold: tf.fill([n], 0.5) });
    rowNorms(weights);
    adam.dispose();
    weights.dispose();
  });
  tf.tidy(() => {
    const a = tf.tensor2d(rng.normals(12), [3, 4]);
    const b = tf.tensor2d(rng.normals(4), [1, 4]);
    const positive = tf.add(tf.square(a), 1);
    const comparisons = [tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.equal, tf.notEqual];
    for (const combine of [tf.maximum, tf.minimum, tf.squaredDifference, ...comparisons]) combine(a, b);
    for (const map of [tf.exp, tf.sigmoid, tf.erf, tf.neg, tf.abs, tf.sin, tf.cos, tf.sign, tf.relu, tf.step]) map(a);
    for (const map of [tf.sqrt, tf.rsqrt, tf.reciprocal, tf.log, tf.log1p]) map(positive);
    for (const reduce of [tf.max, tf.min, tf.argMax, tf.argMin]) reduce(a, 1);
    tf.clipByValue(a, -1, 1);
    tf.where(tf.greater(a, 0), a, positive);
    tf.concat([a, positive], 1);
    scaleRows(a, tf.tensor1d([1, 2, 3]));
  });
  for (const [name, run] of functions) addon[name] = run;
  return calls;
}

function copy(value: unknown): unknown {
  if (value instanceof Float32Array || value instanceof Int32Array || value instanceof Uint8Array || value instanceof Float64Array) return value.slice();
  return Array.isArray(value) ? value.map(copy) : value;
}

const isArray = (value: unknown) => ArrayBuffer.isView(value);

/** Arguments that must be refused in the place of `value`. */
function wrong(value: unknown): unknown[] {
  if (isArray(value)) {
    const length = (value as Float32Array).length;
    const others = [new Float32Array(length + 1), new Int32Array(length + 1), new Uint8Array(length + 3), new Float64Array(length), 'text', 1, {}, true];
    return length > 0 ? [...others, new Float32Array(length - 1), new Int32Array(0)] : others;
  }
  if (typeof value === 'number') return ['1', null, undefined, {}, [], true];
  if (typeof value === 'boolean') return [1, 'true', null, undefined];
  if (Array.isArray(value)) return [null, 1, 'text', {}, [1], [new Int32Array(3)]];
  return ['text', 1, true];
}

/** Arguments that may be refused or not, but must not be followed out of bounds. */
function strange(value: unknown, others: unknown[]): unknown[] {
  const huge = [-1, 0.5, NaN, Infinity, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 62, -(2 ** 31), 1e300];
  if (typeof value === 'number') return [...huge, value + 1, Math.max(0, value - 1), 0];
  if (value instanceof Int32Array) return [value.map(() => -1), value.map(() => 2 ** 31 - 1), value.map(() => -(2 ** 31)), value.map((v) => v + 1)];
  if (value instanceof Float32Array) {
    const alike = others.filter((other) => other instanceof Float32Array && other !== value && other.length === value.length);
    return [value.map(() => NaN), value.map(() => Infinity), value.map(() => -3e38), ...alike];
  }
  return [];
}

await selectBackend({ name: 'native' });
const backend = tf.backend();
const result = loadAddon();
if (!(backend instanceof NativeBackend) || 'absent' in result) throw new Error('the native backend is not here');
const addon: Record<string, unknown> = Object(result.addon);
const functions = new Map<string, Native>();
for (const [name, value] of Object.entries(addon)) {
  if (typeof value === 'function' && name !== 'setThreads') functions.set(name, (...args) => Reflect.apply(value, addon, args));
}

/** Arguments that another length suits as well: what is scaled, and what a plan that stays inside reads from. */
const anyLength = new Set(['scale 0', 'strided 0']);
const calls = recordCalls(functions, addon);
const accepted: string[] = [];
const unclear: string[] = [];
let tried = 0;
function attempt(name: string, args: unknown[], mustFail: boolean, what: string): void {
  tried++;
  try {
    functions.get(name)?.(...args);
    if (mustFail) accepted.push(`${name}: ${what}`);
  } catch (error) {
    if (!(error instanceof TypeError) || error.message.length < 15) unclear.push(`${name}: ${what}: ${String(error)}`);
  }
}
for (const name of functions.keys()) {
  const call = calls.get(name);
  for (const args of [[], [null], [{}], [new Float32Array(3)], Array.from({ length: 40 }, () => -1)]) attempt(name, args, false, 'no call at all');
  if (!call) continue;
  call.forEach((value, place) => {
    const fresh = () => call.map(copy);
    for (const bad of wrong(value)) {
      const args = fresh();
      args[place] = bad;
      attempt(name, args, !(anyLength.has(`${name} ${place}`) && isArray(bad)), `argument ${place} is ${describe(bad)}`);
    }
    for (const odd of strange(value, call)) {
      const args = fresh();
      args[place] = copy(odd);
      attempt(name, args, false, `argument ${place} is ${describe(odd)}`);
    }
    // Outputs that are inputs too.
    call.forEach((other, from) => {
      if (from === place || !isArray(value) || !isArray(other)) return;
      const args = fresh();
      args[place] = args[from];
      attempt(name, args, false, `argument ${place} is also argument ${from}`);
    });
  });
}

function describe(value: unknown): string {
  return isArray(value) ? `${Object.prototype.toString.call(value)} of ${(value as Float32Array).length}` : JSON.stringify(value) ?? String(value);
}

const uncalled = [...functions.keys()].filter((name) => !calls.has(name));
process.stdout.write(JSON.stringify({ tried, uncalled, accepted, unclear }));
