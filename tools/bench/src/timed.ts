/** Runs work warm-up + repetitions times; the seconds of the repetitions, and the last result. */
export async function timed<Result>(
  work: () => Result | Promise<Result>,
  { warmup, repetitions }: { warmup: number; repetitions: number },
): Promise<{ seconds: number[]; last: Result }> {
  const seconds: number[] = [];
  let last = await work();
  for (let run = 1; run < warmup + repetitions; run++) {
    const started = performance.now();
    last = await work();
    if (run >= warmup) seconds.push((performance.now() - started) / 1000);
  }
  return { seconds, last };
}
