import { readFileSync } from 'node:fs';
import { SextantError, interventionSchema, type InterventionInput } from '@sextant/schema';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { fields, significant, table } from '../output';
import { digestOf, featureIndexOf } from '../references';
import type { Session } from '../session';
import { SideBySide } from '../sideBySide';
import { collect, decimal, decimals, integer, oneOf, positive } from './arguments';

interface SteerOptions {
  model?: string;
  dictionary?: string;
  feature?: string[];
  operation: 'clamp' | 'scale' | 'ablate';
  scope: 'all' | 'prompt' | 'generated' | 'assistant';
  intervention?: string;
  doses?: number[];
  chat?: boolean;
  tokens: number;
  temperature: number;
  topP: number;
  seed: number;
  save?: string;
}

export const addSteer: AddCommand = (program) => {
  withSession<SteerOptions>(
    program
      .command('steer')
      .argument('<prompt>')
      .description('continue a prompt with and without an intervention, side by side')
      .option('--model <model>')
      .option('--dictionary <dictionary>')
      .option('--feature <index=dose>', 'such as 17=2: feature 17 at twice its largest activation; may be repeated', collect)
      .option('--operation <kind>', 'clamp, scale or ablate', oneOf(['clamp', 'scale', 'ablate'] as const), 'clamp')
      .option('--scope <tokens>', 'all, prompt, generated or assistant', oneOf(['all', 'prompt', 'generated', 'assistant'] as const), 'all')
      .option('--intervention <file|hash>', 'a saved intervention, or one in a JSON file, instead of --feature')
      .option('--doses <list>', 'the same at several doses, such as -2,0,2', decimals)
      .option('--chat', 'the prompt is a user\'s message')
      .option('--tokens <n>', 'at most this many new tokens', positive, 64)
      .option('--temperature <t>', '0 is greedy', decimal, 0.8)
      .option('--top-p <p>', '', decimal, 1)
      .option('--seed <n>', '', integer, 0)
      .option('--save <name>', 'keep the intervention under a name'),
    async (session, options, [text = '']) => {
      const { client, out } = session;
      const intervention = await interventionOf(session, options);
      const { tokens: maxNewTokens, temperature, topP, seed } = options;
      const prompt = options.chat === true ? { messages: [{ role: 'user' as const, content: text }] } : { prompt: text };
      const request = { model: await digestOf(session, 'model', options.model), ...prompt, intervention, maxNewTokens, temperature, topP, seed };
      if (options.save !== undefined) {
        const { hash } = await client.interventions.save.mutate({ name: options.save, intervention });
        out.note(`saved as ${options.save} (${hash})`);
      }
      if (options.doses !== undefined) {
        const answer = await client.steering.doses.query({ ...request, doses: options.doses });
        const rows = answer.doses.map((one) => [one.dose, significant(one.normRatio), significant(one.perplexityRatio), significant(one.kl), one.text]);
        out.answer(answer, `${table(['dose', '‖Δh‖/‖h‖', 'ppl ratio', 'KL', 'text'], rows)}\n\nbaseline: ${answer.baseline}`);
        return;
      }
      await streamPair(session, request);
    },
  );
};

async function streamPair({ client, out, signal }: Session, request: Parameters<typeof client.steering.run.subscribe>[0]): Promise<void> {
  const view = new SideBySide(!out.json && process.stdout.isTTY ? process.stdout : null);
  const summary = await new Promise<Record<string, number | null>>((done, failed) => {
    const subscription = client.steering.run.subscribe(request, {
      // A stream that had to reconnect begins again.
      onStarted: () => view.clear(),
      onData: (event) => (event.type === 'token' ? view.add(event.side, event.token) : done(event.summary)),
      onError: failed,
    });
    signal.addEventListener('abort', () => {
      subscription.unsubscribe();
      failed(new SextantError('CANCELLED', 'stopped'));
    });
  });
  const { baseline, steered } = view.end();
  const figures = fields({
    '‖Δh‖/‖h‖': significant(summary['normRatio']),
    KL: significant(summary['kl']),
    'perplexity ratio': significant(summary['perplexityRatio']),
    'tokens a second': significant(summary['tokensPerSecond']),
  });
  out.answer({ baseline, steered, summary, intervention: request.intervention }, view.drawn ? figures : `${view.text()}\n\n${figures}`);
}

async function interventionOf(session: Session, options: SteerOptions): Promise<InterventionInput> {
  const { intervention: source, feature: features = [], operation, scope } = options;
  if (source !== undefined) {
    if (/^[0-9a-f]{64}$/.test(source)) return (await session.client.interventions.get.query({ hash: source })).intervention;
    const parsed = interventionSchema.safeParse(JSON.parse(readFileSync(source, 'utf8')));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new SextantError('INVALID_INPUT', `${source}: ${issue?.path.join('.')}: ${issue?.message}`, { file: source });
  }
  if (features.length === 0) throw new SextantError('INVALID_INPUT', 'say what to steer with: --feature 17=2, or --intervention', { field: 'feature' });
  const { dictionary } = await featureIndexOf(session, options.dictionary);
  const { hook } = await session.client.dictionaries.get.query({ digest: dictionary });
  if (hook === null) throw new SextantError('INVALID_INPUT', 'this dictionary does not say which hook it belongs to; use --intervention', { field: 'hook' });
  const operations = features.map((word): InterventionInput['operations'][number] => {
    const [, index, amount] = /^(\d+)(?:=(-?[\d.]+))?$/.exec(word) ?? [];
    if (index === undefined) throw new SextantError('INVALID_INPUT', `--feature ${word}: expected index=dose, such as 17=2`, { field: 'feature', value: word });
    const ref = { dictionary, index: integer(index) };
    const value = decimal(amount ?? '1');
    if (operation === 'ablate') return { kind: 'ablate', feature: ref };
    return operation === 'clamp' ? { kind: 'clamp', feature: ref, dose: value } : { kind: 'scale', feature: ref, factor: value };
  });
  return { hook, operations, scope: { tokens: scope } };
}
