import { Figure } from '@sextant/ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '../../api';
import { MutationError } from '../../state/MutationError';
import { fromIntervention } from './recipe';
import type { SteerSearch } from './search';
import type { SteerRequest } from './useSteering';

/** Named recipes of this lab, and a name for the present one. */
export function SavedRecipes({ request, onSearch }: { request: SteerRequest | null; onSearch: (next: Partial<SteerSearch>) => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const saved = useQuery(api.interventions.list.queryOptions({ limit: 50 }));
  const save = useMutation(
    api.interventions.save.mutationOptions({
      onSuccess: () => {
        setName('');
        return queries.invalidateQueries({ queryKey: api.interventions.pathKey() });
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (request) save.mutate({ name, intervention: request.intervention });
  };
  return (
    <Figure title="Recipes" note="in this lab">
      <table className="table tight">
        <tbody>
          {saved.data?.items.map((item) => {
            const recipe = fromIntervention(item.intervention);
            return (
              <tr key={item.hash}>
                <td className="clip" style={{ width: '100%' }}>
                  {recipe
                    ? <button type="button" className="link quiet" onClick={() => onSearch(recipe)}>{item.name ?? item.hash.slice(0, 8)}</button>
                    : <span className="dim" title="holds vectors or windows: use it from the command line">{item.name ?? item.hash.slice(0, 8)}</span>}
                </td>
                <td className="num dim">{item.intervention.operations.length}</td>
              </tr>
            );
          })}
          {saved.data?.items.length === 0 && <tr><td className="dim">None saved yet.</td></tr>}
        </tbody>
      </table>
      <form className="recipe-add" onSubmit={submit}>
        <input className="input" aria-label="Name for this recipe" placeholder="name this recipe" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        <button type="submit" className="button" disabled={request === null || name.trim() === '' || save.isPending}>Save</button>
      </form>
      <MutationError error={save.error} title="Recipe not saved" />
    </Figure>
  );
}
