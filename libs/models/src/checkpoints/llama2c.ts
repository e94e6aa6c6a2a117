import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openLlama2c, readLlama2cTokenizer } from '@sextant/formats';
import { readSentencePieceModel } from '../tokenizer/sentencePieceModel';
import { spmTokenizer, type SpmPiece } from '../tokenizer/spmTokenizer';
import { Tokenizer } from '../tokenizer/tokenizer';
import type { TensorPlacement } from '../families/family';
import { renamed } from '../weights/bindings';
import { fileWeights } from '../weights/fileWeights';
import { paired } from '../weights/layouts';
import type { CheckpointFormat } from './checkpoint';

/** Facts that llama2.c's run.c fixes and its files do not state. */
const fixed = { rms_norm_eps: 1e-5, rope_theta: 10000, bos_token_id: 1, eos_token_id: 2 };
const [UNK, BOS, EOS, FIRST_BYTE, FIRST_PIECE] = [0, 1, 2, 3, 259];

const names = {
  embed: 'tok_embeddings',
  blocks: 'layers',
  ln1: 'attention_norm',
  'attn.v': 'attention.wv',
  'attn.o': 'attention.wo',
  ln2: 'ffn_norm',
  'mlp.gate': 'feed_forward.w1',
  'mlp.down': 'feed_forward.w2',
  'mlp.up': 'feed_forward.w3',
  ln_final: 'norm',
  unembed: 'output',
};
const rotating = { blocks: 'layers', 'attn.q': 'attention.wq', 'attn.k': 'attention.wk' };

const llama2cPlacement: TensorPlacement = {
  tensors: (parameters, { blocks: [block] }) => [...renamed(parameters, names), ...renamed(parameters, rotating, paired(block!.attention.headDim))],
};

/** A llama2.c file (karpathy/llama2.c, legacy export) with its tokenizer in the same folder. */
export const llama2c: CheckpointFormat = {
  name: 'llama2.c',
  looksLike: 'a llama2.c model.bin, or its folder',
  recognises: (path) => weightsFile(path) !== null,
  files(path) {
    const weights = weightsFile(path)!;
    const tokenizer = tokenizerFile(weights);
    return [{ path: weights, name: 'model.bin' }, ...(tokenizer === null ? [] : [{ path: tokenizer, name: basename(tokenizer) }])];
  },
  open(path) {
    const file = openLlama2c(weightsFile(path)!);
    try {
      const { dim, hiddenDim, nLayers, nHeads, nKvHeads, vocabSize, tied, contextLength } = file.config;
      const sizes = { hidden_size: dim, intermediate_size: hiddenDim, num_hidden_layers: nLayers, num_attention_heads: nHeads, num_key_value_heads: nKvHeads };
      return {
        configFile: file.path,
        config: { model_type: 'llama', ...sizes, vocab_size: vocabSize, max_position_embeddings: contextLength, tie_word_embeddings: tied, ...fixed },
        generation: {},
        tokenizer: tokenizerBeside(file.path, vocabSize),
        weights: fileWeights(file),
        placement: llama2cPlacement,
      };
    } catch (error) {
      file.close();
      throw error;
    }
  },
};

function weightsFile(path: string): string | null {
  if (!existsSync(path)) return null;
  const file = statSync(path).isDirectory() ? join(path, 'model.bin') : path;
  return existsSync(file) && file.endsWith('.bin') ? file : null;
}

/** A SentencePiece model, or the tokenizer that llama2.c exports from one. */
function tokenizerFile(model: string): string | null {
  const names = readdirSync(dirname(model)).filter((name) => name !== basename(model));
  const name = names.find((each) => each.endsWith('.model')) ?? names.find((each) => /^tok.*\.bin$/.test(each));
  return name === undefined ? null : join(dirname(model), name);
}

function tokenizerBeside(model: string, vocabSize: number): Tokenizer | null {
  const file = tokenizerFile(model);
  if (file === null) return null;
  return new Tokenizer(file.endsWith('.model') ? spmTokenizer(readSentencePieceModel(file), file) : exportedTokenizer(file, vocabSize));
}

function exportedTokenizer(file: string, vocabSize: number) {
  const { pieces, scores } = readLlama2cTokenizer(file, vocabSize);
  const utf8 = new TextDecoder();
  const pieceOf = (bytes: Uint8Array, id: number): SpmPiece => {
    const score = scores[id]!;
    if (id === UNK) return { text: '<unk>', score, kind: 'unknown' };
    if (id === BOS || id === EOS) return { text: id === BOS ? '<s>' : '</s>', score, kind: 'control' };
    if (id < FIRST_PIECE) return { text: `<0x${(id - FIRST_BYTE).toString(16).toUpperCase().padStart(2, '0')}>`, score, kind: 'byte' };
    return { text: utf8.decode(bytes).replaceAll(' ', '▁'), score, kind: 'normal' };
  };
  const vocabulary = { algorithm: 'bpe' as const, pieces: pieces.map(pieceOf), bosId: BOS, eosId: EOS, unkId: UNK, addBos: true, addPrefix: true, removeExtraSpaces: false };
  return spmTokenizer(vocabulary, file);
}
