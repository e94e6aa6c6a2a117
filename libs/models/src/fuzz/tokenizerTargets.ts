import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SextantError } from '@sextant/schema';
import { mutation, textMutation, type FuzzTarget } from '@sextant/formats/testing';
import recorded from '../tokenizer/sentencePieceCases.json';
import { readSentencePieceModel } from '../tokenizer/sentencePieceModel';
import { sentencePieceBytes, type SentencePieceParts } from '../tokenizer/sentencePieceWriter';
import { spmTokenizer } from '../tokenizer/spmTokenizer';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { loadTokenizer } from '../tokenizer/tokenizerFolder';
import { readPieces } from './referenceReaders';

const probes = ['', 'The little fox', ' a  b ', 'naïve 🦊 ½\n', '<s>x</s>'];

/** Vocabularies may be held several times over: as text, as table, as trie. */
const memory = { factor: 64, constant: 2 ** 20 };

/** A tokenizer.json with merges and bytes, and SentencePiece models of both kinds. */
export function tokenizerTargets(): FuzzTarget<Tokenizer>[] {
  return [tokenizerJson(), sentencePiece('bpe-user'), sentencePiece('unigram-map')];
}

function partsOf(name: string): SentencePieceParts {
  const { pieces, ...rest } = recorded.find((each) => each.name === name)!;
  return { ...rest, pieces: pieces.map(([text, score, kind]) => [String(text), Number(score), Number(kind)] as const) };
}

function tokenizerJson(): FuzzTarget<Tokenizer> {
  const dir = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const file = join(dir, 'x.model');
  try {
    writeFileSync(file, sentencePieceBytes(partsOf('bpe-bytes')));
    const good = Buffer.from(JSON.stringify(spmTokenizer(readSentencePieceModel(file), file).tokenizer, null, 1));
    return {
      name: 'tokenizer.json',
      files: { 'tokenizer.json': good },
      mutants: { 'tokenizer.json': { mutations: textMutation() } },
      load: loadTokenizer,
      check(tokenizer, files) {
        const { model, added_tokens: added } = JSON.parse(Buffer.from(files['tokenizer.json']!).toString()) as Parsed;
        const said = new Map(Object.entries(model.vocab).map(([token, id]) => [id, token] as const));
        for (const { id, content } of added ?? []) said.set(id, content);
        checkVocabulary(tokenizer, said);
      },
      memory,
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

interface Parsed {
  model: { vocab: Record<string, number> };
  added_tokens?: { id: number; content: string }[];
}

function sentencePiece(name: string): FuzzTarget<Tokenizer> {
  return {
    name: `SentencePiece, ${name}`,
    files: { 'tokenizer.model': sentencePieceBytes(partsOf(name)) },
    mutants: { 'tokenizer.model': { mutations: mutation() } },
    load: loadTokenizer,
    check: (tokenizer, files) => checkVocabulary(tokenizer, new Map(readPieces(files['tokenizer.model']!).entries())),
    memory,
  };
}

/** The vocabulary is the file's, and texts become ids of it and text again. A text may be refused: it may have no tokens any more. */
function checkVocabulary(tokenizer: Tokenizer, said: ReadonlyMap<number, string>): void {
  if (tokenizer.vocabSize !== Math.max(...said.keys()) + 1) throw new Error(`silent: ${tokenizer.vocabSize} ids where the file says ${Math.max(...said.keys()) + 1}`);
  for (const [id, token] of said) {
    if (tokenizer.token(id) !== token) throw new Error(`silent: token ${id} is ${JSON.stringify(tokenizer.token(id))} where the file says ${JSON.stringify(token)}`);
  }
  for (const probe of probes) {
    try {
      const ids = tokenizer.encode(probe);
      const stray = ids.find((id) => !said.has(id));
      if (stray !== undefined) throw new Error(`silent: ${JSON.stringify(probe)} gives the id ${stray}`);
      tokenizer.decode(ids);
    } catch (error) {
      if (!(error instanceof SextantError) || error.code !== 'INVALID_INPUT') throw error;
    }
  }
}
