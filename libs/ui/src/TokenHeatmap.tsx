import { useId, useState, type KeyboardEvent, type ReactNode, type SyntheticEvent } from 'react';
import { fixed, magnitude } from './format';
import { heatColor } from './heat';
import { tokenName, tokenParts } from './token';
import './TokenHeatmap.css';

export interface TokenHeatmapProps {
  tokens: readonly string[];
  /** One value a token, in the unit of `unit`; missing values leave the token uncoloured. */
  values: readonly number[];
  /** Value at full colour: the same for every heatmap of a view, so that colours compare. */
  max: number;
  /** Index of the token with the solid rule under it. */
  peak?: number;
  /** Tokens kept on each side of the peak; the rest is cut. Everything is shown without it. */
  around?: number;
  /** What the tooltip says about token `index`; by default its value and its share of `max`. */
  describe?: (index: number) => ReactNode;
  /** Name for a screen reader. */
  label: string;
  selected?: number | null;
  onSelect?: (index: number) => void;
  /** Values below this share of `max` are not coloured. */
  floor?: number;
  /** Shown after the last token (a cursor while a reply streams). */
  tail?: ReactNode;
}

interface Tip {
  index: number;
  x: number;
  y: number;
}

/**
 * Model text with one value a token as background: orange above zero, blue with a dotted rule below.
 * One tab stop; arrow keys walk the tokens. The text is rendered as text: model output is hostile.
 */
export function TokenHeatmap(props: TokenHeatmapProps) {
  const { tokens, values, max, peak, around, describe, label, selected, onSelect, floor = 0.02, tail } = props;
  const [tip, setTip] = useState<Tip | null>(null);
  const [stop, setStop] = useState(peak ?? 0);
  const tipId = useId();
  const from = around === undefined || peak === undefined ? 0 : Math.max(0, peak - around);
  const to = around === undefined || peak === undefined ? tokens.length : Math.min(tokens.length, peak + around + 1);

  const show = (index: number) => (event: SyntheticEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setTip({ index, x: box.left, y: box.bottom });
  };
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (event.key === 'Escape') setTip(null);
    if (step === 0) return;
    event.preventDefault();
    const next = Math.min(to - 1, Math.max(from, stop + step));
    setStop(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
  };

  return (
    <span className="tokens" dir="auto" role="group" aria-label={label} onKeyDown={walk} onMouseLeave={() => setTip(null)} onBlur={() => setTip(null)}>
      {from > 0 && <span className="tokens-cut">…</span>}
      {tokens.slice(from, to).map((piece, offset) => {
        const index = from + offset;
        const value = values[index] ?? 0;
        const { lead, body, special, blank } = tokenParts(piece);
        const coloured = !special && Math.abs(value) > floor * max;
        if (blank && !coloured && !piece.includes('\n')) return <span key={index}>{piece}</span>;
        return (
          <span key={index}>
            {lead}
            <span
              data-index={index}
              className="token"
              data-special={special || undefined}
              data-sign={coloured ? (value < 0 ? 'negative' : 'positive') : undefined}
              data-peak={(index === peak && Math.abs(value) > floor * max) || undefined}
              data-selected={index === selected || undefined}
              style={coloured ? { background: heatColor(value, max) } : undefined}
              tabIndex={index === Math.min(to - 1, Math.max(from, stop)) ? 0 : -1}
              aria-describedby={tip?.index === index ? tipId : undefined}
              onMouseEnter={show(index)}
              onFocus={show(index)}
              onClick={onSelect && (() => onSelect(index))}
            >
              {body}
            </span>
            {piece.includes('\n') && ' '}
          </span>
        );
      })}
      {to < tokens.length && <span className="tokens-cut">…</span>}
      {tail}
      {tip && (
        <span className="tip" role="tooltip" id={tipId} style={{ left: tip.x, top: tip.y + 4 }}>
          <b>{tokenName(tokens[tip.index] ?? '')}</b>
          {describe ? describe(tip.index) : <ValueTip value={values[tip.index] ?? 0} max={max} index={tip.index} />}
        </span>
      )}
    </span>
  );
}

function ValueTip({ value, max, index }: { value: number; max: number; index: number }) {
  return (
    <>
      <span>a {magnitude(value)}</span>
      <span>{fixed(max > 0 ? value / max : 0)} of max</span>
      <span>token {index}</span>
    </>
  );
}
