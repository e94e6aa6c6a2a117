import { describe, expect, it } from 'vitest';
import { steerSearch } from './search';
import { steerCommand } from './steerCommand';

const search = (recipe: unknown) => steerSearch.parse({ recipe, dictionary: 'abcdef0123456789', mode: 'completion', tokens: 8 });

describe('steerCommand', () => {
  it('says clamps by feature and dose', () => {
    expect(steerCommand(search([{ feature: 922, kind: 'clamp', dose: -1 }, { feature: 7, kind: 'clamp', dose: 2.5 }]), 'The fox', null)).toBe(
      "sextant steer 'The fox' --dictionary abcdef012345 --feature 922=-1 7=2.5 --operation clamp --scope all --tokens 8 --temperature 0 --top-p 1 --seed 0",
    );
  });
  it('writes what flags cannot say to a file', () => {
    const intervention = { hook: 'blocks.1.hook_resid_post', operations: [] };
    const text = steerCommand(search([{ feature: 922, kind: 'projectOut' }]), 'The fox', intervention);
    expect(text).toMatch(/^cat > recipe\.json <<'EOF'\n\{"hook":"blocks\.1\.hook_resid_post".*\nEOF\nsextant steer 'The fox' --intervention recipe\.json/s);
  });
});
