import type { JobProgress } from '@sextant/schema';
import { duration, printable, significant } from './output';

/** Live progress on stderr: one line redrawn on a terminal; elsewhere a line at each stage and every ten seconds. */
export class ProgressBar {
  readonly #terminal: boolean;
  #stage: string | null = null;
  #saidAt = 0;
  #drawn = false;

  constructor(
    private readonly title: string,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {
    this.#terminal = stream.isTTY;
  }

  show(progress: JobProgress): void {
    const line = describeProgress(this.title, progress);
    if (this.#terminal) {
      const width = this.stream.columns > 20 ? this.stream.columns - 1 : 100;
      this.stream.write(`\r\u001b[2K${[...line].slice(0, width).join('')}`);
      this.#drawn = true;
      return;
    }
    const now = Date.now();
    if (progress.stage === this.#stage && now - this.#saidAt < 10_000) return;
    this.#stage = progress.stage;
    this.#saidAt = now;
    this.stream.write(`${line}\n`);
  }

  /** Leaves the terminal on a fresh line. */
  end(): void {
    if (this.#drawn) this.stream.write('\n');
    this.#drawn = false;
  }
}

/** `train  steps ███████░░░  70 %  700/1000 steps  123/s  2 s left  loss 0.31` */
export function describeProgress(title: string, { stage, done, total, unit, rate, etaSeconds, message, metrics }: JobProgress): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const cells = Math.round(share * 20);
  return [
    title,
    stage,
    `${'█'.repeat(cells)}${'░'.repeat(20 - cells)}`,
    `${String(Math.floor(share * 100)).padStart(3)} %`,
    `${done}/${total} ${unit}`,
    ...(rate === null ? [] : [`${significant(rate)}/s`]),
    ...(etaSeconds === null ? [] : [`${duration(etaSeconds)} left`]),
    ...Object.entries(metrics ?? {}).map(([name, value]) => `${name} ${significant(value)}`),
    ...(message === undefined ? [] : [printable(message)]),
  ].join('  ');
}
