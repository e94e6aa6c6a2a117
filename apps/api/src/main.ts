import { parseArgs } from 'node:util';
import { SextantError } from '@sextant/schema';
import { serve } from './server';

const { values } = parseArgs({
  options: {
    lab: { type: 'string', default: 'lab' },
    host: { type: 'string' },
    port: { type: 'string' },
    'allow-host': { type: 'string', multiple: true },
    'workers-when-needed': { type: 'boolean', default: false },
    'log-level': { type: 'string' },
  },
});

try {
  const server = await serve({
    lab: values.lab,
    host: values.host,
    port: values.port === undefined ? undefined : portOf(values.port),
    token: process.env['SEXTANT_TOKEN'],
    allowedHosts: values['allow-host'],
    workers: values['workers-when-needed'] ? 'when-needed' : 'now',
    logLevel: values['log-level'],
  });
  // A parent that started this server for one command reads its address here, and ends it by closing the channel.
  process.send?.({ type: 'listening', url: server.url });
  let closing = false;
  const stop = async () => {
    if (closing) return;
    closing = true;
    await server.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, () => void stop());
} catch (error) {
  if (!(error instanceof SextantError)) throw error;
  const { code, message, detail } = error;
  process.send?.({ type: 'failed', error: { code, message, hint: detail.hint } });
  console.error(`${message}${detail.hint === undefined ? '' : `\n${detail.hint}`}`);
  process.exit(1);
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new SextantError('INVALID_INPUT', `port: expected 0 to 65535, got ${text}`, { field: 'port', value: text });
}
