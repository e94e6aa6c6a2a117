#!/usr/bin/env node
// Sextant runs from its TypeScript source: tsx strips the types as modules load.
import { register } from 'tsx/esm/api';

register();
await import('../src/main.ts');
