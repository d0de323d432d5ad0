import { cleanText } from '@scheduler/runtime';
import type { Instant } from '@scheduler/scheduling';
import { sql } from 'drizzle-orm';
import { customType } from 'drizzle-orm/pg-core';

/**
 * `timestamptz` as canonical ISO text in UTC with milliseconds (`2026-01-05T15:45:00.000Z`): safe
 * in JSON, sorts by time, and no `Date` arithmetic to go wrong.
 */
export const instant = customType<{ data: Instant; driverData: string }>({
  dataType: () => 'timestamptz(3)',
  fromDriver: (value) => new Date(value).toISOString(),
});

/** The longest text that is kept for a person to read. */
const LONGEST_PLAIN_TEXT = 2_000;

/**
 * `text` for sentences that are made here and often contain texts from elsewhere. They are cleaned,
 * so that Postgres accepts them in any case: otherwise a single character could make the whole
 * statement fail.
 */
export const plainText = customType<{ data: string }>({
  dataType: () => 'text',
  toDriver: (value) => cleanText(value, LONGEST_PLAIN_TEXT),
});

/** `bytea`. */
export const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/**
 * SQL for the current time. Like `now()`, it is the time at which the transaction began. Tests move
 * it for a whole database by its setting `scheduler.clock_offset`. Only graphile-worker's own
 * columns (`run_at`, `locked_at`) are compared with `now()` itself.
 */
export const now = sql`app_now()`;
