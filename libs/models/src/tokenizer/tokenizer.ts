import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { SextantError } from '@sextant/schema';
import { isJsonObject, type JsonObject } from '../json';
import { bytesOfByteLevelToken, displayBytes } from './byteText';
import { ChatTemplate, chatTemplateSource, type ChatMessage } from './chatTemplate';
import { PrecompiledMap } from './precompiledMap';
import { decoderAsRust, preTokenizerAsRust } from './rustComponents';
import { checkTokenizerJson } from './tokenizerJson';
import { TokenStream } from './tokenStream';

/** What a Hugging Face folder says about its tokenizer. */
export interface TokenizerFiles {
  /** tokenizer.json */
  tokenizer: JsonObject;
  /** tokenizer_config.json; may be empty. */
  config?: JsonObject;
  /** chat_template.jinja, which takes precedence over the key `chat_template` of the config. */
  chatTemplate?: string;
  /** Name for error messages. */
  file?: string;
}

export interface EncodeOptions {
  /** Add what tokenizer.json's post-processor adds (usually BOS). Default true; false for a continuation. */
  addSpecial?: boolean;
}

/**
 * Text to token ids and back, exactly as tokenizer.json says. Ids are what the model's embedding rows are
 * numbered by; the vocabulary may be smaller than the model's (padded embeddings).
 */
export class Tokenizer {
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly padId: number | null;
  readonly unkId: number | null;
  /** Ids that carry structure rather than text: BOS, EOS, padding, chat marks. */
  readonly specialIds: ReadonlySet<number>;
  /** Largest id plus one. */
  readonly vocabSize: number;
  /** The files as they were read, for writing the folder again. */
  readonly files: TokenizerFiles;

  private readonly engine: HuggingFaceTokenizer;
  private readonly byteLevel: boolean;
  private readonly addedTokens: ReadonlyMap<number, string>;
  private readonly cleanUpSpaces: boolean;
  private readonly charsMap: PrecompiledMap | null;
  private readonly bytePieces: { unkId: number; ids: number[] } | null;
  private readonly chat: ChatTemplate | null;
  private readonly bytes: (Uint8Array | undefined)[] = [];

  /** @throws SextantError INVALID_FILE when tokenizer.json is no tokenizer this library knows. */
  constructor(files: TokenizerFiles) {
    const { tokenizer, config = {}, file = 'tokenizer.json' } = files;
    this.files = files;
    checkTokenizerJson(tokenizer, file);
    const { normalizer, map } = withoutPrecompiled(tokenizer.normalizer ?? null, file);
    this.charsMap = map;
    const parts: JsonObject = {
      ...{ added_tokens: [], post_processor: null, ...tokenizer, normalizer },
      pre_tokenizer: preTokenizerAsRust(tokenizer.pre_tokenizer ?? null),
      decoder: decoderAsRust(tokenizer.decoder ?? null),
    };
    try {
      this.engine = new HuggingFaceTokenizer(parts, { ...stringTokens(config), ...wordLevelUnknown(tokenizer.model) });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new SextantError('INVALID_FILE', `${file}: not a tokenizer that can be read: ${reason}`, { file }, { cause });
    }
    const added = [...this.engine.get_added_tokens_decoder().entries()];
    this.addedTokens = new Map(added.map(([id, token]) => [id, token.content]));
    this.byteLevel = mentions(parts.decoder, 'ByteLevel') || (parts.decoder === null && mentions(parts.pre_tokenizer, 'ByteLevel'));
    // Transformers 4 cleaned up by default, which loses spaces; a file that wants it says so.
    this.cleanUpSpaces = config.clean_up_tokenization_spaces === true;

    const named = Object.fromEntries(['bos', 'eos', 'pad', 'unk'].map((name) => [name, tokenContent(config[`${name}_token`])]));
    const idOf = (name: string) => (named[name] == null ? null : (this.engine.token_to_id(named[name]) ?? null));
    [this.bosId, this.eosId, this.padId, this.unkId] = [idOf('bos'), idOf('eos'), idOf('pad'), idOf('unk')];
    const special = added.filter(([, token]) => token.special).map(([id]) => id);
    this.specialIds = new Set([...special, this.bosId, this.eosId, this.padId, this.unkId].filter((id) => id !== null));
    this.bytePieces = unigramBytes(tokenizer.model, (token) => this.engine.token_to_id(token));
    let largest = -1;
    for (const id of this.engine.get_vocab().values()) largest = Math.max(largest, id);
    this.vocabSize = largest + 1;

    const source = files.chatTemplate ?? chatTemplateSource(config.chat_template);
    const tokens = Object.fromEntries(Object.entries(named).map(([name, token]) => [`${name}_token`, token ?? '']));
    this.chat = source === null ? null : new ChatTemplate(source, tokens, file);
  }

  encode(text: string, { addSpecial = true }: EncodeOptions = {}): number[] {
    const { ids: found, tokens } = this.engine.encode(this.charsMap?.normalise(text) ?? text, { add_special_tokens: addSpecial });
    const ids = this.bytePieces ? found.flatMap((id, at) => this.fallBack(id, tokens[at]!)) : found;
    const lost = ids.findIndex((id) => id === undefined);
    if (lost >= 0) {
      throw new SextantError('INVALID_INPUT', `the tokenizer has no token for ${JSON.stringify(tokens[lost])} and no unknown token`, { value: tokens[lost] });
    }
    return ids;
  }

