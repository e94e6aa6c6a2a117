import { HUB_URL, HubApiError, listFiles, modelInfo, type ListFileEntry } from '@huggingface/hub';
import { SextantError } from '@sextant/schema';
import { folderFiles } from '../checkpoints/folderFiles';
import type { HubReference } from './reference';

export interface HubSettings {
  /** Address of the hub. */
  endpoint: string;
  /** For private and gated models; goes to the endpoint only. */
  token: string | undefined;
}

/** HF_ENDPOINT and HF_TOKEN, as every program of the hub reads them. */
export function hubSettings(environment: NodeJS.ProcessEnv = process.env): HubSettings {
  return { endpoint: (environment['HF_ENDPOINT'] || HUB_URL).replace(/\/+$/, ''), token: environment['HF_TOKEN'] || undefined };
}

/** A file with the checksum that the hub keeps: SHA-256 of large files, git's blob id of small ones. */
export interface HubFile {
  path: string;
  size: number;
  checksum: { algorithm: 'sha256' | 'git'; value: string };
}

/** What to get of a repository, at one commit. */
export interface HubModel {
  repository: string;
  commit: string;
  files: HubFile[];
}

/**
 * The files of a model: those of its Hugging Face folder, or of a repository without one its GGUF file.
 * @throws SextantError NOT_FOUND without such a repository, revision or file; INVALID_INPUT when several GGUF files could be
 * meant; UNAVAILABLE when the hub does not answer
 */
export async function listHubModel({ repository, file, revision }: HubReference, settings: HubSettings, signal?: AbortSignal): Promise<HubModel> {
  const { endpoint: hubUrl } = settings;
  const access = { hubUrl, fetch: asking(settings, signal) };
  try {
    const { sha: commit } = await modelInfo({ name: repository, revision, additionalFields: ['sha'], ...access });
    const entries: ListFileEntry[] = [];
    for await (const entry of listFiles({ repo: repository, revision: commit, recursive: true, ...access })) if (entry.type === 'file') entries.push(entry);
    const files = chosen(repository, entries.map(({ path }) => path), file);
    return { repository, commit, files: files.map((path) => hubFile(repository, entries.find((entry) => entry.path === path))) };
  } catch (error) {
    throw asSextantError(error, `${repository}@${revision}`, hubUrl);
  }
}

function chosen(repository: string, names: readonly string[], file: string | null): string[] {
  if (file !== null) {
    if (names.includes(file)) return [file];
    throw new SextantError('NOT_FOUND', `${repository} has no file ${file}`, { file, value: file });
  }
  const root = names.filter((name) => !name.includes('/'));
  const folder = folderFiles(root);
  if (root.includes('config.json') && folder.some((name) => /\.(safetensors|bin)$/.test(name))) return folder;
  const ggufs = names.filter((name) => name.endsWith('.gguf'));
  if (ggufs.length === 1) return ggufs;
  if (ggufs.length > 1) {
    const hint = `name one, such as hf:${repository}/${ggufs[0]}`;
    throw new SextantError('INVALID_INPUT', `${repository} has ${ggufs.length} GGUF files (${ggufs.slice(0, 6).join(', ')}…); ${hint}`, { field: 'path', hint });
  }
  throw new SextantError('NOT_FOUND', `${repository} has no model that can be read: neither config.json with model.safetensors or pytorch_model.bin, nor a .gguf file`, {
    value: repository,
  });
}

function hubFile(repository: string, entry: ListFileEntry | undefined): HubFile {
  const value = entry?.lfs?.oid ?? entry?.oid;
  const size = entry?.lfs?.size ?? entry?.size;
  if (entry === undefined || value === undefined || !Number.isSafeInteger(size) || !/^[0-9a-f]+$/.test(value)) {
    throw new SextantError('UNAVAILABLE', `${repository}: the hub states no size and checksum for ${entry?.path ?? 'a file'}`, { file: entry?.path });
  }
  return { path: entry.path, size: size!, checksum: { algorithm: entry.lfs ? 'sha256' : 'git', value } };
}

/** The client takes only tokens of the public hub; mirrors have others. */
function asking({ endpoint, token }: HubSettings, signal: AbortSignal | undefined): typeof fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    if (token !== undefined && url.origin === new URL(endpoint).origin) headers.set('Authorization', `Bearer ${token}`);
    return fetch(url, { ...init, headers, ...(signal && { signal }) });
  };
}

function asSextantError(error: unknown, what: string, endpoint: string): unknown {
  if (error instanceof SextantError || (error instanceof Error && error.name === 'AbortError')) return error;
  if (!(error instanceof HubApiError)) {
    return new SextantError('UNAVAILABLE', `${endpoint} does not answer: ${error instanceof Error ? error.message : String(error)}`, { value: endpoint }, { cause: error });
  }
  if (error.statusCode === 404) return new SextantError('NOT_FOUND', `${what} is not on ${endpoint}`, { value: what }, { cause: error });
  if (error.statusCode === 401 || error.statusCode === 403) {
    const hint = 'set HF_TOKEN to a token that may read it';
    return new SextantError('NOT_FOUND', `${what} is private, gated or not on ${endpoint}; ${hint}`, { value: what, hint }, { cause: error });
  }
  return new SextantError('UNAVAILABLE', `${endpoint} answered ${error.statusCode} about ${what}`, { value: what }, { cause: error });
}
