import { floatsOf, type ElementType } from '../../elements';
import type { GgmlType } from './type';

const plain = (id: number, name: string, type: ElementType, width: number): GgmlType => ({
  id,
  name,
  blockSize: 1,
  blockBytes: width,
  dequantise(bytes, out) {
    const values = floatsOf(type, bytes);
    if (values) out.set(values);
  },
});

/** Numbers as they are. */
export const plainTypes = [plain(0, 'F32', 'f32', 4), plain(1, 'F16', 'f16', 2), plain(28, 'F64', 'f64', 8), plain(30, 'BF16', 'bf16', 2)];
