import { dose, Figure } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api';

/** Ways on from a lab's first claims: shown while there are few, since later the list itself is the way. */
export function LookCloser() {
  const page = useQuery(api.claims.list.queryOptions({ limit: 14 })).data;
  const claim = page?.items.find((item) => item.status === 'confirmed') ?? page?.items[0];
  if (!page || !claim || page.total > 4) return null;
  const { dictionary, index } = claim.feature;
  return (
    <Figure title="Look closer" note="at the claim above">
      <table className="table">
        <tbody>
          <tr>
            <td className="nowrap"><Link to="/claims/$id" params={{ id: claim.id }}><b>The claim</b></Link></td>
            <td className="dim grow">its estimate against every control, dose–response, side effects, the items that flipped</td>
          </tr>
          <tr>
            <td className="nowrap"><Link to="/features/$dictionary/$index" params={{ dictionary, index }}><b>Feature {index}</b></Link></td>
            <td className="dim grow">what it fires on, to judge whether a name fits; test a text of your own</td>
          </tr>
          <tr>
            <td className="nowrap"><Link to="/steer" search={{ dictionary, recipe: [{ feature: index, kind: 'clamp', dose: claim.dose }] }}><b>Steer at {dose(claim.dose)}</b></Link></td>
            <td className="dim grow">baseline and steered side by side, token by token</td>
          </tr>
          <tr>
            <td className="nowrap"><Link to="/studies/$id" params={{ id: claim.study }}><b>The study</b></Link></td>
            <td className="dim grow">its frozen plan, and every candidate that was dropped and why</td>
          </tr>
        </tbody>
      </table>
    </Figure>
  );
}
