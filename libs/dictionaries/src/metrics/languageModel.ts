/** Cross-entropies in nats, mean over the same tokens: of the model itself, with x̂ spliced in, with zeros spliced in. */
export interface CrossEntropies {
  clean: number;
  spliced: number;
  zero: number;
}

/**
 * Share of the loss that the hook carries which the reconstruction keeps: (CE_zero − CE_spliced) / (CE_zero − CE_clean).
 * Null where zeros in the hook's place cost nothing: there is nothing to recover then.
 */
export function ceRecovered({ clean, spliced, zero }: CrossEntropies): number | null {
  return zero > clean ? (zero - spliced) / (zero - clean) : null;
}

/** (KL_zero − KL_spliced) / KL_zero, with KL(clean ‖ other). */
export function klScore({ spliced, zero }: { spliced: number; zero: number }): number | null {
  return zero > 0 ? (zero - spliced) / zero : null;
}
