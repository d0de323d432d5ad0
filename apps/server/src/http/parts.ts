import type { createAuth } from '@scheduler/auth';
import type { Database } from '@scheduler/db';
import type { RefusedCalls, Shares } from '@scheduler/runtime';
import type { FastifyRequest } from 'fastify';
import type { ChangeFeed } from '../core/change-feed.ts';

/** What the routes of one server share. */
export interface ServerParts {
  database: Database;
  auth: ReturnType<typeof createAuth>;
  changes: ChangeFeed;
  shares: Shares;
  refusedCalls: RefusedCalls;
  /** Who a request is from, for its log line. */
  userIds: WeakMap<FastifyRequest, string>;
  /** Statements on tables that are not there yet would fail one by one, each in words of its own. */
  assertSchema(): Promise<void>;
  /** Refuses a changing request that another site's page sent, or none. */
  assertOwnPage(request: FastifyRequest): void;
}
