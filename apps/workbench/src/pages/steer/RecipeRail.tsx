import { dose as printDose, DoseSlider, Figure } from '@sextant/ui';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { operations } from './recipe';
import { SavedRecipes } from './SavedRecipes';
import type { RecipeLine, SteerSearch } from './search';
import type { RecipeFeature } from './useRecipeFeatures';
import type { SteerRequest } from './useSteering';

export interface RecipeRailProps {
  search: SteerSearch;
  onSearch: (next: Partial<SteerSearch>) => void;
  features: ReadonlyMap<number, RecipeFeature>;
  request: SteerRequest | null;
}

const kinds = ['clamp', 'scale', 'add', 'ablate', 'projectOut'] as const;

/** The recipe: features with their operation and dose, where it applies, and how it is sampled. */
export function RecipeRail({ search, onSearch, features, request }: RecipeRailProps) {
  const { recipe } = search;
  const change = (at: number, next: Partial<RecipeLine>) => onSearch({ recipe: recipe.map((line, index) => (index === at ? { ...line, ...next } : line)) });
  return (
    <div className="recipe">
      <Figure title="Recipe" note={recipe.length === 0 ? 'empty' : `${recipe.length} feature${recipe.length === 1 ? '' : 's'}, in order`}>
        {recipe.map((line, at) => (
          <Line
            key={at}
            line={line}
            feature={features.get(line.feature)}
            dictionary={search.dictionary}
            onChange={(next) => change(at, next)}
            onRemove={() => onSearch({ recipe: recipe.filter((_, index) => index !== at) })}
          />
        ))}
        <AddFeature onAdd={(feature) => onSearch({ recipe: [...recipe, { feature, kind: 'clamp', dose: 1 }] })} />
      </Figure>
      <Settings search={search} onSearch={onSearch} />
      <SavedRecipes request={request} onSearch={onSearch} />
      <Figure title="Safe range">
        <p className="note">
          Grey bar: doses a study measured whose perplexity ratio stayed under the dotted limit, point estimates joined by lines. Outside it nothing
          is blocked, and nothing is promised.
        </p>
      </Figure>
    </div>
  );
}

function Line({ line, feature, dictionary, onChange, onRemove }: {
  line: RecipeLine;
  feature: RecipeFeature | undefined;
  dictionary: string | undefined;
  onChange: (next: Partial<RecipeLine>) => void;
  onRemove: () => void;
}) {
  const operation = operations[line.kind];
  const name = feature?.label ?? feature?.topTokens.slice(0, 3).map((token) => `“${token.trim()}”`).join(' ') ?? '';
  return (
    <div className="recipe-line">
      <div className="recipe-head">
        {dictionary
          ? <Link to="/features/$dictionary/$index" params={{ dictionary, index: line.feature }}><code>{line.feature}</code></Link>
          : <code>{line.feature}</code>}
        <b title={name}>{name}</b>
        {operation.unit && <span className="recipe-dose"><b>{printDose(line.dose)}</b> {operation.unit}</span>}
      </div>
      {operation.unit && <DoseSlider label={`Feature ${line.feature}`} value={line.dose} onChange={(dose) => onChange({ dose })} safe={feature?.safe ?? null} />}
      <div className="recipe-controls">
        <select className="input" aria-label={`Operation on feature ${line.feature}`} value={line.kind} onChange={(event) => onChange({ kind: kinds.find((kind) => kind === event.target.value) ?? 'clamp' })}>
          {kinds.map((kind) => <option key={kind} value={kind}>{operations[kind].name}</option>)}
        </select>
        <code>{operation.formula}</code>
        <button type="button" className="link quiet" aria-label={`Remove feature ${line.feature}`} onClick={onRemove}>remove</button>
      </div>
    </div>
  );
}

function AddFeature({ onAdd }: { onAdd: (feature: number) => void }) {
  const [text, setText] = useState('');
  const valid = /^\d+$/.test(text.trim());
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!valid) return;
    onAdd(Number(text));
    setText('');
  };
  return (
    <form className="recipe-add" onSubmit={add}>
      <input className="input" inputMode="numeric" aria-label="Number of a feature to add" placeholder="add a feature by number" value={text} onChange={(event) => setText(event.target.value)} />
      <button type="submit" className="button" disabled={!valid}>Add</button>
      <Link className="link quiet" to="/features">search</Link>
    </form>
  );
}

const scopes = { all: 'all tokens', prompt: 'prompt only', generated: 'generated only', assistant: 'assistant turns' } as const;
const scopeNames = ['all', 'prompt', 'generated', 'assistant'] as const;

function Settings({ search, onSearch }: Pick<RecipeRailProps, 'search' | 'onSearch'>) {
  return (
    <Figure title="Scope and sampling">
      <dl className="facts settings">
        <dt><label htmlFor="scope">tokens</label></dt>
        <dd>
          <select id="scope" className="input" value={search.scope} onChange={(event) => onSearch({ scope: scopeNames.find((name) => name === event.target.value) ?? 'all' })}>
            {scopeNames.map((name) => <option key={name} value={name}>{scopes[name]}</option>)}
          </select>
          <span className="note">special tokens excluded</span>
        </dd>
        <dt><label htmlFor="length">length</label></dt>
        <dd><input id="length" className="input" type="number" min={1} max={1024} value={search.tokens} onChange={(event) => onSearch({ tokens: Math.max(1, event.target.valueAsNumber || 1) })} /> <span className="note">new tokens</span></dd>
        <dt><label htmlFor="temperature">temperature</label></dt>
        <dd><input id="temperature" className="input" type="number" min={0} max={10} step={0.1} value={search.temperature} onChange={(event) => onSearch({ temperature: Math.max(0, event.target.valueAsNumber || 0) })} /> <span className="note">{search.temperature === 0 ? 'greedy' : 'same noise on both sides'}</span></dd>
        <dt><label htmlFor="seed">seed</label></dt>
        <dd>
          <input id="seed" className="input" type="number" min={0} value={search.seed} onChange={(event) => onSearch({ seed: Math.max(0, Math.floor(event.target.valueAsNumber || 0)) })} />{' '}
          <button type="button" className="link" onClick={() => onSearch({ seed: search.seed + 1 })}>next</button>
        </dd>
      </dl>
    </Figure>
  );
}
