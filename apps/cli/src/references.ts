import { SextantError } from '@sextant/schema';
import type { Session } from './session';
import { short } from './output';

interface Named {
  digest: string;
  name?: string | null;
}

type Noun = 'model' | 'corpus' | 'activations' | 'dictionary' | 'vector';

/** Lists what a person can mean by a word for this noun, newest first. */
const lists: Readonly<Record<Noun, (session: Session) => Promise<{ items: Named[] }>>> = {
  model: ({ client }) => client.models.list.query({ limit: 1000 }),
  corpus: ({ client }) => client.corpora.list.query({ limit: 1000 }),
  activations: ({ client }) => client.activations.list.query({ limit: 1000 }),
  dictionary: ({ client }) => client.dictionaries.list.query({ limit: 1000 }),
  vector: ({ client }) => client.vectors.list.query({ limit: 1000 }),
};

/**
 * The digest that a person means: the whole digest, its first digits (four or more), a name, or nothing at all where
 * the lab has only one. Of several with one name, the newest.
 * @throws SextantError NOT_FOUND, INVALID_INPUT when it is not clear which
 */
export async function digestOf(session: Session, noun: Noun, word: string | undefined): Promise<string> {
  if (word !== undefined && /^[0-9a-f]{64}$/.test(word)) return word;
  const { items } = await lists[noun](session);
  if (word === undefined) {
    const [only] = items;
    if (items.length === 1 && only !== undefined) return only.digest;
    if (only === undefined) throw new SextantError('NOT_FOUND', `this lab has no ${noun} yet`, { field: noun });
    throw new SextantError('INVALID_INPUT', `${noun}: this lab has ${items.length}; say which`, { field: noun, hint: items.slice(0, 8).map(nameOf).join(', ') });
  }
  const named = items.find((item) => item.name === word);
  if (named !== undefined) return named.digest;
  const matching = word.length >= 4 ? items.filter((item) => item.digest.startsWith(word)) : [];
  const [match] = matching;
  if (match !== undefined && matching.length === 1) return match.digest;
  if (matching.length > 1) throw new SextantError('INVALID_INPUT', `${noun}: ${word} begins ${matching.length} digests; give more of it`, { field: noun });
  throw new SextantError('NOT_FOUND', `this lab has no ${noun} ${word}`, { field: noun, value: word, hint: items.slice(0, 8).map(nameOf).join(', ') });
}

/** The feature index of a dictionary that a person names (or of the only one). */
export async function featureIndexOf(session: Session, dictionary: string | undefined): Promise<{ dictionary: string; featureIndex: string }> {
  const digest = await digestOf(session, 'dictionary', dictionary);
  const { featureIndex } = await session.client.dictionaries.get.query({ digest });
  if (featureIndex === null) {
    throw new SextantError('NOT_FOUND', `dictionary ${short(digest)} has no feature index yet`, { hint: `sextant features index --dictionary ${short(digest)}` });
  }
  return { dictionary: digest, featureIndex };
}

function nameOf({ digest, name }: Named): string {
  return name === null || name === undefined ? short(digest) : `${name} (${short(digest)})`;
}
