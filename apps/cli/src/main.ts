import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { Exit } from './command';
import { commands } from './commands';
import { exitCodes } from './exitCodes';

const { version }: { version: string } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

const program = new Command('sextant')
  .description('Take a sighting of a model\'s features, steer by them, check where you land.')
  .option('--lab <folder>', 'the lab to work in', process.env['SEXTANT_LAB'] ?? 'lab')
  .option('--url <url>', 'a server to use instead (its token from SEXTANT_TOKEN)', process.env['SEXTANT_URL'])
  .option('--json', 'one JSON document on stdout', false)
  .version(version)
  .exitOverride()
  .showSuggestionAfterError();
for (const add of commands) add(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = codeOf(error);
}

function codeOf(error: unknown): number {
  if (error instanceof Exit) return error.exitCode;
  // Commander has told already; help and version are no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  throw error;
}
