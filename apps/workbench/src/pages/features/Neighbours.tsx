import { Figure, heatColor, percent, signed } from '@sextant/ui';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Feature } from './FeaturePage';

const FIRST = 10;

/** Features whose decoder directions point most alike (or most against). */
export function Neighbours({ feature }: { feature: Feature }) {
  const [all, setAll] = useState(false);
  const shown = all ? feature.neighbours : feature.neighbours.slice(0, FIRST);
  return (
    <Figure
      title="Nearest by decoder"
      note="cosine"
      name={`feature-${feature.index}-neighbours`}
      data={{ columns: ['feature', 'label', 'cosine', 'density'], rows: feature.neighbours.map((item) => [item.index, item.label, item.cosine, item.density]) }}
    >
      <table className="table tight neighbours">
        <thead><tr><th scope="col">feature</th><th scope="col">label</th><th scope="col" className="num">cos</th><th scope="col" /><th scope="col" className="num">density</th></tr></thead>
        <tbody>
          {shown.map((item) => (
            <tr key={item.index}>
              <td><Link to="/features/$dictionary/$index" params={{ dictionary: feature.dictionary, index: item.index }}><code>{item.index}</code></Link></td>
              <td className="clip">{item.label ?? <span className="faint">(unlabelled)</span>}</td>
              <td className="num">{signed(item.cosine)}</td>
              <td className="cosine" data-sign={item.cosine < 0 ? 'negative' : 'positive'}>
                <i style={{ width: `${24 * Math.abs(item.cosine)}px`, background: heatColor(item.cosine, 1), [item.cosine < 0 ? 'right' : 'left']: '50%' }} />
              </td>
              <td className="num dim">{percent(item.density)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {feature.neighbours.length > FIRST && <button type="button" className="link note" onClick={() => setAll(!all)}>{all ? 'fewer' : `${feature.neighbours.length - FIRST} more`}</button>}
    </Figure>
  );
}
