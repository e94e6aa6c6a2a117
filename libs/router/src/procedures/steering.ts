import { interactiveMethods, steerEvent } from '@sextant/schema';
import { procedure, router, stream } from '../init';

const doses = interactiveMethods['steering.doses'];

export const steeringRouter = router({
  run: procedure
    .meta({ summary: 'Baseline and steered continuation, streamed together token by token', event: steerEvent })
    .input(interactiveMethods['steering.run'].params)
    .subscription(({ ctx, input, signal }) => stream(ctx.interactive.stream('steering.run', input, signal))),

  doses: procedure
    .meta({ summary: 'The same prompt under the same intervention at several doses' })
    .input(doses.params)
    .output(doses.event)
    .query(({ ctx, input, signal }) => ctx.interactive.ask('steering.doses', input, signal)),
});
