import type { ItemResult } from '@sextant/schema';
import { fixed, signed } from '@sextant/ui';
import './evals.css';

/** Items as they were scored: prompt, every choice with its log-probability, the gold one marked. Model and dataset text stays text. */
export function EvalItems({ items }: { items: readonly ItemResult[] }) {
  if (items.length === 0) return <p className="note">No item matches.</p>;
  return (
    <div className="table-box">
      <table className="table items">
        <thead><tr><th scope="col">item</th><th scope="col">prompt</th><th scope="col">choices, log p in nats</th><th scope="col" className="num">margin</th><th scope="col">split</th><th scope="col" /></tr></thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.item}>
              <td className="dim"><code title={item.item}>{item.item.slice(0, 8)}</code></td>
              <td dir="auto" className="prompt-text">{item.prompt}</td>
              <td><Choices item={item} /></td>
              <td className="num">{signed(item.margin)}</td>
              <td className="dim">{item.split}</td>
              <td className="num" aria-label={item.correct >= 0.5 ? 'right' : 'wrong'}>{item.correct >= 0.5 ? '✓' : '✕'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Choices({ item }: { item: ItemResult }) {
  const best = item.choiceLogProbs.indexOf(Math.max(...item.choiceLogProbs));
  return (
    <ol className="choices">
      {item.choices.map((choice, index) => (
        <li key={index} data-best={index === best || undefined} data-gold={(item.gold[index] ?? 0) > 0 || undefined}>
          <span dir="auto">{choice}</span> <span className="num">{fixed(item.choiceLogProbs[index])}</span>
          {(item.gold[index] ?? 0) > 0 && <small>gold</small>}
        </li>
      ))}
    </ol>
  );
}
