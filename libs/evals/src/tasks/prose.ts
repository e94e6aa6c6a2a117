import { fileDocuments, proseDocuments, splitOf } from '@sextant/corpora';
import type { EvalTask } from '../task';
import { likelihoodItem } from './likelihood';

/** Characters of each passage: short enough for a context of 128 byte-level tokens. */
const passageLength = 120;
const passagesPerDocument = 2;

/** Short passages of public-domain prose, or of a text file: how well are they predicted? */
export const prose: EvalTask = {
  name: 'prose',
  version: '1',
  description: 'Log-probability of passages of Moby-Dick, or of the text file at `path` (perplexity)',
  needsPath: false,
  load({ path }) {
    const documents = path === undefined ? proseDocuments() : fileDocuments(path);
    return documents.flatMap(({ text, attributes }, index) =>
      passages(text).map((passage) => likelihoodItem(passage, `prose/${index}`, splitOf(index), attributes)),
    );
  },
};

/** The first passages of a text, cut at white space. */
function passages(text: string): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const found: string[] = [];
  let passage = '';
  for (const word of words) {
    if (passage !== '' && passage.length + 1 + word.length > passageLength) {
      found.push(passage);
      if (found.length === passagesPerDocument) return found;
      passage = '';
    }
    passage = passage === '' ? word : `${passage} ${word}`;
  }
  return found.length === 0 && passage !== '' ? [passage] : found;
}
