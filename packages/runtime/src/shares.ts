import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { TRPCError } from '@trpc/server';
import pLimit, { type LimitFunction } from 'p-limit';

/**
 * The number of calls of one person that run at the same time. A call uses up to seven connections
 * to the database, and every app has more than three such calls use.
 */
const AT_ONCE = 3;
/**
 * The number of further calls that may wait. A browser that opens forty pages again sends about 300
 * calls.
 */
const MOST_WAITING = 400;

/**
 * The refusal of a request because too many requests of the same person wait. The message is for
 * that person.
 */
export class ShareSpent extends TRPCError {
  override readonly name = 'ShareSpent';
  /** The status for requests without tRPC. */
  readonly statusCode = 429;

  constructor() {
    const message =
      'Too many requests of yours are waiting for an answer. Let some of them finish, then try again.';
    super({ code: 'TOO_MANY_REQUESTS', message });
  }
}

/**
 * Gives each person a share of an app: a few of their requests run at the same time, more wait in a
 * queue of that person, and any beyond are refused with {@link ShareSpent}. Therefore no request
 * waits for all requests of another person.
 */
export class Shares {
  readonly #limits = new Map<string, LimitFunction>();

  /** Runs work when it is its turn. `who` is the id of a person, or the network of a stranger. */
  async run<T>(who: string, work: () => T | PromiseLike<T>): Promise<T> {
    const limit = this.#limits.get(who) ?? pLimit(AT_ONCE);
    if (limit.pendingCount >= MOST_WAITING) throw new ShareSpent();
    this.#limits.set(who, limit);
    try {
      return await limit(work);
    } finally {
      // p-limit decreases its count only after this function has returned.
      setImmediate(() => {
        if (limit.activeCount + limit.pendingCount === 0) this.#limits.delete(who);
      });
    }
  }

  /**
   * Resolves when it is a request's turn, which lasts until its answer is sent or its connection is
   * closed.
   */
  async begin(who: string, answer: ServerResponse): Promise<void> {
    await new Promise<void>((begin, refuse) => {
      this.run(who, async () => {
        begin();
        if (!answer.closed) await once(answer, 'close');
      }).catch(refuse);
    });
  }
}
