/**
 * The command line's words for what a page shows: every click has a command. Checked against the CLI in e2e.
 */
const quote = (text: string) => (/^([\w./:=@%+-]+|<\w+>)$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

export function command(...words: (string | number)[]): string {
  return ['sextant', ...words.map((word) => quote(String(word)))].join(' ');
}
