/** A map from data to a share of the drawing's width or height, 0 to 1. */
export interface Scale {
  (value: number): number;
  domain: readonly [number, number];
  ticks: number[];
}

/** Round tick values (1, 2 or 5 × a power of ten) inside [lo, hi]; about `wanted` of them. */
export function niceTicks(lo: number, hi: number, wanted = 5): number[] {
  if (!(hi > lo)) return [lo];
  const raw = (hi - lo) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw * 0.999) ?? raw;
  const first = Math.ceil(lo / step - 1e-9);
  const last = Math.floor(hi / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

export function linearScale(lo: number, hi: number, wanted = 5): Scale {
  const span = hi - lo || 1;
  return Object.assign((value: number) => (value - lo) / span, { domain: [lo, hi] as const, ticks: niceTicks(lo, hi, wanted) });
}

/** Logarithmic counts from 1 up; values below 1 sit on the base line. */
export function logCountScale(max: number): Scale {
  const top = Math.max(1, Math.log10(Math.max(1, max)));
  const ticks = Array.from({ length: Math.floor(top) + 1 }, (_, power) => 10 ** power);
  return Object.assign((value: number) => (value < 1 ? 0 : Math.log10(value) / top), { domain: [1, 10 ** top] as const, ticks });
}

/**
 * The dose axis of every dose chart: signed log steps, so that ±1, ±2, ±4, ±8 lie equally far apart and 0 is in
 * the middle. Below 1 the axis is linear.
 */
export function doseScale(doses: readonly number[]): Scale {
  const step = (value: number) => Math.sign(value) * (Math.abs(value) < 1 ? Math.abs(value) : 1 + Math.log2(Math.abs(value)));
  const values = [...new Set([0, ...doses])].sort((left, right) => left - right);
  const lo = values[0] ?? 0;
  const hi = values.at(-1) ?? 1;
  const [from, to] = [step(lo), step(hi)];
  const span = to - from || 1;
  return Object.assign((value: number) => (step(value) - from) / span, { domain: [lo, hi] as const, ticks: values });
}

/** Round values (1, 2, 5 × powers of ten) inside [lo, hi] of a log axis; only powers of ten where that is enough. */
export function logTicks(lo: number, hi: number): number[] {
  if (!(lo > 0) || !(hi > lo)) return [];
  const powers = Array.from({ length: 40 }, (_, index) => index - 20);
  const within = (factors: readonly number[]) =>
    powers
      .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(6))))
      .filter((value) => value >= lo * 0.999 && value <= hi * 1.001);
  const decades = within([1]);
  return decades.length >= 3 ? decades : within([1, 2, 5]);
}

/** The smallest domain that holds zero and every bound, widened by a twentieth on each side. */
export function domainAround(bounds: readonly number[]): [number, number] {
  const finite = bounds.filter(Number.isFinite);
  const lo = Math.min(0, ...finite);
  const hi = Math.max(0, ...finite);
  const pad = (hi - lo || 1) / 20;
  return [lo - pad, hi + pad];
}

/** A share as an SVG length, so that charts stretch with their box and need no measuring. */
export function share(value: number): string {
  return `${Number((value * 100).toFixed(3))}%`;
}
