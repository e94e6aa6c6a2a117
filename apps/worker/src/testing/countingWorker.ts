// A real worker process with executors of its own, for the API's tests: it counts, and can be told to misbehave.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Executor, InteractiveHandler } from '@sextant/jobs';
import { SextantError } from '@sextant/schema';
import { parentChannel } from '../channel';
import { startWorker } from '../startWorker';

/**
 * `corpus.create`, as far as a count needs it: one step per `source.tokens`, each a checkpoint in the job's folder, and
 * a corpus artifact with the numbers it went through, so that an interrupted run can be held against a whole one.
 * `name` decides how it behaves.
 */
const counting: Executor<'corpus.create'> = {
  kind: 'corpus.create',
  async run({ spec, dir, lab, job, signal, resumed, progress, log }) {
    if (spec.source.kind !== 'world') throw new SextantError('INVALID_INPUT', 'source.kind: the counting executor counts worlds', { field: 'source.kind' });
    if (spec.name === 'fails') throw new SextantError('INVALID_FILE', 'tensor W_dec of x.safetensors holds NaN', { file: 'x.safetensors', tensor: 'W_dec' });
    if (spec.name === 'breaks') throw new TypeError('secret internals');
    const checkpoint = join(dir, 'count.json');
    const seen: number[] = existsSync(checkpoint) ? JSON.parse(readFileSync(checkpoint, 'utf8')) : [];
    log(resumed ? `resumed at ${seen.length}` : 'started');
    const total = spec.source.tokens;
    while (seen.length < total) {
      if (spec.name === 'deaf') while (seen.length >= 3) await sleep(50);
      if (spec.name === 'blocks' && seen.length === 3) for (;;);
      signal.throwIfAborted();
      seen.push(seen.length * seen.length);
      // Beside and renamed: kill -9 in the middle of a write must leave the checkpoint before it.
      writeFileSync(`${checkpoint}.part`, JSON.stringify(seen));
      renameSync(`${checkpoint}.part`, checkpoint);
      progress({ stage: 'count', done: seen.length, total, unit: 'numbers', metrics: { square: seen.at(-1) ?? 0 } });
      await sleep(10);
    }
    const staged = lab.artifacts.stage('corpus');
    writeFileSync(join(staged.dir, 'count.json'), JSON.stringify(seen));
    writeFileSync(join(staged.dir, 'bytes.bin'), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
    const provenance = { kind: job.kind, config: spec, parents: [], seed: spec.source.seed, backend: null, codeVersion: 'test' };
    const artifact = await lab.artifacts.commit(staged, { provenance, name: spec.name, job: job.id });
    return { artifact: artifact.digest };
  },
};

const generate: InteractiveHandler<'models.generate'> = async function* ({ prompt = '', maxNewTokens }, { signal }) {
  if (prompt === 'crash') process.kill(process.pid, 'SIGKILL');
  if (prompt === 'refuse') throw new SextantError('NOT_FOUND', 'no model here', { field: 'model' });
  if (prompt === 'break') throw new TypeError('secret internals');
  for (let id = 0; id < maxNewTokens; id += 1) {
    signal.throwIfAborted();
    yield { type: 'token', text: `${id} `, id };
    await (prompt === 'slow' ? sleep(20) : turn());
  }
  yield { type: 'done', text: prompt, tokens: maxNewTokens, tokensPerSecond: 1 };
};

const { values } = parseArgs({ options: { role: { type: 'string' }, lab: { type: 'string' }, owner: { type: 'string' } } });
process.exit(
  await startWorker({
    role: values.role === 'interactive' ? 'interactive' : 'jobs',
    lab: values.lab ?? '',
    owner: values.owner ?? '',
    channel: parentChannel(),
    graceMs: 300,
    executors: { 'corpus.create': async () => counting },
    handlers: {
      'models.generate': async () => generate,
      'models.tokenize': async () =>
        async function* ({ text }) {
          yield { ids: [...text].map((_, id) => id), pieces: [...text] };
        },
    },
  }),
);
