import type { Intervention } from '@sextant/schema';
import type { StudyPlan } from '../plan';
import type { StudyEffect } from './effects';

const number = (value: number, digits = 2): string => `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)}`;
const dose = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(value)}`;

const scopes: Record<Intervention['scope']['tokens'], string> = {
  all: 'on every token',
  prompt: 'on the prompt',
  generated: 'on what is generated',
  assistant: 'on the assistant’s turn',
};

interface Statement {
  effect: StudyEffect;
  plan: StudyPlan;
  label: string | null;
  intervention: Intervention;
}

/** The claim in one sentence, with its interval and sample, whatever its status. */
export function statementOf({ effect, plan, label, intervention }: Statement): string {
  const name = `feature ${effect.feature}${label === null ? '' : ` (“${label}”)`}`;
  const done =
    effect.kind === 'vector'
      ? `Adding a random direction in the place of ${name}, as far as a clamp to ${dose(effect.dose)} × its max would go,`
      : `Clamping ${name} to ${dose(effect.dose)} × its max`;
  const level = Math.round(100 * (1 - plan.alpha));
  const interval = `${number(effect.estimate)} nats (${level} % interval ${number(effect.lo)} to ${number(effect.hi)}`;
  return `${done} ${scopes[intervention.scope.tokens]} changes the margin of ${plan.task} by ${interval}, ${effect.n} held-out items in ${effect.clusters} clusters).`;
}
