import { TRPCError } from '@trpc/server';
import type { FastifyReply } from 'fastify';
import { whenClosed } from './connection.ts';

/** The most live streams of one user at one server. A browser opens one for all its pages. */
const MOST_STREAMS = 50;

/** The open live streams of this server. */
export class Streams {
  readonly #open = new Set<FastifyReply>();
  readonly #of = new Map<string, number>();

  /** Counts a stream until it closes. Throws if a user has too many. */
  open(reply: FastifyReply, user: string): void {
    const own = this.#of.get(user) ?? 0;
    if (own >= MOST_STREAMS) {
      throw new TRPCError({
        code: 'TOO_MANY_REQUESTS',
        message: `You have ${MOST_STREAMS} pages open. Close some of them.`,
      });
    }
    whenClosed(reply, () => {
      this.#open.delete(reply);
      const left = (this.#of.get(user) ?? 1) - 1;
      if (left > 0) this.#of.set(user, left);
      else this.#of.delete(user);
    });
    this.#of.set(user, own + 1);
    this.#open.add(reply);
  }

  /**
   * Destroys every stream's connection. A page doesn't reopen a stream that ends normally, but it
   * reopens a lost one, at any server that is up by then.
   */
  cut(): void {
    for (const stream of this.#open) stream.raw.destroy();
  }
}
