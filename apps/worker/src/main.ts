import { parseArgs } from 'node:util';
import { SextantError } from '@sextant/schema';
import { parentChannel } from './channel';
import { handlers } from './interactive';
import { executors } from './jobs';
import { leavesMainThread, runInThread } from './ownThread';
import { roles, startWorker, type Role } from './startWorker';

const { values } = parseArgs({ options: { role: { type: 'string' }, lab: { type: 'string' }, owner: { type: 'string' } } });

function required(name: 'role' | 'lab' | 'owner'): string {
  const value = values[name];
  if (value === undefined) throw new SextantError('INVALID_INPUT', `--${name} is missing`, { field: name });
  return value;
}

function roleOf(name: string): Role {
  const role = roles.find((known) => known === name);
  if (role === undefined) throw new SextantError('INVALID_INPUT', `--role is ${name}; it can be ${roles.join(' or ')}`, { field: 'role', value: name });
  return role;
}

// Ctrl-C reaches the whole terminal group; the API decides when its workers stop.
process.on('SIGINT', () => {});
const start = () => startWorker({ role: roleOf(required('role')), lab: required('lab'), owner: required('owner'), channel: parentChannel(), executors, handlers });
process.exit(await ((await leavesMainThread()) ? runInThread(new URL(import.meta.url)) : start()));
