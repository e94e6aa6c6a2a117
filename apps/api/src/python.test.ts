import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { counting, testServer } from './testing/testServer';

const run = promisify(execFile);
const example = fileURLToPath(new URL('../../../docs/examples/sextant_api.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

// Install python3 to run it.
it.skipIf(!hasPython)('the Python example of the docs starts a job, follows it and reads what it made', async () => {
  await using test = await testServer();
  const body = join(test.lab, 'create.json');
  writeFileSync(body, JSON.stringify(counting(20)));
  const { stdout, stderr } = await run('python3', [example, test.server.url, body]);
  expect(stderr).toMatch(/count 20\/20 numbers\n$/);
  const { artifact } = JSON.parse(stdout);
  expect(await test.client.artifacts.get.query({ digest: artifact })).toMatchObject({ kind: 'corpus' });
  writeFileSync(body, JSON.stringify({ ...counting(20), contextLength: 1 }));
  await expect(run('python3', [example, test.server.url, body])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/corpora\.create: INVALID_INPUT: contextLength: .*got 1/),
  });
});
