import { claimStatusSchema, type ClaimStatus } from '@sextant/schema';
import type { AddCommand } from '../command';
import { Exit, withSession } from '../command';
import { exitCodes } from '../exitCodes';
import { fields, interval, short, significant, table } from '../output';
import { oneOf, positive } from './arguments';

export const addClaims: AddCommand = (program) => {
  const claims = program.command('claims').description('claims: feature → outcome');

  withSession<{ status?: ClaimStatus; study?: string }>(
    claims
      .command('list', { isDefault: true })
      .description('claims in the lab')
      .option('--status <status>', claimStatusSchema.options.join(', '), oneOf(claimStatusSchema.options))
      .option('--study <study>'),
    async ({ client, out }, { status, study }) => {
      const page = await client.claims.list.query({ status, study, limit: 200 });
      out.answer(page, table(['claim', 'status', 'statement', 'Δ [95 %]', 'q', 'n'], page.items.map((claim) => [
        claim.id,
        claim.status,
        claim.statement,
        interval(claim),
        significant(claim.q),
        claim.n,
      ])));
    },
  );

  withSession(claims.command('show').argument('<claim>').description('a claim with its controls and doses'), async ({ client, out }, _options, [id = '']) => {
    const claim = await client.claims.get.query({ id });
    out.answer(claim, [
      `${claim.status.toUpperCase()}  ${claim.statement}`,
      '',
      fields({
        effect: `${interval(claim)} nats at dose ${claim.dose}, q ${significant(claim.q)}, n ${claim.n} in ${claim.clusters} clusters`,
        rate: `${interval(claim.rateBaseline)} → ${interval(claim.rateSteered)}`,
        specificity: interval(claim.specificity),
        'against the mean': interval(claim.antiSteerable),
        'perplexity ratio': significant(claim.perplexityRatio),
        '‖Δh‖/‖h‖': significant(claim.normRatio),
        feature: `${short(claim.feature.dictionary)} ${claim.feature.index}${claim.feature.label === null ? '' : ` "${claim.feature.label}"`}`,
        study: `${claim.study} (${claim.studyRecord.name})`,
        estimator: claim.estimatorVersion,
      }),
      '',
      table(['control', 'count', 'mean [range]'], claim.controls.map((control) => [control.kind, control.count, interval(control)])),
      '',
      table(['condition', 'dose', 'Δ [95 %]', 'q'], claim.effects.map((effect) => [effect.condition, effect.dose, interval(effect), significant(effect.q)])),
      ...claim.reasons.map((reason) => `· ${reason}`),
    ].join('\n'));
  });

  withSession<{ sort: 'flips' | 'margin'; limit: number }>(
    claims
      .command('items')
      .argument('<claim>')
      .description('items side by side, flips first')
      .option('--sort <by>', 'flips or margin', oneOf(['flips', 'margin'] as const), 'flips')
      .option('--limit <n>', '', positive, 20),
    async ({ client, out }, { sort, limit }, [id = '']) => {
      const page = await client.claims.items.query({ id, sort, limit });
      out.answer(page, page.items.map((item) => [
        `${item.flip === 'none' ? '      ' : item.flip.padEnd(6)} Δ ${significant(item.delta)}  ${item.prompt}`,
        `       baseline: ${item.choices[item.baseline.choice]}   steered: ${item.choices[item.steered.choice]}`,
        ...(item.replies === undefined ? [] : [`       says: ${item.replies.baseline}`, `       says: ${item.replies.steered}`]),
      ].join('\n')).join('\n'));
    },
  );

  withSession(claims.command('recompute').argument('<claim>').description('compute it again from its items'), async ({ client, out }, _options, [id = '']) => {
    const answer = await client.claims.recompute.mutate({ id });
    out.answer(answer, `${answer.checked} numbers checked, ${answer.differing} differ (largest difference ${significant(answer.maxDifference)})`);
    if (answer.differing > 0) throw new Exit(exitCodes.integrity);
  });
};
