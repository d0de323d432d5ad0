import { TRPCError } from '@trpc/server';
import type { FastifyReply } from 'fastify';
import { whenClosed } from './connection.ts';

/** Counts each user's running requests until they are answered or their connection closes. */
export class Places {
  readonly #limits: { mostOfOne: number; most: number };
  readonly #of = new Map<string, number>();
  #all = 0;

  constructor(limits: { mostOfOne: number; most: number }) {
    this.#limits = limits;
  }

  /** Throws if the limit of a user, or of all users together, is reached. */
  take(reply: FastifyReply, user: string): void {
    const own = this.#of.get(user) ?? 0;
    if (own >= this.#limits.mostOfOne) {
      const message = `You have ${own} files under way. Wait until one of them is done, then try again.`;
      throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message });
    }
    if (this.#all >= this.#limits.most) {
      const message = 'Other people are sending files. Try again in a moment.';
      throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message });
    }
    whenClosed(reply, () => {
      const left = (this.#of.get(user) ?? 1) - 1;
      if (left > 0) this.#of.set(user, left);
      else this.#of.delete(user);
      this.#all -= 1;
    });
    this.#of.set(user, own + 1);
    this.#all += 1;
  }
}
