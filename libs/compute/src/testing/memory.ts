import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { NativeBackend } from '../native/backend';

/** What this process holds, after a collection of garbage. */
export interface MemoryHeld {
  tensors: number;
  tensorBytes: number;
  /** Bytes of arrays that JavaScript can reach, those the pool keeps for reuse included. */
  arrayBytes: number;
  /** Of those, what lies idle in the pool of the native backend; 0 on any other. */
  idleBytes: number;
  /** All of the process, the scratch of the C++ kernels included. */
  residentBytes: number;
}

/** For tests that look for leaks: it makes V8 collect first, which takes long. */
export function memoryHeld(): MemoryHeld {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  const { numTensors, numBytes } = tf.memory();
  const { arrayBuffers, rss } = process.memoryUsage();
  const backend = tf.backend();
  const idleBytes = backend instanceof NativeBackend ? backend.pool.idleBytes : 0;
  return { tensors: numTensors, tensorBytes: numBytes, arrayBytes: arrayBuffers, idleBytes, residentBytes: rss };
}
