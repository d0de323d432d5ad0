/** More than that aren't held up by each other's locks. */
const MOST_IN_GROUP = 50;

/**
 * What is asked for while `work` is under way is done together next, as a database commits: who is alone begins at once,
 * and the more ask at one time, the less each costs. `work` tells of each by itself, in order; what it throws is told to
 * all.
 */
export function grouped<Asked, Result>(
  work: (asked: readonly Asked[]) => Promise<PromiseSettledResult<Result>[]>,
): (asked: Asked) => Promise<Result> {
  const waiting: { asked: Asked; answer: PromiseWithResolvers<Result> }[] = [];
  let busy = false;

  async function begin(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const group = waiting.splice(0, MOST_IN_GROUP);
      const [told] = await Promise.allSettled([work(group.map(({ asked }) => asked))]);
      for (const [n, { answer }] of group.entries()) {
        const one = told.status === 'fulfilled' ? told.value[n] : told;
        if (one?.status === 'fulfilled') answer.resolve(one.value as Result);
        else answer.reject(one?.reason ?? new Error('Nothing was told of this one.'));
      }
    }
    busy = false;
  }

  return (asked) => {
    const answer = Promise.withResolvers<Result>();
    waiting.push({ asked, answer });
    if (!busy) void begin();
    return answer.promise;
  };
}
