import { describeFault } from '@sextant/client';
import type { Command } from 'commander';
import { exitCodeOf, exitCodes } from './exitCodes';
import { createOutput } from './output';
import { openSession, type GlobalOptions, type Session } from './session';

/** Adds a noun or a verb to the program. Each command is one file with one of these, and one line in commands/index.ts. */
export type AddCommand = (program: Command) => void;

/** Thrown by commander or by us to end with a code after the output has been written. */
export class Exit extends Error {
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`);
  }
}

/**
 * Gives `command` its action: opens a session, runs `work`, closes the session, and turns an error into one line on
 * stderr (with --json also one JSON document on stdout) and an exit code. `scratch`: the command needs no lab, and leaves none.
 */
export function withSession<Options>(
  command: Command,
  work: (session: Session, options: Options, args: string[]) => Promise<void>,
  { scratch = false }: { scratch?: boolean } = {},
): void {
  command.action(async () => {
    const options = command.optsWithGlobals<Options & GlobalOptions>();
    await run(options, async (out, signal) => {
      const session = await openSession(options, out, signal, { scratch });
      try {
        await work(session, options, command.args);
      } finally {
        await session.close();
      }
    });
  });
}

/** Runs `work` with Ctrl-C as an abort signal and errors as the house reports them. */
export async function run({ json }: GlobalOptions, work: (out: ReturnType<typeof createOutput>, signal: AbortSignal) => Promise<void>): Promise<void> {
  const out = createOutput(json);
  const interrupt = new AbortController();
  let presses = 0;
  const onInterrupt = () => {
    presses += 1;
    // A second Ctrl-C means now.
    if (presses > 1) process.exit(exitCodes.cancelled);
    interrupt.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    await work(out, interrupt.signal);
  } catch (error) {
    if (error instanceof Exit) throw error;
    const fault = describeFault(error);
    if (json) out.answer({ error: fault }, '');
    out.note(`sextant: ${fault.message}`);
    if (fault.hint !== null) out.note(`  ${fault.hint}`);
    if (fault.requestId !== null && fault.code === 'INTERNAL') out.note(`  request ${fault.requestId}`);
    throw new Exit(exitCodeOf(fault.code));
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}
