import { fixed, magnitude, signed } from './format';
import { heatColor } from './heat';
import { domainAround, linearScale } from './scale';
import { tokenName } from './token';
import { useWidth } from './useWidth';
import './TokenBars.css';

export interface TokenMeasure {
  token: string;
  /** log p steered − log p baseline of this token, nats. */
  delta: number | null;
  kl: number | null;
  normRatio: number | null;
}

export interface TokenBarsProps {
  tokens: readonly TokenMeasure[];
  /** Value at full colour, the same as in the token views above. */
  max: number;
  selected: number | null;
  onSelect: (index: number | null) => void;
  label: string;
}

const left = 78;
const panels = { delta: 120, labels: 62, norm: 42, kl: 40 };
const height = 12 + panels.delta + panels.labels + panels.norm + 26 + panels.kl + 6;

/** Per token of one reply: log-prob difference as signed bars, then norm ratio and KL, under one crosshair. */
export function TokenBars({ tokens, max, selected, onSelect, label }: TokenBarsProps) {
  const [ref, boxWidth] = useWidth<HTMLDivElement>(700);
  const step = Math.max(13, Math.min(30, (boxWidth - left - 4) / Math.max(1, tokens.length)));
  const width = Math.max(boxWidth, left + step * tokens.length + 4);
  const deltas = tokens.map((token) => token.delta ?? 0);
  const [lo, hi] = domainAround(deltas.length > 0 ? deltas : [-1, 1]);
  const y = linearScale(lo, hi, 4);
  const norm = linearScale(0, Math.max(0.1, ...tokens.map((token) => token.normRatio ?? 0)) * 1.1, 2);
  const kl = linearScale(0, Math.max(0.1, ...tokens.map((token) => token.kl ?? 0)) * 1.1, 2);
  const py = (value: number) => 12 + panels.delta * (1 - y(value));
  const normTop = 12 + panels.delta + panels.labels;
  const klTop = normTop + panels.norm + 26;
  const pn = (value: number) => normTop + panels.norm * (1 - norm(value));
  const pk = (value: number) => klTop + panels.kl * (1 - kl(value));
  const x = (index: number) => left + step * index;
  const normLine = tokens.flatMap((token, index) => (token.normRatio === null ? [] : [`${x(index) + step / 2},${pn(token.normRatio)}`])).join(' ');

  return (
    <div ref={ref} className="token-bars" tabIndex={0} role="group" aria-label={label}>
      <svg width={width} height={height} onMouseLeave={() => onSelect(null)}>
        <PanelAxis name={['Δ log p', 'nats']} ticks={y.ticks} at={py} width={width} print={(tick) => (tick === 0 ? '0' : signed(tick, Number.isInteger(tick) ? 0 : 1))} />
        <PanelAxis name={['norm', 'ratio']} ticks={norm.ticks} at={pn} width={width} print={(tick) => fixed(tick, 1)} />
        <PanelAxis name={['KL', 'nats']} ticks={kl.ticks} at={pk} width={width} print={(tick) => fixed(tick, Number.isInteger(tick) ? 0 : 1)} />
        {tokens.map((token, index) => {
          const value = token.delta ?? 0;
          return (
            <g key={index}>
              <rect
                className="token-bar"
                data-sign={value < 0 ? 'negative' : 'positive'}
                x={x(index) + 1.5}
                width={step - 3}
                y={Math.min(py(0), py(value))}
                height={Math.max(0.5, Math.abs(py(value) - py(0)))}
                fill={heatColor(value, max)}
              />
              <rect className="token-kl" x={x(index) + 2.5} width={step - 5} y={pk(token.kl ?? 0)} height={klTop + panels.kl - pk(token.kl ?? 0)} />
              <text className="token-label" data-strong={Math.abs(value) > max * 0.4 || undefined} transform={`translate(${x(index) + step / 2 - 3.5} ${12 + panels.delta + 6}) rotate(90)`}>
                {tokenName(token.token).replace('␣', '').slice(0, 9)}
              </text>
              <rect className="token-hit" x={x(index)} y={0} width={step} height={height} onMouseEnter={() => onSelect(index)}>
                <title>{`${tokenName(token.token)}: Δ ${signed(token.delta)} nats, KL ${fixed(token.kl)}, norm ratio ${magnitude(token.normRatio)}`}</title>
              </rect>
            </g>
          );
        })}
        <polyline className="token-norm" points={normLine} />
        {selected !== null && selected < tokens.length && <rect className="token-frame" x={x(selected)} y={2} width={step} height={height - 4} />}
      </svg>
    </div>
  );
}

function PanelAxis({ name, ticks, at, width, print }: {
  name: [string, string];
  ticks: number[];
  at: (value: number) => number;
  width: number;
  print: (tick: number) => string;
}) {
  const top = Math.min(...ticks.map(at));
  return (
    <>
      <text className="axis" x={0} y={top + 4}>{name[0]}</text>
      <text className="axis" x={0} y={top + 16}>{name[1]}</text>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className={tick === 0 ? 'zero' : 'grid'} x1={left} x2={width} y1={at(tick)} y2={at(tick)} />
          <text className="axis" x={left - 6} y={at(tick) + 3.5} textAnchor="end" dx={0}>{print(tick)}</text>
        </g>
      ))}
    </>
  );
}
