// Greedy generation with llama.cpp through node-llama-cpp. argv: folder of the package, folder of inputs, JSON settings.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, inputs, settingsJson] = process.argv.slice(2);
const settings = JSON.parse(settingsJson);
const folder = path.join(packages, 'node_modules/node-llama-cpp');
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(path.join(folder, 'dist/index.js')).href);
const { prompt } = JSON.parse(readFileSync(path.join(inputs, 'prompt.json'), 'utf8'));

const llama = await getLlama({ gpu: false, build: 'never', maxThreads: settings.threads, logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath: settings.model });
const context = await model.createContext({ threads: settings.threads, contextSize: settings.contextSize });
const seconds = [];
let ids = [];
for (let run = 0; run < settings.warmup + settings.repetitions; run++) {
  const sequence = context.getSequence();
  const started = performance.now();
  ids = [];
  for await (const id of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
    ids.push(id);
    if (ids.length === settings.newTokens) break;
  }
  if (run >= settings.warmup) seconds.push((performance.now() - started) / 1000);
  sequence.dispose();
}
const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
console.log(`BENCH ${JSON.stringify({ units: settings.newTokens, seconds, evidence: { kind: 'ids', ids }, versions: { 'node-llama-cpp': version } })}`);
process.exit(0);
