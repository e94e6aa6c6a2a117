import type { InterventionInput } from '@sextant/schema';
import { command } from '../../commands';
import type { SteerSearch } from './search';

/** Operations the command line takes by feature and dose. */
const byDose: readonly string[] = ['clamp', 'scale', 'ablate'];

/** The same two replies from a terminal. A recipe the flags cannot say is written to a file first, so that what is copied runs as it is. */
export function steerCommand(search: SteerSearch, prompt: string, intervention: InterventionInput | null): string {
  const { recipe, dictionary, mode, tokens, temperature, topP, seed, scope } = search;
  const sampling = [...(mode === 'chat' ? ['--chat'] : []), '--tokens', tokens, '--temperature', temperature, '--top-p', topP, '--seed', seed];
  const kinds = new Set(recipe.map((line) => line.kind));
  const [kind = 'clamp'] = kinds;
  if (kinds.size <= 1 && byDose.includes(kind)) {
    const where = dictionary === undefined ? [] : ['--dictionary', dictionary.slice(0, 12)];
    const doses = recipe.map((line) => `${line.feature}=${line.dose}`);
    return command('steer', prompt, ...where, ...(doses.length > 0 ? ['--feature', ...doses] : []), '--operation', kind, '--scope', scope, ...sampling);
  }
  const file = 'recipe.json';
  return `cat > ${file} <<'EOF'\n${JSON.stringify(intervention)}\nEOF\n${command('steer', prompt, '--intervention', file, ...sampling)}`;
}
