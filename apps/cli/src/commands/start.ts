import { fileURLToPath } from 'node:url';
import { createClient, type SextantClient } from '@sextant/client';
import type { AddCommand } from '../command';
import { Exit, run } from '../command';
import { describeClaims, reportFirstLight, type FirstLightReport } from '../firstLight/report';
import { findFirstLight, runFirstLight } from '../firstLight/run';
import { findServer, startServer, type LocalServer } from '../localServer';
import { openBrowser } from '../openBrowser';
import { duration, type Output } from '../output';
import { ProgressBar } from '../progressBar';
import type { GlobalOptions } from '../session';
import { portOption } from './arguments';

type StartOptions = GlobalOptions & { port: number; serve: boolean; firstLight: boolean };

const demoModel = fileURLToPath(new URL('../../../../models/demo', import.meta.url));

export const addStart: AddCommand = (program) => {
  const command = program
    .command('start')
    .description('first light on an empty lab (text to claim on the demo model), then serve the workbench')
    .option('--port <port>', 'port to listen on; 0 takes any free one', portOption, 4520)
    .option('--no-serve', 'end after first light')
    .option('--no-first-light', 'serve an empty lab as it is');
  command.action(async () => {
    const options = command.optsWithGlobals<StartOptions>();
    await run(options, async (out, signal) => {
      const running = await findServer(options.lab);
      const own = running === null ? await startServer({ lab: options.lab, port: options.serve ? options.port : 0 }) : null;
      const url = running ?? own?.url ?? '';
      try {
        const client = createClient({ url, token: process.env['SEXTANT_TOKEN'] });
        const report = options.firstLight && (await wantsFirstLight(client)) ? await firstLight(client, out, signal, url) : null;
        if (!options.serve) {
          out.answer(report ?? { url, firstLight: 'already done' }, report ? describeClaims(report.claims) : 'This lab has its first light already.');
          return;
        }
        if (report) out.note(`\n${describeClaims(report.claims)}\n`);
        out.answer(report ?? { url }, `The workbench is at ${url}  (Ctrl-C stops it)`);
        openBrowser(url);
        if (own) await served(own, signal);
      } finally {
        await own?.close();
      }
    });
  });
};

/** An empty lab gets a first light, and one that was interrupted goes on; a lab with work in it is only served. */
async function wantsFirstLight(client: SextantClient): Promise<boolean> {
  const earlier = await findFirstLight(client);
  if (earlier !== null) return earlier.status !== 'finished';
  const { counts } = await client.system.info.query();
  return counts.models === 0 && counts.studies === 0;
}

async function firstLight(client: SextantClient, out: Output, signal: AbortSignal, url: string): Promise<FirstLightReport> {
  const began = performance.now();
  out.note(`First light: text → model → activations → dictionary → features → evals → claim. Watch it at ${url}`);
  let bar: ProgressBar | null = null;
  try {
    const result = await runFirstLight({
      client,
      signal,
      modelPath: demoModel,
      onStage: (name, index, count) => {
        bar?.end();
        bar = new ProgressBar(`${index}/${count} ${name}`);
      },
      onProgress: (_, progress) => bar?.show(progress),
    });
    const report = await reportFirstLight(client, result, (performance.now() - began) / 1000);
    out.note(`First light took ${duration(report.seconds)} on the ${report.backend} backend.`);
    return report;
  } finally {
    bar = endBar(bar);
  }
}

function endBar(bar: ProgressBar | null): null {
  bar?.end();
  return null;
}

async function served(server: LocalServer, signal: AbortSignal): Promise<void> {
  const stop = () => void server.close();
  if (signal.aborted) return;
  signal.addEventListener('abort', stop, { once: true });
  const code = await server.exited;
  if (code !== 0 && !signal.aborted) throw new Exit(code);
}
