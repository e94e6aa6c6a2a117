import { cpu } from './cpu';
import { native } from './native';
import type { BackendProvider } from './provider';
import { wasm } from './wasm';

/** In order of preference: the first that is present is used where none is named. */
export const backendProviders: BackendProvider[] = [native, wasm, cpu];
