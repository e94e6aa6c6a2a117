import { describe, expect, it } from 'vitest';
import { command, firstLightCommand } from './commands';

describe('command', () => {
  it('quotes what a shell would break or run', () => {
    expect(command('features', 'show', 922)).toBe('sextant features show 922');
    expect(command('search', 'it\'s $(rm -rf ~)')).toBe(`sextant search 'it'\\''s $(rm -rf ~)'`);
    expect(firstLightCommand('/home/me/my lab')).toBe("npm start -- --lab '/home/me/my lab'");
    expect(command('steer', '--prompt', '')).toBe(`sextant steer --prompt ''`);
  });
});
