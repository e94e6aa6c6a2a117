import type { ReactNode } from 'react';
import { Command } from './Command';
import './EmptyState.css';

/** Nothing here yet: one sentence, the command that fills it, and at most one action. */
export function EmptyState({ title, command, action }: { title: ReactNode; command?: string; action?: ReactNode }) {
  return (
    <div className="empty">
      <p>{title}</p>
      {command && <Command text={command} />}
      {action}
    </div>
  );
}
