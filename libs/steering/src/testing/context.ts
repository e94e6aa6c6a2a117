import type { HookContext } from '@sextant/models';

/** A hook's context for rows of tokens; `p` marks padding, `g` a generated token, anything else a prompt token. */
export function contextOf(rows: readonly string[], ids?: readonly number[]): Omit<HookContext, 'point'> {
  const batch = rows.length;
  const length = rows[0]!.length;
  const marks = rows.join('');
  const mask = Int32Array.from(marks, (mark) => Number(mark !== 'p'));
  const positions = new Int32Array(batch * length);
  for (let row = 0; row < batch; row++) {
    let next = 0;
    for (let at = row * length; at < (row + 1) * length; at++) if (mask[at]) positions[at] = next++;
  }
  return {
    batch,
    length,
    ids: Int32Array.from(ids ?? Array.from(marks, (_, i) => i + 10)),
    mask,
    positions,
    generated: Int32Array.from(marks, (mark) => Number(mark === 'g')),
  };
}
