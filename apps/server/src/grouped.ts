/** More than that aren't held up by each other's locks. */
const MOST_IN_GROUP = 50;
/** A group that waits for a lock holds the next one up no longer than this. */
const LONGEST_WAIT_MS = 100;

/**
 * What is asked for while `work` is under way is done together next, as a database commits: who is alone begins at once,
 * and the more ask at one time, the less each costs. `work` tells of each by itself, in the order in which they asked;
 * what it throws is told to all.
 */
export function grouped<Asked, Result>(
  work: (asked: readonly Asked[]) => Promise<PromiseSettledResult<Result>[]>,
): (asked: Asked) => Promise<Result> {
  interface Waiting extends PromiseWithResolvers<Result> {
    asked: Asked;
  }
  const waiting: Waiting[] = [];
  let busy = false;

  async function carryOut(group: readonly Waiting[]): Promise<void> {
    try {
      const told = await work(group.map(({ asked }) => asked));
      for (const [n, one] of told.entries()) {
        if (one.status === 'fulfilled') group[n]?.resolve(one.value);
        else group[n]?.reject(one.reason);
      }
    } catch (error) {
      for (const one of group) one.reject(error);
    }
  }

  async function carryOutAll(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, LONGEST_WAIT_MS);
      await Promise.race([carryOut(waiting.splice(0, MOST_IN_GROUP)), late.promise]);
      clearTimeout(timer);
    }
    busy = false;
  }

  return (asked) => {
    const one = { asked, ...Promise.withResolvers<Result>() };
    waiting.push(one);
    if (!busy) void carryOutAll();
    return one.promise;
  };
}
