import { cpu } from './cpu';
import { native } from './native';
import type { BackendProvider } from './provider';
import { tensorflow } from './tensorflow';
import { wasm } from './wasm';
import { webgpu } from './webgpu';

/** In order of preference: the first that is present is used where none is named. `wasm` is always present, so those after it are by name only. */
export const backendProviders: BackendProvider[] = [native, wasm, cpu, tensorflow, webgpu];
