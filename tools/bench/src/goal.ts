/** What a row is to reach: so many times the peer's speed, or at most a share of its time. */
export type Goal = { timesFaster: number } | { shareOfTime: number };

export function goalText(goal: Goal): string {
  return 'timesFaster' in goal ? `≥ ${goal.timesFaster} ×` : `≤ ${goal.shareOfTime} of the time`;
}

/** @param speedRatio our units a second over the peer's */
export function goalMet(goal: Goal, speedRatio: number): boolean {
  return 'timesFaster' in goal ? speedRatio >= goal.timesFaster : 1 / speedRatio <= goal.shareOfTime;
}

/** The ratio in the goal's terms. */
export function ratioText(goal: Goal, speedRatio: number): string {
  return 'timesFaster' in goal ? speedRatio.toFixed(2) : (1 / speedRatio).toFixed(2);
}
