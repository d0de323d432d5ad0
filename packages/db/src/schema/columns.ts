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
 * `text` for sentences that are put together here, often with words of somebody else's in them:
 * whatever they say, Postgres takes them, and what they are written with is not lost for the sake
 * of a character.
 */
export const plainText = customType<{ data: string }>({
  dataType: () => 'text',
  toDriver: (value) => cleanText(value, LONGEST_PLAIN_TEXT),
});

/** `bytea`. */
export const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/**
 * SQL for the present: the time at which the transaction began, as that of `now()`. Tests move it
 * for a whole database by its setting `scheduler.clock_offset`. Only what graphile-worker keeps
 * (`run_at`, `locked_at`) compares with `now()` itself.
 */
export const now = sql`app_now()`;
