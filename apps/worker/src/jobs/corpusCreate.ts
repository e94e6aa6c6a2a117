import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildWorld, fileDocuments, proseDocuments, worldDocuments, standardWorldSeed, writeCorpus, type Document } from '@sextant/corpora';
import type { Executor } from '@sextant/jobs';
import { loadTokenizer } from '@sextant/models';
import type { JobSpec } from '@sextant/schema';
import { madeBy } from '../provenance';

type Source = JobSpec<'corpus.create'>['source'];

/** The documents of a source, how many tokens of them are wanted, and the seed they come from. */
export function documentsOf(source: Source): { documents: Iterable<Document>; maxTokens: number | undefined; seed: number | undefined } {
  switch (source.kind) {
    case 'world': {
      const { seed, dialogueShare, tokens } = source;
      return { documents: worldDocuments(buildWorld(standardWorldSeed), { seed, dialogueShare }), maxTokens: tokens, seed };
    }
    case 'prose':
      return { documents: proseDocuments(), maxTokens: source.tokens, seed: undefined };
    case 'file':
      return { documents: fileDocuments(source.path), maxTokens: source.maxTokens, seed: undefined };
  }
}

export const corpusCreate: Executor<'corpus.create'> = {
  kind: 'corpus.create',
  async run(context) {
    const { spec, lab, dir, signal, progress } = context;
    const tokenizer = loadTokenizer(lab.artifacts.path(spec.model));
    const { documents, maxTokens, seed } = documentsOf(spec.source);
    // The corpus grows in the job's own folder, which survives a kill; finished, it moves into the lab at once.
    const outDir = join(dir, 'corpus');
    mkdirSync(outDir, { recursive: true });
    const meta = await writeCorpus(outDir, {
      name: spec.name,
      source: spec.source,
      seed,
      tokenizer,
      documents,
      contextLength: spec.contextLength,
      maxTokens,
      signal,
      onProgress: (done) => progress({ stage: 'tokenise', done, total: maxTokens ?? done, unit: 'tokens' }),
    });
    const staged = lab.artifacts.stage('corpus');
    cpSync(outDir, staged.dir, { recursive: true });
    const artifact = await lab.artifacts.commit(staged, madeBy(context, { parents: [spec.model], seed, name: spec.name }));
    const { tokens, rows, documents: count, contextLength } = meta;
    lab.corpora.save({ digest: artifact.digest, name: spec.name, model: spec.model, source: spec.source, tokens, rows, documents: count, contextLength });
    return { artifact: artifact.digest, tokens };
  },
};
