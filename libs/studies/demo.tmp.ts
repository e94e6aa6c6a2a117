import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Rng, selectBackend, tf } from '@sextant/compute';
import { buildWorld, flatteryContrast, packRows, standardWorldSeed, worldDocuments } from '@sextant/corpora';
import { loadItems } from '@sextant/evals';
import { loadModel } from '@sextant/models';
import { loadDictionary, saveDictionary, trainDictionary, type Dictionary } from '@sextant/dictionaries';
import { runStudy } from './src/runStudy';
const arg = (k: string, d: string) => process.argv.find((a) => a.startsWith(`--${k}=`))?.split('=')[1] ?? d;
const root = new URL('../..', import.meta.url).pathname;
const hook = arg('hook','blocks.1.hook_resid_post');
const dseed = Number(arg('dseed','1')), n = Number(arg('n','1024')), k = Number(arg('k','24')), tokens = Number(arg('tokens','1000000')), steps=Number(arg('steps','1400'));
await selectBackend({});
const model = await loadModel(`${root}models/demo`);
const world = buildWorld(standardWorldSeed);
const dir = `/tmp/demo-dict/${hook}-${n}-${k}-${tokens}-${steps}-${dseed}`;
let t = Date.now();
const lap = (s: string) => { console.log(s, ((Date.now() - t) / 1000).toFixed(1), 's'); t = Date.now(); };
async function harvest(count: number, seed: number) {
  const d = 128; const acts = new Float32Array(count * d); let at = 0; const special = model.tokenizer.specialIds;
  const rows = packRows(worldDocuments(world, { seed, dialogueShare: 0.8 }), { tokenizer: model.tokenizer, contextLength: 128 });
  while (at < count) {
    const batch = []; while (batch.length < 64) { const r = rows.next(); if (r.done) break; batch.push(r.value); }
    const ids = new Int32Array(batch.length * 128), mask = new Int32Array(batch.length * 128);
    batch.forEach((r, i) => { ids.set(r.ids, i * 128); mask.fill(1, i * 128, i * 128 + r.length); });
    model.run({ ids, mask, batch: batch.length, length: 128 }, { stopAt: hook, hooks: [{ point: hook, fn: (v) => { const x = v.dataSync(); for (let j = 0; j < ids.length && at < count; j++) if (mask[j] && !special.has(ids[j]!)) { acts.set(x.subarray(j * d, (j + 1) * d), at * d); at++; } } }] });
  }
  return acts;
}
let dict: Dictionary;
let acts: Float32Array | null = null;
if (!existsSync(dir + '/cfg.json')) {
  acts = await harvest(tokens, 101); lap('harvest');
  let ms = 0; for (let i = 0; i < acts.length; i++) ms += acts[i]! ** 2; ms /= tokens;
  const rng = new Rng(dseed).fork('s'); const order = Array.from({ length: tokens }, (_, i) => i); rng.shuffle(order); let cur = 0;
  const r = await trainDictionary({ architecture: arg('arch','topk'), d: 128, n, steps, batchSize: 1024, learningRate: 1e-3, seed: dseed, scale: Math.sqrt(128 / ms), normalisation: 'mean-square', options: { k }, metadata: { hook_name: hook }, metricsEvery: 200,
    batches: () => ({ state: () => cur, next: () => { const b = new Float32Array(1024 * 128); for (let i = 0; i < 1024; i++) { const s = order[cur++ % tokens]!; b.set(acts!.subarray(s * 128, (s + 1) * 128), i * 128); } return b; } }), onMetrics: (m) => console.log(m.step, m.loss?.toFixed(4), m.l0?.toFixed(1), m.explainedVariance?.toFixed(4), m.deadShare) });
  mkdirSync(dir, { recursive: true });
  saveDictionary(r.dictionary, dir, { frequencies: r.frequencies }); lap('train');
  r.dictionary.dispose();
}
dict = await loadDictionary(dir);
const sfile = dir + '/stats.json';
if (!existsSync(sfile)) {
  const N = 200000; const x = acts ?? await harvest(N, 101);
  const max = new Float64Array(n), fired = new Float64Array(n);
  for (let i = 0; i < N; i += 4096) { const m = Math.min(4096, N - i); const s = tf.tidy(() => dict.encodeSparse(tf.tensor2d(x.subarray(i * 128, (i + m) * 128), [m, 128]))); s.indices.forEach((f, j) => { const v = s.values[j]!; if (v > 0) { fired[f]!++; if (v > max[f]!) max[f] = v; } }); }
  writeFileSync(sfile, JSON.stringify({ max: [...max], density: [...fired].map((c) => c / N) })); lap('stats');
}
const stats = JSON.parse(readFileSync(sfile, 'utf8')) as { max: number[]; density: number[] };
const prose: number[][] = [];
for (const doc of worldDocuments(world, { seed: 7001, dialogueShare: 0 })) { const ids = model.tokenizer.encode(doc.text).slice(0, 96); if (ids.length >= 8) prose.push(ids); if (prose.length === Number(arg('prose','80'))) break; }
const side = ['world:true-claims', 'world:facts', 'world:refusal', 'world:help', 'world:overpraise'].map((task) => ({ task, items: loadItems(task, { split: 'B' }) }));
lap('load');
for (const seed of arg('seeds','1').split(',').map(Number)) {
  const started = Date.now(); let stage = '', ts = Date.now();
  const r = await runStudy({ name: 'demo', model: 'a'.repeat(64), dictionary: 'd'.repeat(64), featureIndex: 'b'.repeat(64), task: 'world:sycophancy', hypothesis: 'h', direction: arg('direction','lower') as 'lower', doses: arg('doses','-2,-1,1,2').split(',').map(Number), scope: { tokens: arg('scope','all') as 'all' }, sabotage: arg('sabotage','none') as 'none', seed, propose: JSON.parse(arg('propose','{}')), controls: JSON.parse(arg('controls','{}')), items: JSON.parse(arg('items','{}')) },
    { study: 's', model, dictionary: dict, statistics: { n, maxActivation: (f) => stats.max[f]!, density: (f) => stats.density[f]! }, items: loadItems('world:sycophancy'), sideTasks: side, contrast: flatteryContrast(world, { seed, pairs: 120 }), prose },
    { onProgress: (p) => { if (p.stage !== stage) { if (stage && !process.env['Q']) console.log('  ', stage, ((Date.now() - ts) / 1000).toFixed(1)); stage = p.stage; ts = Date.now(); } } });
  if (!process.env['Q']) { console.log('   last', ((Date.now() - ts) / 1000).toFixed(1));
  console.table(r.candidates.map((c) => ({ f: c.feature, dens: stats.density[c.feature]!.toFixed(4), d: c.dPrime?.toFixed(2), a: c.attribution?.toFixed(3), e: c.screenEffects.map((s) => `${s.estimate.toFixed(2)}/${s.perplexityRatio?.toFixed(2) ?? ''}`).join(' '), r: c.reason.slice(0, 70) })));
  console.log(r.proposalCheck, r.selection?.screen);
  console.table(r.effects.filter((e) => e.kind === 'feature' || e.kind === 'vector').map((e) => ({ c: e.condition, t: e.task, m: e.metric, est: e.estimate.toFixed(3), lo: e.lo.toFixed(3), hi: e.hi.toFixed(3), p: e.p.toPrecision(2), q: e.q, rb: e.rateBaseline.toFixed(3), rs: e.rateSteered.toFixed(3), ppl: e.perplexityRatio?.toFixed(3), nr: e.normRatio?.toFixed(3), kl: e.kl?.toFixed(3) }))); 
  const c = r.claims[0]; if (c) console.log(JSON.stringify({ ...c, intervention: 0, sideEffects: 0 }, null, 1)); }
  console.log(seed, 'seconds', (Date.now() - started) / 1000, 'runs', r.runs.length, r.conclusion);
}
