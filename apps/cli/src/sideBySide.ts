import { printable } from './output';

/** Two texts growing next to each other: redrawn in place on a terminal, or kept for the end. */
export class SideBySide {
  #baseline = '';
  #steered = '';
  #lines = 0;

  constructor(private readonly terminal: NodeJS.WriteStream | null) {}

  /** Whether the texts are on the screen already. */
  get drawn(): boolean {
    return this.terminal !== null;
  }

  add(side: 'baseline' | 'steered', token: string): void {
    if (side === 'baseline') this.#baseline += token;
    else this.#steered += token;
    this.#draw();
  }

  clear(): void {
    this.#baseline = '';
    this.#steered = '';
  }

  end(): { baseline: string; steered: string } {
    this.terminal?.write('\n');
    return { baseline: this.#baseline, steered: this.#steered };
  }

  /** Both texts in two columns of a page `width` wide. */
  text(width = 100): string {
    const column = Math.max(10, Math.floor((width - 3) / 2));
    const left = wrap(this.#baseline, column);
    const right = wrap(this.#steered, column);
    const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, row) => `${(left[row] ?? '').padEnd(column)} │ ${right[row] ?? ''}`.trimEnd());
    return [`${'baseline'.padEnd(column)} │ steered`, `${'─'.repeat(column)}─┼─${'─'.repeat(column)}`, ...rows].join('\n');
  }

  #draw(): void {
    if (this.terminal === null) return;
    const lines = this.text(this.terminal.columns > 30 ? this.terminal.columns - 1 : 100).split('\n');
    const back = this.#lines > 1 ? `\u001b[${this.#lines - 1}A` : '';
    this.terminal.write(`${this.#lines > 0 ? `\r${back}` : ''}${lines.map((line) => `\u001b[2K${line}`).join('\n')}`);
    this.#lines = lines.length;
  }
}

/** Breaks at spaces where there are some, else anywhere. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of printable(paragraph).split(/(?<= )/)) {
      if (line.length + word.trimEnd().length > width && line !== '') {
        lines.push(line.trimEnd());
        line = '';
      }
      line += word;
      while (line.length > width) {
        lines.push(line.slice(0, width));
        line = line.slice(width);
      }
    }
    lines.push(line.trimEnd());
  }
  return lines;
}
