/**
 * JSON as the grammar of RFC 8259 has it, but refusing what `JSON.parse` lets through silently: an object
 * with the same key twice. Objects are Maps, so that no key (such as `__proto__`) can touch a prototype.
 */
export type StrictJson = null | boolean | number | string | StrictJson[] | Map<string, StrictJson>;

const MAX_DEPTH = 64;

/** @throws SyntaxError saying what is wrong and at which character. */
export function parseStrictJson(text: string): StrictJson {
  let at = 0;

  const fail = (what: string): never => {
    throw new SyntaxError(`${what} at character ${at}`);
  };
  const skipSpace = () => {
    while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++;
  };
  const token = (pattern: RegExp, what: string): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return fail(`expected ${what}`);
    at += found.length;
    return found;
  };
  // The y flag ties each pattern to the current character; JSON.parse decodes the short literals.
  const string = (): string => JSON.parse(token(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y, 'a string')) as string;

  const members = (depth: number, close: string, member: () => void) => {
    if (depth > MAX_DEPTH) fail(`more than ${MAX_DEPTH} levels`);
    at++;
    skipSpace();
    if (text[at] === close) {
      at++;
      return;
    }
    for (;;) {
      member();
      skipSpace();
      const next = text[at];
      if (next !== ',' && next !== close) fail(`expected , or ${close}`);
      at++;
      if (next === close) return;
      skipSpace();
    }
  };

  const value = (depth: number): StrictJson => {
    skipSpace();
    const first = text[at];
    if (first === '{') {
      const object = new Map<string, StrictJson>();
      members(depth, '}', () => {
        const key = string();
        if (object.has(key)) fail(`the key ${JSON.stringify(key)} appears twice, the second time`);
        skipSpace();
        if (text[at] !== ':') fail('expected :');
        at++;
        object.set(key, value(depth + 1));
      });
      return object;
    }
    if (first === '[') {
      const array: StrictJson[] = [];
      members(depth, ']', () => void array.push(value(depth + 1)));
      return array;
    }
    if (first === '"') return string();
    const literal = token(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, 'a JSON value');
    return JSON.parse(literal) as null | boolean | number;
  };

  const result = value(1);
  skipSpace();
  if (at < text.length) fail('text after the end');
  return result;
}
