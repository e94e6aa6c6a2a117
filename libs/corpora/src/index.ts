export { documentSchema, spanLabelSchema, spanSchema, type Document, type Span, type SpanLabel } from './document';
export { buildWorld, clusterOf, splitOf, standardWorldSeed, type Fact, type Pairing, type Split, type World } from './world/world';
export { categories, type Category } from './world/words';
export { relationNames, relations, twoHopNames, twoHops, type RelationName, type TwoHopName } from './world/relations';
export { axes, axisPlans, neutralOpener, type Axis } from './world/persona';
export { themes, moods } from './world/themes';
export { defaultDialogueShare, worldDocuments, type WorldDocumentOptions } from './world/worldDocuments';
export { story } from './world/story';
export { dialogue } from './world/dialogue';
export { factProse } from './world/factProse';
export { chatPrompt, chatTemplate, type ChatPrompt } from './world/chat';
export { worldEvalItems, worldItemKinds, type WorldItemKind } from './world/items/index';
export type { WorldItem, WorldItemOptions } from './world/items/worldItem';
export { flatteryContrast, type ContrastPair } from './world/contrast';
export { specialTokens, trainBpe, type BpeOptions, type TokenizerJson } from './tokenizer/trainBpe';
export { tokenizerConfig } from './tokenizer/tokenizerConfig';
export { endOfDocument, type CorpusTokenizer } from './packing/corpusTokenizer';
export { packRows, type PackedRow, type PackOptions } from './packing/packRows';
export {
  Corpus,
  corpusDocumentSchema,
  corpusMetaSchema,
  readCorpus,
  writeCorpus,
  type CorpusDocument,
  type CorpusMeta,
  type WriteCorpusOptions,
} from './packing/corpus';
export { TrigramModel } from './trigram';
export { proseDocuments } from './sources/prose';
export { fileDocuments } from './sources/textFile';
