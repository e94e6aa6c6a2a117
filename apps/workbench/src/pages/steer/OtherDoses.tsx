import { dose as printDose, Figure, fixed } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api';
import { Await } from '../../state/Await';
import type { RecipeLine } from './search';
import type { SteerRequest } from './useSteering';

const DOSES = [-4, -2, -1, 1, 2, 4];

/** The same prompt and seed under the same recipe at other doses of its first feature, on request: each is a generation. */
export function OtherDoses({ request, recipe, onDose }: { request: SteerRequest | null; recipe: readonly RecipeLine[]; onDose: (dose: number) => void }) {
  const [asked, setAsked] = useState<SteerRequest | null>(null);
  const [first] = recipe;
  const wanted = asked !== null && asked === request;
  const doses = [...new Set([...DOSES, ...(first ? [first.dose] : [])])].sort((left, right) => left - right);
  const query = useQuery({
    ...api.steering.doses.queryOptions({ ...(request ?? { model: '', prompt: '', intervention: { hook: '', operations: [] } }), doses }),
    enabled: wanted && request !== null,
    staleTime: Infinity,
  });
  if (request === null || !first || first.kind === 'ablate' || first.kind === 'projectOut') return null;
  return (
    <Figure
      title={`Same prompt at other doses of ${first.feature}`}
      note="same seed"
      actions={!wanted && <button type="button" className="button small" onClick={() => setAsked(request)}>Run {doses.length} doses</button>}
    >
      {wanted && (
        <Await query={query} what={`${doses.length} doses`} lines={4}>
          {(result) => (
            <div className="table-box">
              <table className="table doses">
                <tbody>
                  <tr><td className="num dim">baseline</td><td dir="auto">{result.baseline}</td><td /><td /></tr>
                  {result.doses.map((entry) => (
                    <tr key={entry.dose} data-selected={entry.dose === first.dose || undefined}>
                      <td className="num"><button type="button" className="link quiet" onClick={() => onDose(entry.dose)}>{printDose(entry.dose)}</button></td>
                      <td dir="auto">{entry.text}</td>
                      <td className="num dim">ppl ratio {fixed(entry.perplexityRatio)}</td>
                      <td className="num dim">norm ratio {fixed(entry.normRatio)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Await>
      )}
    </Figure>
  );
}
