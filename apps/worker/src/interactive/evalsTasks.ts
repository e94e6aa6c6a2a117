import { evalTasks, loadItems } from '@sextant/evals';
import type { InteractiveHandler } from '@sextant/jobs';

/** The evals there are; those built in say how many items they have. */
export const evalsTasks: InteractiveHandler<'evals.tasks'> = async function* () {
  yield {
    tasks: evalTasks.map(({ name, description, version, needsPath }) => {
      const items = needsPath ? null : loadItems(name).length;
      return { name, description, version, needsPath, items };
    }),
  };
};
