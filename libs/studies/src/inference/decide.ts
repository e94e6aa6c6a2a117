import type { ClaimStatus, Interval } from '@sextant/schema';
import type { StudyPlan } from '../plan';

/** All that a claim's status depends on. Effects in nats of margin. */
export interface Evidence {
  /** −1: the margin was predicted to fall; 1: to rise. */
  predicted: -1 | 1;
  effect: Interval;
  q: number;
  /** Steered over unsteered perplexity of prose at the claim's dose; null when it was not measured. */
  perplexityRatio: number | null;
  /** Two one-sided tests against ±minimumEffect, with the interval of level 1 − 2α. */
  equivalence: { p: number; lo: number; hi: number };
  /** The control that moved furthest in the predicted direction, and the paired difference of the effect from it; null without controls. */
  strongestControl: { name: string; estimate: number; beyond: Interval } | null;
}

type Rule = Pick<StudyPlan, 'alpha' | 'minimumEffect'> & { propose: Pick<StudyPlan['propose'], 'maxPerplexityRatio'> };

interface Criterion {
  met: boolean;
  reason: string;
}

const nats = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`;
const range = ({ lo, hi }: { lo: number; hi: number }): string => `${nats(lo)} to ${nats(hi)}`;

/**
 * The decision rule. *Confirmed*: the interval excludes 0 in the predicted direction, q < α, the effect reaches the
 * minimum, prose stays within its perplexity bound, and the effect goes beyond every control, the strongest one
 * included with its paired interval. Else *null* when equivalence within ±minimum is shown, *refuted* when the effect is
 * significant the other way, and *inconclusive* otherwise. Every criterion gives its reason in plain words.
 */
export function decideClaim(evidence: Evidence, plan: Rule): { status: ClaimStatus; reasons: string[] } {
  const criteria = criteriaOf(evidence, plan);
  const reasons = criteria.map(({ reason }) => reason);
  if (criteria.every(({ met }) => met)) return { status: 'confirmed', reasons };
  const { effect, equivalence, predicted, q } = evidence;
  const { alpha, minimumEffect } = plan;
  if (equivalence.p < alpha) {
    const level = Math.round(100 * (1 - 2 * alpha));
    return {
      status: 'null',
      reasons: [...reasons, `Equivalence is shown: the ${level} % interval ${range(equivalence)} lies within ±${minimumEffect} nats.`],
    };
  }
  const opposite = predicted < 0 ? effect.lo > 0 : effect.hi < 0;
  if (opposite && q < alpha) {
    return { status: 'refuted', reasons: [...reasons, `The effect is significant against the prediction (q = ${small(q)}).`] };
  }
  return { status: 'inconclusive', reasons };
}

function criteriaOf({ effect, predicted, q, perplexityRatio, strongestControl }: Evidence, plan: Rule): Criterion[] {
  const way = predicted < 0 ? 'below' : 'above';
  const level = Math.round(100 * (1 - plan.alpha));
  const excludesZero = predicted < 0 ? effect.hi < 0 : effect.lo > 0;
  const bound = plan.propose.maxPerplexityRatio;
  const size = Math.abs(effect.estimate);
  return [
    {
      met: excludesZero,
      reason: `The ${level} % interval ${range(effect)} nats ${excludesZero ? `lies ${way} 0, as predicted` : `does not lie ${way} 0, as was predicted`}.`,
    },
    { met: q < plan.alpha, reason: `q = ${small(q)} is ${q < plan.alpha ? 'below' : 'not below'} ${plan.alpha}.` },
    {
      met: size >= plan.minimumEffect,
      reason: `An effect of ${nats(effect.estimate)} nats ${size >= plan.minimumEffect ? 'reaches' : 'does not reach'} the minimum of ${plan.minimumEffect}.`,
    },
    {
      met: perplexityRatio !== null && perplexityRatio <= bound,
      reason:
        perplexityRatio === null
          ? 'The perplexity of prose was not measured at this dose.'
          : `Prose perplexity × ${perplexityRatio.toFixed(3)} is ${perplexityRatio <= bound ? 'within' : 'beyond'} the bound of × ${bound}.`,
    },
    controlCriterion(strongestControl, predicted),
  ];
}

function controlCriterion(strongest: Evidence['strongestControl'], predicted: -1 | 1): Criterion {
  if (!strongest) return { met: false, reason: 'There are no controls to hold the effect against.' };
  const { name, estimate, beyond } = strongest;
  const met = predicted < 0 ? beyond.hi < 0 : beyond.lo > 0;
  const difference = `the paired difference from it is ${nats(beyond.estimate)} (${range(beyond)}) nats`;
  return {
    met,
    reason: `The strongest control in that direction (${name}) moves the margin by ${nats(estimate)} nats; ${difference}, ${met ? 'clear of' : 'not clear of'} 0.`,
  };
}

const small = (value: number): string => (value >= 0.001 ? value.toFixed(3) : value.toExponential(1).replace('-', '−'));
