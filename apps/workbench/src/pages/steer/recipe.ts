import type { Intervention, InterventionInput } from '@sextant/schema';
import type { RecipeLine, SteerSearch } from './search';

type Operation = InterventionInput['operations'][number];

/** What a recipe needs to know of a feature. */
export interface DosedFeature {
  index: number;
  maxActivation: number;
}

/** How each operation reads a recipe line, and how the page explains it. Adding one is one entry. */
export const operations: Record<RecipeLine['kind'], {
  name: string;
  formula: string;
  unit: string | null;
  make: (line: RecipeLine, feature: { dictionary: string; index: number }, max: number) => Operation;
}> = {
  clamp: { name: 'Clamp', formula: 'h + (c·max − a)·d, error term kept', unit: '× max', make: (line, feature) => ({ kind: 'clamp', feature, dose: line.dose }) },
  scale: { name: 'Scale', formula: 'h + (c − 1)·a·d', unit: '× itself', make: (line, feature) => ({ kind: 'scale', feature, factor: line.dose }) },
  add: {
    name: 'Add',
    formula: 'h + c·max·d',
    unit: '× max',
    make: (line, feature, max) => ({ kind: 'add', direction: { kind: 'decoder', feature }, dose: line.dose, unit: max }),
  },
  ablate: { name: 'Ablate', formula: 'h − a·d', unit: null, make: (_line, feature) => ({ kind: 'ablate', feature }) },
  projectOut: { name: 'Project out', formula: 'h − d·(d·h)', unit: null, make: (_line, feature) => ({ kind: 'projectOut', direction: { kind: 'decoder', feature } }) },
};

/** The recipe in the intervention language; null while it is empty or a feature's max is not known yet. */
export function toIntervention(
  search: Pick<SteerSearch, 'recipe' | 'scope'>,
  dictionary: { digest: string; hook: string },
  features: ReadonlyMap<number, DosedFeature>,
): InterventionInput | null {
  if (search.recipe.length === 0) return null;
  const made: Operation[] = [];
  for (const line of search.recipe) {
    const feature = features.get(line.feature);
    if (!feature || (line.kind === 'add' && !(feature.maxActivation > 0))) return null;
    made.push(operations[line.kind].make(line, { dictionary: dictionary.digest, index: line.feature }, feature.maxActivation));
  }
  const repeated = new Set(search.recipe.map((line) => line.feature)).size < search.recipe.length;
  return { hook: dictionary.hook, operations: made, scope: { tokens: search.scope }, conflict: repeated ? 'compose' : 'refuse' };
}

/** A saved intervention as a recipe of one dictionary; null where this page cannot show it (vectors, several dictionaries, windows). */
export function fromIntervention(intervention: Intervention): Pick<SteerSearch, 'recipe' | 'scope'> & { dictionary: string } | null {
  const recipe: RecipeLine[] = [];
  const dictionaries = new Set<string>();
  for (const operation of intervention.operations) {
    if (operation.kind === 'reconstruct' || ('matchClampOf' in operation && operation.matchClampOf)) return null;
    const feature = 'feature' in operation ? operation.feature : operation.direction.kind === 'decoder' ? operation.direction.feature : null;
    if (!feature) return null;
    dictionaries.add(feature.dictionary);
    recipe.push({ feature: feature.index, kind: operation.kind, dose: 'dose' in operation ? operation.dose : 'factor' in operation ? operation.factor : 1 });
  }
  const [dictionary] = dictionaries;
  const { tokens, from, to, special } = intervention.scope;
  if (dictionary === undefined || dictionaries.size > 1 || from !== undefined || to !== undefined || special) return null;
  return { dictionary, recipe, scope: tokens };
}
