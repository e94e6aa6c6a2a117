// Zod compiles its parsers with `new Function` where it may; the page's content security policy forbids that, so it must not try.
// A script of its own because it has to run before the first schema is made.
globalThis.__zod_globalConfig = { jitless: true };
