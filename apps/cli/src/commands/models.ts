import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StoredModelDescription } from '@sextant/schema';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { dryRunOption, showEstimate } from '../dryRun';
import { follow } from '../follow';
import { bytes, fields, short, table } from '../output';
import { digestOf } from '../references';
import { reportVerification } from '../verification';
import { decimal, integer, positive } from './arguments';

export const addModels: AddCommand = (program) => {
  const models = program.command('models').description('language models');

  withSession(models.command('list', { isDefault: true }).description('models in the lab'), async ({ client, out }) => {
    const page = await client.models.list.query({ limit: 1000 });
    out.answer(page, table(['digest', 'name', 'family', 'parameters', 'size'], page.items.map((model) => [
      short(model.digest),
      model.name,
      model.family,
      model.parameters,
      bytes(model.bytes),
    ])));
  });

  withSession(
    models.command('show').argument('[model]', 'name or digest, or a path of a model that is not in the lab').description('configuration, memory, tokenizer, hook points and card'),
    async (session, _options, [word]) => {
      const { client, out } = session;
      if (word !== undefined && existsSync(word)) {
        const stored = await client.models.describe.query({ path: resolve(word) });
        out.answer(stored, describe(stored));
        return;
      }
      const digest = await digestOf(session, 'model', word);
      const [model, stored] = await Promise.all([client.models.get.query({ digest }), client.models.describe.query({ model: digest })]);
      out.answer({ ...stored, ...model }, [
        fields({ digest: model.digest, name: model.name, made: model.createdAt }),
        describe(stored),
        ...(model.derived.length === 0 ? [] : ['', table(['derived', 'kind', 'name'], model.derived.map((one) => [short(one.digest), one.kind, one.name]))]),
        ...(model.card === null ? [] : ['', model.card]),
      ].join('\n'));
    },
    { scratch: true },
  );

  withSession<{ name?: string; dryRun?: boolean; watch?: boolean }>(
    models
      .command('add')
      .alias('import')
      .argument('<source>', 'Hugging Face folder, .gguf file, llama2.c .bin file, or hf:owner/name[/file.gguf][@revision]')
      .description('bring a model into the lab; a download that broke off is gone on with')
      .option('--name <name>')
      .option(...dryRunOption)
      .option('--watch', 'show progress until it is done'),
    async (session, { name, dryRun, watch }, [source = '']) => {
      const spec = { path: source.startsWith('hf:') ? source : resolve(source), name };
      if (dryRun === true) await showEstimate(session, { kind: 'model.import', spec });
      else await follow(session, await session.client.models.add.mutate(spec), { watch });
    },
  );

  withSession<{ references?: string; tolerance?: number }>(
    models
      .command('verify')
      .argument('<path>', 'model folder or file; it need not be in the lab')
      .description('compare a model with reference values that the original library computed')
      .option('--references <file>', 'safetensors file, or its folder; by default references.safetensors beside the model')
      .option('--tolerance <difference>', 'allow this instead of what each kind of value has of its own; ids and texts must be equal', decimal),
    async ({ client, out }, { references, tolerance }, [path = '']) => {
      const report = await client.models.verify.query({ path: resolve(path), tolerance, ...(references !== undefined && { references: resolve(references) }) });
      reportVerification(out, report);
    },
    { scratch: true },
  );

  withSession<{ model?: string }>(
    models.command('tokenize').argument('<text>').description('cut a text into tokens').option('--model <model>'),
    async (session, { model }, [text = '']) => {
      const { client, out } = session;
      const { ids, pieces } = await client.models.tokenize.query({ model: await digestOf(session, 'model', model), text });
      out.answer({ ids, pieces }, table(['id', 'piece'], ids.map((id, index) => [id, JSON.stringify(pieces[index])])));
    },
  );

  withSession<{ model?: string; tokens: number; temperature: number; seed: number; chat?: boolean }>(
    models
      .command('generate')
      .argument('<prompt>')
      .description('continue a text')
      .option('--model <model>')
      .option('--tokens <n>', 'at most this many new tokens', positive, 64)
      .option('--temperature <t>', '0 is greedy', decimal, 0.8)
      .option('--seed <n>', '', integer, 0)
      .option('--chat', 'the prompt is a user\'s message'),
    async (session, options, [text = '']) => {
      const { client, out, signal } = session;
      const model = await digestOf(session, 'model', options.model);
      const prompt = options.chat === true ? { messages: [{ role: 'user' as const, content: text }] } : { prompt: text };
      const { tokens: maxNewTokens, temperature, seed } = options;
      const answer = await new Promise<{ text: string }>((done, failed) => {
        const subscription = client.models.generate.subscribe(
          { model, ...prompt, maxNewTokens, temperature, seed },
          { onData: (event) => event.type === 'done' && done(event), onError: failed },
        );
        signal.addEventListener('abort', () => {
          subscription.unsubscribe();
          done({ text: '' });
        });
      });
      out.answer(answer, answer.text);
    },
  );
};

function describe({ format, config, parameters, storedBytes, loadedBytes, tokenizer, hookPoints }: StoredModelDescription): string {
  const { family, parameters: _counted, ...figures } = config;
  const facts = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(value)]));
  const words = tokenizer && {
    'vocabulary': tokenizer.vocabSize,
    'bos, eos, pad, unk': [tokenizer.bosId, tokenizer.eosId, tokenizer.padId, tokenizer.unkId].map((id) => id ?? '–').join(', '),
    'special tokens': tokenizer.specialTokens,
    'chat template': tokenizer.chatTemplate ? 'yes' : 'no',
  };
  return [
    fields({ format, family: String(family), parameters, stored: bytes(storedBytes), 'in memory': `${bytes(loadedBytes)} as float32`, ...facts }),
    '',
    words === null ? 'no tokenizer' : `tokenizer\n${fields(words)}`,
    '',
    table(['hook', 'shape'], hookPoints.map((hook) => [hook.name, `[${hook.shape.join(', ')}]`])),
  ].join('\n');
}
