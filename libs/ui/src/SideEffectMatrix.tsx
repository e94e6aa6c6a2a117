import type { Claim } from '@sextant/schema';
import { bounds, dose as formatDose, qValue, signed } from './format';
import { heatColor } from './heat';
import './SideEffectMatrix.css';

type SideEffect = Claim['sideEffects'][number];

export interface SideEffectMatrixProps {
  effects: readonly SideEffect[];
  /** Half-width of the equivalence region: an interval inside ±bound is a finding of no effect. */
  equivalence: number;
  alpha?: number;
  /** Column framed as the page's own dose. */
  dose: number;
  unit: string;
  onSelect?: (effect: SideEffect) => void;
}

/** Tasks × doses with the number in every cell; colour is the sign of the change, never good or bad. */
export function SideEffectMatrix({ effects, equivalence, alpha = 0.05, dose, unit, onSelect }: SideEffectMatrixProps) {
  const tasks = [...new Set(effects.map((effect) => effect.task))];
  const doses = [...new Set(effects.map((effect) => effect.dose))].sort((left, right) => left - right);
  const max = Math.max(...effects.map((effect) => Math.abs(effect.effect.estimate)), equivalence);
  return (
    <table className="matrix">
      <thead>
        <tr>
          <th scope="col">eval \ dose, × max</th>
          {doses.map((value) => <th scope="col" key={value} data-own={value === dose || undefined}>{formatDose(value)}</th>)}
        </tr>
      </thead>
      <tbody>
        {tasks.map((task) => (
          <tr key={task}>
            <th scope="row">{task}</th>
            {doses.map((value) => {
              const effect = effects.find((candidate) => candidate.task === task && candidate.dose === value);
              if (!effect) return <td key={value} data-own={value === dose || undefined} className="matrix-none">–</td>;
              return (
                <td key={value} data-own={value === dose || undefined} style={{ background: heatColor(effect.effect.estimate, max) }}>
                  <Cell effect={effect} verdict={verdictOf(effect, equivalence, alpha)} unit={unit} onSelect={onSelect} />
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const marks = { changed: '●', equivalent: '≡', open: '' } as const;
const words = { changed: 'below alpha', equivalent: 'equivalent to zero', open: 'not settled' } as const;

/** A cell is a change (q below alpha), a finding of no effect (interval inside the bound), or open. */
export function verdictOf(effect: SideEffect, equivalence: number, alpha: number): keyof typeof marks {
  if (effect.effect.lo > -equivalence && effect.effect.hi < equivalence) return 'equivalent';
  return effect.q !== null && effect.q < alpha ? 'changed' : 'open';
}

function Cell({ effect, verdict, unit, onSelect }: {
  effect: SideEffect;
  verdict: keyof typeof marks;
  unit: string;
  onSelect?: (effect: SideEffect) => void;
}) {
  const title = `${effect.task} at ${formatDose(effect.dose)} × max: ${signed(effect.effect.estimate)} ${unit} ${bounds(effect.effect)}, q ${qValue(effect.q)}, n ${effect.n}, ${words[verdict]}`;
  const body = <>{signed(effect.effect.estimate)}<span className="matrix-mark" aria-hidden="true">{marks[verdict]}</span></>;
  return onSelect
    ? <button type="button" className="matrix-cell" title={title} aria-label={title} onClick={() => onSelect(effect)}>{body}</button>
    : <span className="matrix-cell" title={title}>{body}</span>;
}
