import { spawn } from 'node:child_process';

/** Opens a page in the user's browser where there is a desktop to open it on. Failing to is not an error. */
export function openBrowser(url: string): void {
  const [command, ...args] = commandFor(process.platform, url);
  if (command === undefined || !process.stderr.isTTY || process.env['CI']) return;
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

function commandFor(platform: NodeJS.Platform, url: string): string[] {
  if (platform === 'darwin') return ['open', url];
  if (platform === 'win32') return ['cmd', '/c', 'start', '', url];
  return process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? ['xdg-open', url] : [];
}