  /** Text of these ids; special tokens are left out unless `skipSpecial` is false. Unfinished characters read U+FFFD. */
  decode(ids: readonly number[], { skipSpecial = true }: { skipSpecial?: boolean } = {}): string {
    const known = ids.filter((id) => this.token(id) !== undefined && !(skipSpecial && this.specialIds.has(id)));
    if (known.length === 0) return '';
    return this.engine.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: this.cleanUpSpaces });
  }

  /** A decoder that takes ids one by one and gives text only in whole characters. `context` are the ids before the first. */
  stream(context: readonly number[] = []): TokenStream {
    return new TokenStream((ids) => this.decode(ids), context);
  }

  /** The token as tokenizer.json writes it (`Ġworld`, `▁world`, `<0x0A>`), or undefined beyond the vocabulary. */
  token(id: number): string | undefined {
    return this.engine.id_to_token(id);
  }

  tokenId(token: string): number | undefined {
    return this.engine.token_to_id(token);
  }

  /**
   * Display text of one token: the leading space is kept, special tokens show their name, and bytes that are
   * no whole character by themselves show as `\xNN`. Ids beyond the vocabulary show as `[id]`.
   */
  piece(id: number): string {
    const bytes = this.tokenBytes(id);
    return bytes === undefined ? `[${id}]` : displayBytes(bytes);
  }

  /** UTF-8 bytes of one token in running text (leading space included); undefined beyond the vocabulary. */
  tokenBytes(id: number): Uint8Array | undefined {
    return (this.bytes[id] ??= this.computeBytes(id));
  }

  /**
   * The conversation as one string, written by the model's own chat template. Encode it with `addSpecial: false`.
   * @throws SextantError UNAVAILABLE when the model has no template, INVALID_INPUT when the template refuses.
   */
  applyChat(messages: readonly ChatMessage[], { addGenerationPrompt = false }: { addGenerationPrompt?: boolean } = {}): string {
    if (this.chat) return this.chat.render(messages, addGenerationPrompt);
    const { file = 'tokenizer.json' } = this.files;
    throw new SextantError('UNAVAILABLE', `${file}: this model has no chat template; give it plain text, or add chat_template.jinja to its folder`, { file });
  }

  get hasChatTemplate(): boolean {
    return this.chat !== null;
  }

  /** An unknown piece of a unigram vocabulary with bytes becomes its bytes. */
  private fallBack(id: number, token: string): number[] {
    const { bytePieces } = this;
    if (!bytePieces || id !== bytePieces.unkId || this.token(id) === token) return [id];
    return Array.from(new TextEncoder().encode(token), (byte) => bytePieces.ids[byte]!);
  }

  private computeBytes(id: number): Uint8Array | undefined {
    const token = this.token(id);
    if (token === undefined) return undefined;
    const text = new TextEncoder();
    if (this.addedTokens.has(id)) return text.encode(token);
    if (this.byteLevel) return bytesOfByteLevelToken(token) ?? text.encode(token);
    const fallback = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
    return fallback ? Uint8Array.of(parseInt(fallback[1]!, 16)) : text.encode(token.replaceAll('▁', ' '));
  }
}

/** Special tokens are plain strings, or objects `{content, lstrip, …}` in older files. */
function tokenContent(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return isJsonObject(value) && typeof value.content === 'string' ? value.content : null;
}

/** The JavaScript library takes the unknown word of a `WordLevel` model from the config. */
function wordLevelUnknown(model: unknown): JsonObject {
  return isJsonObject(model) && model.type === 'WordLevel' ? { unk_token: model.unk_token } : {};
}

function stringTokens(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, key.endsWith('_token') ? (tokenContent(value) ?? undefined) : value]));
}

/**
 * A precompiled character map is applied before the library, which only approximates it. It can only come first.
 * @throws SextantError INVALID_FILE when it comes later, or is damaged.
 */
function withoutPrecompiled(normalizer: unknown, file: string): { normalizer: unknown; map: PrecompiledMap | null } {
  if (!isJsonObject(normalizer) || !mentions(normalizer, 'Precompiled')) return { normalizer, map: null };
  const list: unknown[] = normalizer.type === 'Sequence' && Array.isArray(normalizer.normalizers) ? normalizer.normalizers : [normalizer];
  const [first, ...rest] = list;
  if (!isJsonObject(first) || first.type !== 'Precompiled' || mentions(rest, 'Precompiled')) {
    throw new SextantError('INVALID_FILE', `${file}: "normalizer" has a precompiled character map that is not its first step; only there it is read`, { file, field: 'normalizer' });
  }
  const bytes = Buffer.from(String(first.precompiled_charsmap), 'base64');
  const map = bytes.length === 0 ? null : new PrecompiledMap(bytes, file);
  return { normalizer: { type: 'Sequence', normalizers: rest }, map };
}

/** Ids of the 256 byte pieces of a unigram vocabulary that falls back to them, which the JavaScript library does not. */
function unigramBytes(model: unknown, idOf: (token: string) => number | undefined): { unkId: number; ids: number[] } | null {
  if (!isJsonObject(model) || model.type !== 'Unigram' || model.byte_fallback !== true) return null;
  const ids = Array.from({ length: 256 }, (_, byte) => idOf(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)).filter((id) => id !== undefined);
  return ids.length === 256 ? { unkId: Number(model.unk_id), ids } : null;
}

/** Whether a component of tokenizer.json is of this type, or a sequence that contains one. */
function mentions(component: unknown, type: string): boolean {
  if (Array.isArray(component)) return component.some((part) => mentions(part, type));
  return isJsonObject(component) && (component.type === type || Object.values(component).some((part) => mentions(part, type)));
}
