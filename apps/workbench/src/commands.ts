/**
 * The command line's words for what a page shows: every click has a command. Checked against the CLI in e2e.
 */
const quote = (text: string) => (/^([\w./:=@%+-]+|<\w+>)$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** First light on the lab this server serves: `npm start` finds the server by the lab's folder. */
export function firstLightCommand(lab: string): string {
  return `npm start -- --lab ${quote(lab)}`;
}

export function command(...words: (string | number)[]): string {
  return ['sextant', ...words.map((word) => quote(String(word)))].join(' ');
}
