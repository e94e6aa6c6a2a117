export { Tokenizer, type EncodeOptions, type TokenizerFiles } from './tokenizer/tokenizer';
export { TokenStream } from './tokenizer/tokenStream';
export type { ChatMessage } from './tokenizer/chatTemplate';
export { tokenSpans, type TokenSpan } from './tokenizer/offsets';
export { hasTokenizer, loadTokenizer, saveTokenizer } from './tokenizer/tokenizerFolder';
