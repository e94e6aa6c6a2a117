import { InvalidArgumentError } from 'commander';

/** Parsers of option values; a bad one is a usage error that names the option. */
export function integer(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number.');
  return value;
}

export function positive(text: string): number {
  const value = integer(text);
  if (value < 1) throw new InvalidArgumentError('expected a whole number above 0.');
  return value;
}

export function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.');
  return value;
}

export function decimals(text: string): number[] {
  return text.split(',').map(decimal);
}

export function portOption(text: string): number {
  const port = integer(text);
  if (port < 0 || port > 65_535) throw new InvalidArgumentError('expected 0 to 65535.');
  return port;
}

/** One of `choices`, typed. */
export function oneOf<T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((known) => known === text);
    if (choice === undefined) throw new InvalidArgumentError(`expected ${choices.join(', ')}.`);
    return choice;
  };
}

/** For an option that may be given several times: it takes one word each time, so that it never swallows an argument. */
export function collect(word: string, words: string[] = []): string[] {
  return [...words, word];
}
