import { SextantError } from '@sextant/schema';
import type { PositionalFile } from '../positionalFile';
import { elementCount } from '../elements';
import { isSafetensorsDtype, safetensorsWidths, type TensorEntry } from './types';
import { parseStrictJson, type StrictJson } from './strictJson';

/** Longest header accepted, in bytes; the limit of the original library. */
const MAX_HEADER = 100_000_000;

export interface SafetensorsHeader {
  tensors: Map<string, TensorEntry>;
  metadata: Record<string, string>;
}

/**
 * Reads and checks the whole header: after this every entry's dtype, shape and byte range agree with each
 * other and the ranges tile the file exactly, as the format demands (huggingface/safetensors, README "Format").
 * @throws SextantError INVALID_FILE naming file, tensor and value.
 */
export function readSafetensorsHeader(file: PositionalFile): SafetensorsHeader {
  const refuse = (what: string, detail: { tensor?: string; value?: unknown } = {}): never => {
    const tensor = detail.tensor === undefined ? '' : `tensor ${JSON.stringify(detail.tensor)} `;
    throw new SextantError('INVALID_FILE', `${file.path}: ${tensor}${what}`, { file: file.path, ...detail });
  };

  if (file.size < 8) refuse(`has ${file.size} bytes; a safetensors file begins with an 8-byte header length`, { value: file.size });
  const lengthBytes = file.read(0, 8);
  const length = new DataView(lengthBytes.buffer).getBigUint64(0, true);
  if (length > BigInt(file.size - 8)) refuse(`header length ${length} is beyond the file's ${file.size} bytes`, { value: length.toString() });
  if (length > MAX_HEADER) refuse(`header length ${length} is above the format's limit of ${MAX_HEADER}`, { value: length.toString() });
  if (length === 0n) refuse('header is empty; expected a JSON object', { value: 0 });
  const bodyStart = 8 + Number(length);

  let header: StrictJson = null;
  try {
    header = parseStrictJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file.read(8, Number(length))));
  } catch (cause) {
    refuse(`header is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (!(header instanceof Map)) return refuse('header is not a JSON object');

  const metadata: Record<string, string> = {};
  const tensors = new Map<string, TensorEntry>();
  for (const [name, entry] of header) {
    if (name === '__metadata__') {
      if (!(entry instanceof Map)) return refuse('__metadata__ is not an object');
      for (const [key, value] of entry) {
        if (typeof value !== 'string') return refuse(`__metadata__.${key} is not a string`, { value: typeof value });
        if (key === '__proto__') return refuse('__metadata__ has the key "__proto__"', { value: key });
        metadata[key] = value;
      }
      continue;
    }
    // Callers key plain objects by tensor name.
    if (name === '__proto__') return refuse('has a name that no tensor may have', { tensor: name });
    if (!(entry instanceof Map)) return refuse('is not described by an object', { tensor: name });
    const extra = [...entry.keys()].find((key) => !['dtype', 'shape', 'data_offsets'].includes(key));
    if (extra !== undefined) return refuse(`has an unknown field ${JSON.stringify(extra)}`, { tensor: name, value: extra });

    const dtype = entry.get('dtype');
    if (!isSafetensorsDtype(dtype)) return refuse(`has unknown dtype ${JSON.stringify(dtype)}`, { tensor: name, value: dtype });
    const shape = integers(entry.get('shape'));
    if (!shape) return refuse('has a shape that is not a list of non-negative integers', { tensor: name });
    const offsets = integers(entry.get('data_offsets'));
    if (offsets?.length !== 2) return refuse('has data_offsets that are not two non-negative integers', { tensor: name });
    const [begin, end] = [offsets[0]!, offsets[1]!];
    if (begin > end || end > file.size - bodyStart) {
      return refuse(`has data_offsets [${begin}, ${end}], but the data has ${file.size - bodyStart} bytes`, { tensor: name, value: [begin, end] });
    }
    const count = elementCount(shape);
    if (count === null) return refuse(`has a shape of more than 2^53 elements: ${brief(shape)}`, { tensor: name, value: brief(shape) });
    if (count * safetensorsWidths[dtype] !== end - begin) {
      return refuse(`of dtype ${dtype} and shape ${brief(shape)} needs ${count * safetensorsWidths[dtype]} bytes, but its data_offsets span ${end - begin}`, {
        tensor: name,
        value: end - begin,
      });
    }
    tensors.set(name, { dtype, shape, begin: bodyStart + begin, end: bodyStart + end });
  }

  let covered = bodyStart;
  for (const [name, entry] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== covered) {
      const what = entry.begin < covered ? 'overlaps the tensor before it' : `leaves ${entry.begin - covered} bytes before it that belong to no tensor`;
      return refuse(`${what}: data_offsets [${entry.begin - bodyStart}, ${entry.end - bodyStart}]`, { tensor: name, value: entry.begin - bodyStart });
    }
    covered = entry.end;
  }
  if (covered !== file.size) refuse(`has ${file.size - covered} bytes after the last tensor`, { value: file.size - covered });
  return { tensors, metadata };
}

function integers(value: StrictJson | undefined): number[] | null {
  if (!Array.isArray(value)) return null;
  const numbers = value.filter((item): item is number => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0);
  return numbers.length === value.length ? numbers : null;
}

function brief(shape: number[]): string {
  return shape.length > 8 ? `[${shape.slice(0, 8).join(', ')}, … ${shape.length} dimensions]` : `[${shape.join(', ')}]`;
}
