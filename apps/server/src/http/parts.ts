import type { createAuth } from '@scheduler/auth';
import type { Database } from '@scheduler/db';
import type { RefusedCalls, Shares } from '@scheduler/runtime';
import type { FastifyRequest } from 'fastify';
import type { ChangeFeed } from '../core/change-feed.ts';

/** The parts that the routes of one server share. */
export interface ServerParts {
  database: Database;
  auth: ReturnType<typeof createAuth>;
  changes: ChangeFeed;
  shares: Shares;
  refusedCalls: RefusedCalls;
  /** The user of a request, for its log line. */
  userIds: WeakMap<FastifyRequest, string>;
  /**
   * Answers at once while the schema is behind; otherwise each statement on a missing table would
   * fail with its own message.
   */
  assertSchema(): Promise<void>;
  /** Refuses a request for a change that was not sent by one of our pages. */
  assertOwnPage(request: FastifyRequest): void;
}
