import { mutate, storedZip, type Mutant, type stateDict } from '@sextant/formats/testing';

interface Pickled {
  bytes: Buffer;
  mutant: Mutant;
  /** Whether these are an archive with sound numbers and another pickle. */
  rewritten(bytes: Uint8Array): boolean;
}

/** A torch archive, and how it is changed: an odd number of changes in the archive, an even one in the pickle, with its checksum made right. */
export function pickled({ pickle, storage, integers }: ReturnType<typeof stateDict>): Pickled {
  const beside = { 'm/byteorder': Buffer.from('little'), 'm/data/0': storage, ...(integers.length > 0 ? { 'm/data/1': integers } : {}), 'm/version': Buffer.from('3\n') };
  const archive = (data: Uint8Array) => storedZip({ 'm/data.pkl': data, ...beside });
  return {
    bytes: archive(pickle),
    mutant: { change: (bytes, mutations) => (mutations.length % 2 === 1 ? mutate(bytes, mutations) : archive(mutate(pickle, mutations))) },
    rewritten: (bytes) => Buffer.from(bytes).indexOf(storage) >= 0 && Buffer.from(bytes).indexOf(pickle) < 0,
  };
}
