import { SextantError } from '@sextant/schema';

/** A model on a hub: `hf:owner/name[/file.gguf][@revision]`. */
export interface HubReference {
  /** `owner/name` */
  repository: string;
  /** One GGUF file of a repository that has several. */
  file: string | null;
  /** Branch, tag or commit. */
  revision: string;
}

const prefix = 'hf:';
const part = '[A-Za-z0-9][A-Za-z0-9._-]{0,95}';
const form = new RegExp(`^${prefix}(${part}/${part})(?:/([A-Za-z0-9][A-Za-z0-9._/-]*\\.gguf))?(?:@([A-Za-z0-9][A-Za-z0-9._/-]*))?$`);

export const isHubReference = (source: string): boolean => source.startsWith(prefix);

/** @throws SextantError INVALID_INPUT for anything but that form, `..` included */
export function parseHubReference(source: string): HubReference {
  const [, repository, file, revision] = form.exec(source) ?? [];
  if (repository === undefined || source.includes('..')) {
    const message = `${JSON.stringify(source)} names no model on the hub; expected hf:owner/name, hf:owner/name@revision or hf:owner/name/file.gguf`;
    throw new SextantError('INVALID_INPUT', message, { field: 'path', value: source });
  }
  return { repository, file: file ?? null, revision: revision ?? 'main' };
}
