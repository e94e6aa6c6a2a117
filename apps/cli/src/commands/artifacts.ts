import { artifactKindSchema, type ArtifactKind } from '@sextant/schema';
import type { AddCommand } from '../command';
import { Exit, withSession } from '../command';
import { exitCodes } from '../exitCodes';
import { bytes, fields, short, table } from '../output';
import { oneOf } from './arguments';

export const addArtifacts: AddCommand = (program) => {
  const artifacts = program.command('artifacts').description('everything that was made, by content');

  withSession<{ kind?: ArtifactKind }>(
    artifacts
      .command('list', { isDefault: true })
      .description('artifacts, newest first')
      .option('--kind <kind>', artifactKindSchema.options.join(', '), oneOf(artifactKindSchema.options)),
    async ({ client, out }, { kind }) => {
      const page = await client.artifacts.list.query({ kind, limit: 500 });
      out.answer(page, table(['digest', 'kind', 'name', 'size', 'made'], page.items.map((one) => [
        short(one.digest),
        one.kind,
        one.name,
        bytes(one.bytes),
        one.createdAt,
      ])));
    },
  );

  withSession(artifacts.command('show').argument('<digest>').description('files, origin and lineage'), async ({ client, out }, _options, [digest = '']) => {
    const one = await client.artifacts.get.query({ digest });
    out.answer(one, [
      fields({ digest: one.digest, kind: one.kind, name: one.name, size: bytes(one.bytes), made: one.createdAt, job: one.job }),
      '',
      table(['file', 'size', 'sha256'], one.files.map((file) => [file.path, bytes(file.size), short(file.sha256)])),
      ...one.parents.map((parent) => `made from ${parent.kind} ${parent.name ?? ''} ${short(parent.digest)}`),
      ...one.children.map((child) => `used by ${child.kind} ${child.name ?? ''} ${short(child.digest)}`),
      '',
      JSON.stringify(one.provenance, null, 2),
    ].join('\n'));
  });

  withSession(artifacts.command('verify').argument('[digest]').description('hash files again'), async ({ client, out }, _options, [digest]) => {
    const answer = await client.artifacts.verify.mutate({ digest });
    out.answer(answer, [`${answer.checked} checked, ${answer.differing} differ`, ...answer.problems].join('\n'));
    if (answer.differing > 0) throw new Exit(exitCodes.integrity);
  });
};
