import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import type { SparseCodes } from '../sparseCodes';

interface Block {
  firstToken: number;
  tokens: number;
  entries: number;
  at: number;
}

/**
 * Codes written to a scratch file block by block and read back in the same order, so that tokens are encoded
 * once and the later passes hold one block in memory. `dispose` deletes the file.
 */
export class CodeSpill {
  private readonly fd: number;
  private readonly blocks: Block[] = [];
  private end = 0;
  private tokens = 0;

  constructor(private readonly path: string) {
    this.fd = openSync(path, 'w+');
  }

  append(codes: SparseCodes): void {
    const tokens = codes.rowOffsets.length - 1;
    this.blocks.push({ firstToken: this.tokens, tokens, entries: codes.indices.length, at: this.end });
    this.tokens += tokens;
    for (const array of [codes.rowOffsets, codes.indices, codes.values]) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let done = 0; done < bytes.length; ) done += writeSync(this.fd, bytes, done, bytes.length - done, this.end + done);
      this.end += bytes.length;
    }
  }

  *read(): Generator<{ firstToken: number; tokens: number; codes: SparseCodes }> {
    for (const { firstToken, tokens, entries, at } of this.blocks) {
      const rowOffsets = new Int32Array(tokens + 1);
      const indices = new Int32Array(entries);
      const values = new Float32Array(entries);
      let from = at;
      for (const array of [rowOffsets, indices, values]) {
        for (let done = 0; done < array.byteLength; ) done += readSync(this.fd, array, done, array.byteLength - done, from + done);
        from += array.byteLength;
      }
      yield { firstToken, tokens, codes: { rowOffsets, indices, values } };
    }
  }

  dispose(): void {
    closeSync(this.fd);
    rmSync(this.path, { force: true });
  }
}
