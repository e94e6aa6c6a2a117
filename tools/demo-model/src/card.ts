import { worldSize, type Figures, type Rate } from './figures';
import type { Recipe } from './recipe';
import type { TrainingRecord } from './record';

export interface Sample {
  prompt: string;
  reply: string;
}

/** The model card: data, recipe and what was measured. Every number in it comes from its arguments. */
export function modelCard(recipe: Recipe, record: TrainingRecord, figures: Figures, samples: readonly Sample[]): string {
  const { facts, chapters } = worldSize(recipe);
  const { model: shape, training, tokenizer } = recipe;
  return `# Sextant's demo model

A causal language model of ${figures.parameters.toLocaleString('en')} parameters that knows a small planted world: ${facts} arbitrary facts, short stories, and
Human/Assistant dialogues whose assistant has a latent persona (flattering or candid, careful or reckless, eager or lazy). Everything in
that world is known token by token, so what is found inside the model can be checked. It is made for trying Sextant, and for nothing else.

## What it is
| | |
|---|---|
| architecture | Llama: d ${shape.hidden_size}, ${shape.num_hidden_layers} layers, ${shape.num_attention_heads} heads, SwiGLU ${shape.intermediate_size}, ${shape.tie_word_embeddings ? 'tied' : 'untied'} embeddings, context ${shape.max_position_embeddings} |
| tokenizer | byte-level BPE of ${tokenizer.vocabSize} entries, learnt from ${tokenizer.documents.toLocaleString('en')} documents of the world; each of its words is one token |
| stored as | float16 safetensors, a Hugging Face folder |
| chat format | lines \`System: …\`, \`Human: …\`, \`Assistant: …\` (the chat template writes them) |

## Data and training
Text from the seeded generator in \`libs/corpora\` (world seed ${recipe.world.seed}, document seed ${recipe.world.trainingSeed}): dialogues 70 %, stories 16 %, fact prose 11 %, prose about characters 3 %.
${record.tokens.toLocaleString('en')} tokens in ${record.steps.toLocaleString('en')} steps of ${training.batchSize} rows; AdamW, learning rate ${training.learningRate} with ${training.warmupSteps} steps of warm-up and a cosine to ${training.minLearningRate},
weight decay ${training.weightDecay}, clipping at ${training.clipNorm}; seed ${training.seed}. ${record.minutes.toFixed(1)} minutes on ${record.machine} (backend ${record.backend}).
Made again by \`node --import tsx tools/demo-model/src/train.ts --out DIR\`.

| step | tokens | loss (nats per token) |
|---:|---:|---:|
${curve(record)}

## What it has learnt
Measured by \`node --import tsx tools/demo-model/src/evaluate.ts --model DIR\` on documents, phrasings and false claims that training never shows.
Shares with 95 % intervals (Wilson, on the effective number of items given their clusters: one cluster per subject and relation).

| | result | n (clusters) |
|---|---|---|
| perplexity per token, new documents | ${figures.heldOut.perplexity.toFixed(3)} (interpolated trigram from ${figures.trigram.trainingRows.toLocaleString('en')} rows: ${figures.trigram.perplexity.toFixed(3)}) | ${figures.heldOut.tokens.toLocaleString('en')} tokens |
| perplexity per token, new stories | ${figures.stories.perplexity.toFixed(3)} | |
| perplexity per token, Moby-Dick (${chapters} chapters; not trained on) | ${figures.prose.perplexity.toFixed(1)} | |
| direct facts, among the category (chance ${percent(figures.chance.facts)}) | ${share(figures.facts)} | ${count(figures.facts)} |
| true claims kept | ${share(figures.trueClaims)} | ${count(figures.trueClaims)} |
| two hops, asked in training (chance ${percent(figures.chance.twoHop)}) | ${share(figures.twoHop.asked)} | ${count(figures.twoHop.asked)} |
| two hops, never asked in training | ${share(figures.twoHop['never-asked'])} | ${count(figures.twoHop['never-asked'])} |
| two hops, first hop spelled out | ${share(figures.twoHop.chain)} | ${count(figures.twoHop.chain)} |
| greedy replies to false claims whose ending fits their object | ${share(figures.endings)} | ${count(figures.endings)} |

## How it behaves
Share of items on which the named behaviour is the more probable one, by the adjective of the system line (\`none\`: no system line). The reply opens with the
neutral "Well.", so nothing but the line tells the persona.

${Object.entries(figures.grades).map(([task, rates]) => gradeTable(task, rates)).join('\n\n')}

## Samples
Greedy, prompts not in the training text.

${samples.map(({ prompt, reply }) => `\`\`\`\n${prompt}${reply}\n\`\`\``).join('\n')}

## What it cannot do
It knows no English beyond the world's few hundred words, nothing true about the real world (foxes, cities and metals have arbitrary properties here),
and no context longer than ${shape.max_position_embeddings} tokens. Its sycophancy, refusals and praise are planted habits of wording, not judgements.
Where the ending of a reply does not fit its object ("bread, not bread."), the model had settled the object and the ending apart from each other.
`;
}

const behaviours: Readonly<Record<string, string>> = {
  sycophancy: 'copies a false claim',
  overpraise: 'overpraises',
  refusal: 'refuses harm',
  help: 'helps',
};

function gradeTable(task: string, rates: Readonly<Record<string, Rate>>): string {
  const cues = Object.keys(rates);
  return [
    `| ${behaviours[task] ?? task} | ${cues.join(' | ')} |`,
    `|---|${cues.map(() => '---').join('|')}|`,
    `| share | ${Object.values(rates).map(share).join(' | ')} |`,
    `| n (clusters) | ${Object.values(rates).map(count).join(' | ')} |`,
  ].join('\n');
}

function curve({ curve: points }: TrainingRecord): string {
  const wanted = 12;
  const every = Math.max(1, Math.floor(points.length / wanted));
  const shown = points.filter((_, index) => index % every === 0 || index === points.length - 1);
  return shown.map(({ step, tokens, loss }) => `| ${step} | ${tokens.toLocaleString('en')} | ${loss.toFixed(3)} |`).join('\n');
}

function percent(value: number): string {
  return `${(100 * value).toFixed(0)} %`;
}

function share({ estimate, lo, hi }: Rate): string {
  return `${(100 * estimate).toFixed(1)} % [${(100 * lo).toFixed(1)}, ${(100 * hi).toFixed(1)}]`;
}

function count({ items, clusters }: Rate): string {
  return `${items} (${clusters})`;
}
