import { standardWorldSeed } from '@sextant/corpora';

/** Everything that decides what the demo model becomes. The model card prints it. */
export const recipe = {
  world: {
    seed: standardWorldSeed,
    /** Seeds of document streams: text to train on, to fit the tokenizer, to choose the trigram's weights, and to hold out. */
    trainingSeed: 1,
    tokenizerSeed: 2,
    developmentSeed: 3,
    heldOutSeed: 4,
  },
  tokenizer: { documents: 20_000, vocabSize: 1024, wholePieces: 600 },
  /** config.json, in Hugging Face's keys. */
  model: {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: 1024,
    hidden_size: 128,
    intermediate_size: 352,
    num_hidden_layers: 4,
    num_attention_heads: 4,
    num_key_value_heads: 4,
    head_dim: 32,
    hidden_act: 'silu',
    max_position_embeddings: 128,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    initializer_range: 0.02,
    tie_word_embeddings: false,
    attention_bias: false,
    mlp_bias: false,
    bos_token_id: 0,
    eos_token_id: 1,
    pad_token_id: 2,
  },
  training: {
    steps: 5000,
    /** Rows in a step. */
    batchSize: 24,
    contextLength: 128,
    learningRate: 3e-3,
    minLearningRate: 3e-5,
    warmupSteps: 100,
    weightDecay: 0.1,
    beta1: 0.9,
    beta2: 0.95,
    eps: 1e-8,
    clipNorm: 1,
    checkpointEvery: 200,
    seed: 0,
  },
  evaluation: {
    /** Packed rows of new documents for perplexity, and of training documents for the trigram baseline. */
    heldOutRows: 1000,
    trigramRows: 60_000,
    /** Items of each task under each persona adjective. */
    itemsPerCue: 400,
    prosePassages: 200,
    seed: 0,
  },
};

export type Recipe = typeof recipe;
