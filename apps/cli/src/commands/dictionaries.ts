import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StoredDictionaryDescription } from '@sextant/schema';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { dryRunOption, showEstimate } from '../dryRun';
import { follow } from '../follow';
import { bytes, fields, short, significant, table } from '../output';
import { digestOf } from '../references';
import { reportVerification } from '../verification';

export const addDictionaries: AddCommand = (program) => {
  const dictionaries = program.command('dictionaries').description('dictionaries');

  withSession(dictionaries.command('list', { isDefault: true }).description('dictionaries in the lab'), async ({ client, out }) => {
    const page = await client.dictionaries.list.query({ limit: 1000 });
    out.answer(page, table(['digest', 'name', 'architecture', 'n', 'L0', 'explained', 'CE recovered', 'dead', 'indexed'], page.items.map((one) => [
      short(one.digest),
      one.name,
      one.architecture,
      one.n,
      significant(one.scores?.l0),
      significant(one.scores?.explainedVariance),
      significant(one.scores?.ceRecovered),
      significant(one.scores?.deadShare),
      one.featureIndex === null ? 'no' : 'yes',
    ])));
  });

  withSession<{ name?: string; model?: string; hook?: string; dryRun?: boolean; watch?: boolean }>(
    dictionaries
      .command('add')
      .alias('import')
      .argument('<path>', 'folder or file of SAELens, dictionary_learning, sparsify, OpenAI or Gemma Scope')
      .description('bring a dictionary into the lab')
      .option('--name <name>')
      .option('--model <model>', 'model whose activations it reads')
      .option('--hook <name>', 'hook it reads, where the files do not say')
      .option(...dryRunOption)
      .option('--watch', 'show progress until it is done'),
    async (session, { name, model, hook, dryRun, watch }, [path = '']) => {
      const spec = { path: resolve(path), name, hook, ...(model === undefined ? {} : { model: await digestOf(session, 'model', model) }) };
      if (dryRun === true) await showEstimate(session, { kind: 'dictionary.import', spec });
      else await follow(session, await session.client.dictionaries.add.mutate(spec), { watch });
    },
  );

  withSession<{ references?: string }>(
    dictionaries
      .command('verify')
      .argument('<path>', 'folder or file of SAELens, dictionary_learning, sparsify, OpenAI or Gemma Scope; it need not be in the lab')
      .description('compare a dictionary with reference values that the original library computed')
      .option('--references <file>', 'safetensors file, or its folder; by default reference.safetensors beside the dictionary or above'),
    async ({ client, out }, { references }, [path = '']) => {
      const report = await client.dictionaries.verify.query({ path: resolve(path), ...(references !== undefined && { references: resolve(references) }) });
      reportVerification(out, report);
    },
    { scratch: true },
  );

  withSession(
    dictionaries
      .command('show')
      .argument('[dictionary]', 'name or digest, or a path of a dictionary that is not in the lab')
      .description('format, normalisation, scores and training'),
    async (session, _options, [word]) => {
      const { client, out } = session;
      if (word !== undefined && existsSync(word)) {
        const stored = await client.dictionaries.describe.query({ path: resolve(word) });
        out.answer(stored, describe(stored));
        return;
      }
      const digest = await digestOf(session, 'dictionary', word);
      const [one, stored] = await Promise.all([client.dictionaries.get.query({ digest }), client.dictionaries.describe.query({ dictionary: digest })]);
      const { curve, provenance: _provenance, scores, bytes: size, ...plain } = one;
      out.answer({ ...one, stored }, [
        fields({ ...plain, size: bytes(size), 'curve points': curve.length }),
        '',
        describe(stored),
        ...(scores === null ? [] : ['', fields(Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, significant(value, 4)])))]),
      ].join('\n'));
    },
    { scratch: true },
  );
};

function describe(stored: StoredDictionaryDescription): string {
  const { format, architecture, d, dOut, n, dtype, hook, normalisation, scale, centred, decoderNorms, options, metadata, notes, files } = stored;
  const facts = {
    format, architecture, features: n, reads: `width ${d} at ${hook ?? 'a hook that the files do not name'}`, writes: `width ${dOut}`, dtype,
    normalisation: scale === 1 ? normalisation : `${normalisation}, scale ${significant(scale, 6)}`,
    'decoder bias': centred ? 'subtracted from the input' : 'not subtracted from the input',
    'stored decoder rows': `of length ${decoderNorms.map((norm) => significant(norm, 4)).join(' to ')}`,
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [name, JSON.stringify(value)])),
    files: files.join(', '),
  };
  const said = Object.entries(metadata).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const);
  return [fields(facts), ...notes.map((note) => `note: ${note}`), '', fields(Object.fromEntries(said))].join('\n');
}
