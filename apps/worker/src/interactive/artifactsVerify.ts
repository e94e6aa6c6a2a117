import type { InteractiveHandler } from '@sextant/jobs';

/** Hashes the files of one artifact, or of every artifact in the lab, again. */
export const artifactsVerify: InteractiveHandler<'artifacts.verify'> = async function* ({ digest }, { lab, signal }) {
  const digests = digest === undefined ? lab.artifacts.digests() : [digest];
  const problems: string[] = [];
  let differing = 0;
  for (const one of digests) {
    signal.throwIfAborted();
    const report = await lab.artifacts.verify(one);
    if (report.problems.length > 0) differing += 1;
    problems.push(...report.problems);
  }
  yield { checked: digests.length, differing, problems };
};
