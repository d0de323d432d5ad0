import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { TRPCError } from '@trpc/server';
import pLimit, { type LimitFunction } from 'p-limit';

/**
 * What one person may have worked on at the same moment. A call takes up to seven connections to the database at a time: apps
 * have more than three such calls take.
 */
const AT_ONCE = 3;
/** What may wait for its turn besides: a browser that opens forty pages again asks for some 300 things. */
const MOST_WAITING = 400;

/** A request of somebody of whom more are waiting than any use of the pages makes; the message is for them. */
export class ShareSpent extends TRPCError {
  override readonly name = 'ShareSpent';
  /** For what is asked for without tRPC. */
  readonly statusCode = 429;

  constructor() {
    const message =
      'Too many requests of yours are waiting for an answer. Let some of them finish, then try again.';
    super({ code: 'TOO_MANY_REQUESTS', message });
  }
}

/**
 * Gives everybody a share of an app: some of their requests are worked on at the same moment, the others wait in their own
 * turn, and those beyond that are refused by {@link ShareSpent}. So nobody's requests wait behind all of somebody else's.
 */
export class Shares {
  readonly #limits = new Map<string, LimitFunction>();

  /** Does some work once it is its turn. @param who an id of a person's, or the network of a stranger */
  async run<T>(who: string, work: () => T | PromiseLike<T>): Promise<T> {
    const limit = this.#limits.get(who) ?? pLimit(AT_ONCE);
    if (limit.pendingCount >= MOST_WAITING) throw new ShareSpent();
    this.#limits.set(who, limit);
    try {
      return await limit(work);
    } finally {
      // The turn of what is over is given back after this.
      setImmediate(() => {
        if (limit.activeCount + limit.pendingCount === 0) this.#limits.delete(who);
      });
    }
  }

  /** Resolves once it is a request's turn, which lasts until its answer was given or its connection is closed. */
  async begin(who: string, answer: ServerResponse): Promise<void> {
    await new Promise<void>((begin, refuse) => {
      this.run(who, async () => {
        begin();
        if (!answer.closed) await once(answer, 'close');
      }).catch(refuse);
    });
  }
}
