import { nonlinearLeastSquares, type NonlinearFit } from './leastSquares';
import type { Outcome } from './outcome';

export interface DoseFit extends NonlinearFit {
  /** Parameter names in the order of `parameters`. */
  names: readonly string[];
  /** The fitted response at a dose. */
  at: (dose: number) => number;
}

const emaxNames = ['e0', 'emax', 'ed50'] as const;
const hillNames = ['e0', 'emax', 'ed50', 'h'] as const;

/** Response at dose 0, and the change at the largest dose: where a fit starts. */
function plateau(dose: readonly number[], response: readonly number[]): [number, number] {
  const least = Math.min(...dose);
  const most = Math.max(...dose);
  const average = (at: number) => {
    const values = response.filter((_, i) => dose[i] === at);
    return values.reduce((total, value) => total + value, 0) / values.length;
  };
  return [average(least), average(most) - average(least)];
}

function middleDose(dose: readonly number[]): number {
  const positive = [...new Set(dose)].filter((value) => value > 0).sort((a, b) => a - b);
  return positive[Math.floor(positive.length / 2)] ?? 1;
}

/** Emax curve e0 + emax · d / (ed50 + d) over doses ≥ 0, by least squares. */
export function fitEmax(dose: readonly number[], response: readonly number[], start?: readonly number[]): Outcome<DoseFit> {
  const model = (d: number, [e0, emax, ed50]: readonly number[]) => e0! + (emax! * d) / (ed50! + d);
  const gradient = (d: number, [, emax, ed50]: readonly number[]) => [1, d / (ed50! + d), (-emax! * d) / (ed50! + d) ** 2];
  const fit = nonlinearLeastSquares({ x: dose, y: response, start: start ?? [...plateau(dose, response), middleDose(dose)], model, gradient });
  return fit.defined ? { ...fit, names: emaxNames, at: (d) => model(d, fit.parameters) } : fit;
}

/** Hill curve e0 + emax · d^h / (ed50^h + d^h) over doses ≥ 0, by least squares. */
export function fitHill(dose: readonly number[], response: readonly number[], start?: readonly number[]): Outcome<DoseFit> {
  const share = (d: number, ed50: number, h: number) => (d === 0 ? 0 : 1 / (1 + (ed50 / d) ** h));
  const model = (d: number, [e0, emax, ed50, h]: readonly number[]) => e0! + emax! * share(d, ed50!, h!);
  const gradient = (d: number, [, emax, ed50, h]: readonly number[]) => {
    const reached = share(d, ed50!, h!);
    const slope = emax! * reached * (1 - reached);
    return [1, reached, (-slope * h!) / ed50!, d === 0 ? 0 : slope * Math.log(d / ed50!)];
  };
  const from = start ?? [...plateau(dose, response), middleDose(dose), 1];
  const fit = nonlinearLeastSquares({ x: dose, y: response, start: from, model, gradient });
  return fit.defined ? { ...fit, names: hillNames, at: (d) => model(d, fit.parameters) } : fit;
}
