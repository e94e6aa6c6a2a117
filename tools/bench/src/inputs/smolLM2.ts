import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel, saveModel } from '@sextant/models';
import { smolLM2File } from '../paths';
import { writeTokens } from './languageModel';

const PROMPT = 'Once upon a time there was a little lighthouse keeper who';

/** SmolLM2-135M from its Q4_1 file as a float32 Hugging Face folder, for peers that do not read it, with 2 × 512 tokens. */
export async function writeSmolLM2(dir: string): Promise<void> {
  if (existsSync(join(dir, 'prompt.json'))) return;
  const model = await loadModel(smolLM2File);
  try {
    saveModel(model, dir);
    const prompt = model.tokenizer.encode(PROMPT);
    writeTokens(dir, { rows: 2, length: 512, prompt: Int32Array.from(prompt), vocabulary: model.config.vocabSize });
    writeFileSync(join(dir, 'prompt.json'), `${JSON.stringify({ text: PROMPT, prompt })}\n`);
  } finally {
    model.dispose();
  }
}
