import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { downloadFile } from './downloadFile';
import type { HubModel, HubSettings } from './hubModel';

export interface DownloadModelOptions extends HubSettings {
  /** Folder for the files; what an interrupted attempt left there is gone on from. */
  dir: string;
  signal?: AbortSignal | undefined;
  onProgress?: (progress: { file: string; done: number; total: number }) => void;
  retryMs?: number;
}

/** Gets every file of a model into a folder, each checked. Errors as of downloadFile. */
export async function downloadModel({ repository, commit, files }: HubModel, options: DownloadModelOptions): Promise<void> {
  const { dir, endpoint, token, signal, onProgress, retryMs } = options;
  mkdirSync(dir, { recursive: true });
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const file of files) {
    const url = `${endpoint}/${repository}/resolve/${commit}/${file.path.split('/').map(encodeURIComponent).join('/')}`;
    const onBytes = (bytes: number) => onProgress?.({ file: file.path, done: before + bytes, total });
    await downloadFile(file, { url, token, target: join(dir, basename(file.path)), signal, onBytes, ...(retryMs !== undefined && { retryMs }) });
    before += file.size;
  }
}
