import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SextantError } from '@sextant/schema';
import type { AddCommand } from '../command';
import { withSession } from '../command';
import { bytes, short } from '../output';
import type { Session } from '../session';

export const addExport: AddCommand = (program) => {
  withSession(
    program
      .command('export')
      .argument('<digest>', 'of any artifact')
      .argument('<folder>', 'made if it is not there')
      .description('write an artifact\'s files to a folder: models and dictionaries as other tools read them'),
    async (session, _options, [digest = '', folder = '']) => {
      const artifact = await session.client.artifacts.get.query({ digest });
      const target = resolve(folder);
      for (const file of artifact.files) {
        const path = join(target, file.path);
        if (relative(target, path).startsWith('..')) throw new SextantError('INTEGRITY', `${file.path} leads out of ${target}`, { file: file.path });
        await download(session, `${digest}/${file.path}`, path);
      }
      session.out.answer(
        { digest, folder: target, files: artifact.files.map((file) => file.path) },
        `${artifact.files.length} files (${bytes(artifact.bytes)}) of ${artifact.kind} ${short(digest)} in ${target}`,
      );
    },
  );
};

async function download({ url, token, signal }: Session, address: string, path: string): Promise<void> {
  const encoded = address.split('/').map(encodeURIComponent).join('/');
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/artifacts/${encoded}`, { headers, signal });
  if (!response.ok || response.body === null) throw new SextantError('NOT_FOUND', `the server does not give ${address} (HTTP ${response.status})`, { file: address });
  mkdirSync(dirname(path), { recursive: true });
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
}
