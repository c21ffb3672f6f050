/**
 * Ask again and again until the answer is there: neither `undefined` nor `false`, and no exception.
 *
 * @param ask - may throw; what it threw last is told when the time is up.
 * @param deadlineMs - from now.
 * @returns the first answer that was there.
 */
export async function eventually<T>(
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 20_000,
  intervalMs = 100,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = new Error(`the answer was ${String(answer)}`);
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) {
      const message = last instanceof Error ? last.message : String(last);
      throw new Error(`Not within ${deadlineMs / 1000} s: ${message}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
