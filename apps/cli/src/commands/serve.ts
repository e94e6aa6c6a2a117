import type { AddCommand } from '../command';
import { Exit, run } from '../command';
import { startServer } from '../localServer';
import type { GlobalOptions } from '../session';
import { collect, portOption } from './arguments';

export const addServe: AddCommand = (program) => {
  const command = program
    .command('serve')
    .description('serve the lab: API, workbench and workers, until Ctrl-C')
    .option('--port <port>', 'port to listen on; 0 takes any free one', portOption, 4520)
    .option('--host <host>', 'address to listen on; beyond this machine it needs SEXTANT_TOKEN')
    .option('--allow-host <name>', 'a further name by which the server may be addressed; may be repeated', collect)
    .option('--token <token>', 'what clients must show; better set as SEXTANT_TOKEN, where other users cannot read it')
    .option('--log-level <level>', 'fatal, error, warn, info, debug or trace', 'info');
  command.action(async () => {
    const options = command.optsWithGlobals<GlobalOptions & { port: number; host?: string; allowHost?: string[]; token?: string; logLevel: string }>();
    await run(options, async (out, signal) => {
      const server = await startServer(options);
      out.answer({ url: server.url }, `Sextant is at ${server.url}`);
      const stop = () => void server.close();
      signal.addEventListener('abort', stop, { once: true });
      const code = await server.exited;
      if (code !== 0 && !signal.aborted) throw new Exit(code);
    });
  });
};
