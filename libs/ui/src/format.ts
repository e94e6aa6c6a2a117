/**
 * Numbers as the workbench prints them: true minus, leading zero, aligned decimals, unit after the value,
 * `–` where nothing was measured. Everything here returns plain text.
 */

const MINUS = '\u2212';
const NBSP = '\u00a0';
/** What stands where a value is missing or was not measured. */
export const NONE = '\u2013';

type Maybe = number | null | undefined;

function missing(value: Maybe): value is null | undefined {
  return value === null || value === undefined || Number.isNaN(value);
}

function withMinus(text: string): string {
  return text.replace('-', MINUS);
}

/** `−0.31`, `1.50`; a value that rounds to zero carries no sign. */
export function fixed(value: Maybe, digits = 2): string {
  if (missing(value)) return NONE;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : withMinus(text);
}

/** `+0.31`, `−0.31`, `0.00`: for differences, where the sign is the message. */
export function signed(value: Maybe, digits = 2): string {
  const text = fixed(value, digits);
  return !missing(value) && value > 0 && Number(value.toFixed(digits)) !== 0 ? `+${text}` : text;
}

/** `+2`, `−1.5`, `0`: a dose, without trailing zeros. */
export function dose(value: Maybe): string {
  if (missing(value)) return NONE;
  const text = withMinus(String(Number(value.toFixed(3))));
  return value > 0 ? `+${text}` : text;
}

/** `[0.22, 0.40]`. */
export function bounds(interval: { lo: Maybe; hi: Maybe }, digits = 2): string {
  if (missing(interval.lo) || missing(interval.hi)) return '';
  return `[${fixed(interval.lo, digits)}, ${fixed(interval.hi, digits)}]`;
}

/** A share as per cent: `0.031 %`, `12.5 %`, `97 %`; small shares keep two significant digits. */
export function percent(share: Maybe, digits?: number): string {
  if (missing(share)) return NONE;
  const value = share * 100;
  const size = Math.abs(value);
  const places = digits ?? (size === 0 || size >= 99.95 ? 0 : size >= 1 ? 1 : Math.min(6, 1 - Math.floor(Math.log10(size))));
  return `${fixed(value, places)}${NBSP}%`;
}

/** Bounds of a share: `[52.1, 60.3]`, to stand behind `percent`. */
export function percentBounds(interval: { lo: number; hi: number }, digits = 1): string {
  return bounds({ lo: interval.lo * 100, hi: interval.hi * 100 }, digits);
}

/** A share of 1 that nears it: three decimals, four above 0.995, so that 0.9995 does not read as perfect. */
export function fidelity(value: Maybe): string {
  return fixed(value, missing(value) || Math.abs(value) <= 0.995 ? 3 : 4);
}

/** A q- or p-value: `<0.001`, `0.004`, `0.031`, `0.61`. */
export function qValue(value: Maybe): string {
  if (missing(value)) return NONE;
  if (value < 0.001) return '<0.001';
  return value < 0.1 ? value.toFixed(3) : value.toFixed(2);
}

/** `3,894`. */
export function count(value: Maybe): string {
  return missing(value) ? NONE : withMinus(Math.round(value).toLocaleString('en-US'));
}

/** `12.6 M`, `941 k`, `3,894`. */
export function compact(value: Maybe): string {
  if (missing(value)) return NONE;
  const size = Math.abs(value);
  const [divisor, unit] = size >= 9.995e8 ? [1e9, 'G'] : size >= 999_500 ? [1e6, 'M'] : size >= 9500 ? [1e3, 'k'] : [1, ''];
  if (unit === '') return count(value);
  const scaled = value / divisor;
  return `${fixed(scaled, Math.abs(scaled) >= 99.5 ? 0 : Math.abs(scaled) >= 1 ? 1 : 2)}${NBSP}${unit}`;
}

/** `0 B`, `640 kB`, `3.4 GB` (powers of 1000). */
export function bytes(value: Maybe): string {
  if (missing(value)) return NONE;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${fixed(scaled, power === 0 || scaled >= 99.5 ? 0 : 1)}${NBSP}${units[power]}`;
}

/** A length of time in words: `8 s`, `4 min 20 s`, `2 h 06 min`. */
export function duration(seconds: Maybe): string {
  if (missing(seconds)) return NONE;
  if (seconds < 1) return `${Math.round(seconds * 1000)}${NBSP}ms`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${NBSP}s`;
  if (whole < 600) return `${Math.floor(whole / 60)}${NBSP}min${whole % 60 ? ` ${String(whole % 60).padStart(2, '0')}${NBSP}s` : ''}`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes}${NBSP}min`;
  return `${Math.floor(minutes / 60)}${NBSP}h ${String(minutes % 60).padStart(2, '0')}${NBSP}min`;
}

/** Local date and time: `2026-11-20 09:12`. */
export function dateTime(iso: string | null | undefined): string {
  if (!iso) return NONE;
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `just now`, `12 s ago`, `3 h ago`, then the date. */
export function ago(iso: string | null | undefined, now = Date.now()): string {
  if (!iso) return NONE;
  const seconds = (now - new Date(iso).getTime()) / 1000;
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)}${NBSP}s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${NBSP}min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}${NBSP}h ago`;
  return dateTime(iso).slice(0, 10);
}

/** `7c1e…a90f`: enough of a digest to recognise it. */
export function shortHash(digest: string | null | undefined): string {
  if (!digest) return NONE;
  return digest.length <= 12 ? digest : `${digest.slice(0, 4)}…${digest.slice(-4)}`;
}

/** Decimals that give an activation or norm three significant digits: 9.94, 39.8, 0.124. */
export function magnitude(value: Maybe): string {
  if (missing(value)) return NONE;
  const size = Math.abs(value);
  return fixed(value, size === 0 ? 0 : size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}

/** A text with true minus signs before its numbers: `to -1 × max [-2.67, -2.03]` → `to −1 × max [−2.67, −2.03]`. */
export function typographic(text: string): string {
  return text.replace(/(^|[\s([=×,;])-(?=[\d.])/g, `$1${MINUS}`);
}

/** A hook name as people say it: `blocks.2.hook_resid_post` → `resid_post 2`. */
export function hookShort(hook: string | null | undefined): string {
  if (!hook) return NONE;
  const block = /^blocks\.(\d+)\.(.+)$/.exec(hook);
  const point = (block?.[2] ?? hook).replace(/(^|\.)hook_/g, '$1');
  return block ? `${point} ${block[1]}` : point;
}
