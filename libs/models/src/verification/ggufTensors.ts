import { openGguf, openSafetensors } from '@sextant/formats';
import { compareValues, tolerances, type ReferenceCheck } from './check';

/** Whether a GGUF file holds every tensor of the references: then the file is compared tensor by tensor, and need be no model. */
export function holdsTensorsOf(path: string, references: string): boolean {
  if (!/\.gguf$/i.test(path)) return false;
  const [file, expected] = [openGguf(path), openSafetensors(references)];
  try {
    return expected.names().every((name) => file.has(name));
  } finally {
    file.close();
    expected.close();
  }
}

/** Every tensor of the references against the file's, dequantised. */
export function checkGgufTensors(path: string, references: string): ReferenceCheck[] {
  const [file, expected] = [openGguf(path), openSafetensors(references)];
  try {
    return expected.names().map((name) => {
      const values = expected.read(name, { allowNonFinite: true });
      const unit = (i: number) => Math.abs(values[i]!) || 1;
      return compareValues(name, file.read(name), values, { tolerance: tolerances.weights, unit });
    });
  } finally {
    file.close();
    expected.close();
  }
}
