import { config } from 'zod';

// Zod compiles its parsers with `new Function` where it may; the page's content security policy forbids that, so it must not try.
config({ jitless: true });
