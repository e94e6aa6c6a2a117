// The curves at one number of threads, in a process of its own: SEXTANT_THREADS is read when the backend loads.
import { measureBackend, selectBackend } from '@sextant/compute';
import { measureStep } from './dictionaryCost';
import type { DictionarySizes } from './dictionaryFormulas';
import { measureToken, measureTraining } from './languageModelCost';
import type { Peak, Point } from './point';

const base: DictionarySizes = { d: 512, n: 8192, k: 32, batch: 2048 };
const dictionaryCurves: { curve: string; of: keyof DictionarySizes; values: number[] }[] = [
  { curve: 'TopK step over d', of: 'd', values: [128, 256, 512, 768, 1024] },
  { curve: 'TopK step over F', of: 'n', values: [2048, 4096, 8192, 16384, 32768] },
  { curve: 'TopK step over k', of: 'k', values: [8, 16, 32, 64, 128] },
  { curve: 'TopK step over batch', of: 'batch', values: [256, 512, 1024, 2048, 4096] },
];
const contexts = [64, 128, 256, 512, 1024];

const { threads } = await selectBackend();
const [product, addition] = [await measureBackend({ size: 1024 }), await measureBackend()];
const peak: Peak = { threads, gflops: product.matMulGflops, gigabytes: addition.addGigabytes };
console.log(`PEAK ${JSON.stringify(peak)}`);
const tell = (point: Point) => console.log(`POINT ${JSON.stringify(point)}`);
for (const { curve, of, values } of dictionaryCurves) {
  for (const x of values) tell(await measureStep({ ...base, [of]: x }, { curve, x, threads }));
}
for (const context of contexts) tell(await measureTraining(context, threads));
for (const context of contexts) tell(await measureToken(context, threads));
