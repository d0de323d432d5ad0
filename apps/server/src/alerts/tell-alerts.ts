import { setTimeout as wait } from 'node:timers/promises';
import { alerts, connect, type Db, schemaIsBehind } from '@scheduler/db';
import { errorText, type Logger } from '@scheduler/runtime';
import { ALERTS, type AlertName, findAlerts, readSituation } from '@scheduler/sync';
import { eq, sql } from 'drizzle-orm';
import { type AlertWays, sendMessage } from './ways.ts';
import { alertMessage } from './words.ts';

/**
 * How long a condition must hold before a server sends a message about it. Crossmark is often away for a
 * minute, and so is a worker that is being replaced. The other conditions begin only after a wait of their own.
 */
const HOLDS_SECONDS: Record<AlertName, number> = {
  'oldest-change': 0,
  'needs-a-person': 0,
  'calls-held-back': 300,
  refresh: 0,
  'no-worker': 120,
};

/** For how long a message is one server's: longer than all its ways take. */
const CLAIM_SECONDS = 60;
const EVERY_MS = 30_000;

/** How a server sends messages about alerts. */
export interface AlertOptions {
  ways: AlertWays;
  /** The address of the scheduler's pages. */
  origin: string;
  /** The address of the admin page, if it is known. */
  adminOrigin?: string | undefined;
  /** The least time between two messages that one alert holds. */
  quietMinutes: number;
  log: Logger;
}

/**
 * Sends a message about each alert that begins, each that still holds after the quiet time, and each that is
 * over. Any number of servers may do this: a server claims the row of an alert before it sends the message.
 * If no webhook or mail server took a message, or the server that had claimed it died, a server sends it again
 * a minute later. Returns how many messages were taken, and how many were not.
 */
export async function tellAlerts(
  db: Db,
  { ways, origin, adminOrigin, quietMinutes, log, signal }: AlertOptions & { signal: AbortSignal },
): Promise<{ told: number; failed: number }> {
  const situation = await readSituation(db);
  const firing = findAlerts(situation);
  await note(db, [...firing.keys()]);
  const counts = { told: 0, failed: 0 };
  for (const name of ALERTS) {
    if (signal.aborted) break;
    const state = firing.has(name) ? 'firing' : 'over';
    const claimed = await claim(db, name, state, firing.get(name) ?? null, quietMinutes);
    if (!claimed) continue;
    const message = alertMessage(name, state, claimed.since, situation, { origin, adminOrigin });
    const { taken, failures } = await sendMessage(ways, message, { origin, signal });
    const failure = failures.length > 0 ? failures.join(' ') : null;
    if (failure)
      log.warn({ alert: name, state, reason: failure }, 'an alert was not taken by all of its ways');
    const told = {
      isTold: state === 'firing',
      claimedUntil: null,
      ...(state === 'firing' && { toldAt: sql`app_now()` }),
    };
    await db
      .update(alerts)
      .set({ failure, ...(taken > 0 && told) })
      .where(eq(alerts.name, name));
    counts[taken > 0 ? 'told' : 'failed'] += 1;
  }
  return counts;
}

/** Notes which alerts hold, each since it was first seen. */
async function note(db: Db, firing: readonly AlertName[]): Promise<void> {
  const names = sql`(select value from json_array_elements_text(${JSON.stringify(firing)}::json))`;
  await db.execute(sql`
    insert into alerts (name, seen_since) select value, app_now() from ${names} named
    on conflict (name) do update set seen_since = app_now() where alerts.seen_since is null`);
  await db.execute(
    sql`update alerts set seen_since = null where seen_since is not null and name not in ${names}`,
  );
}

/** Claims the message of an alert if one is due; null otherwise, also if another server has it. */
async function claim(
  db: Db,
  name: AlertName,
  state: 'firing' | 'over',
  began: string | null,
  quietMinutes: number,
): Promise<{ since: string } | null> {
  const since = sql`coalesce(${began}::timestamptz, seen_since)`;
  const due =
    state === 'firing'
      ? sql`${since} <= app_now() - ${HOLDS_SECONDS[name]} * interval '1 second'
          and (told_at is null or told_at <= app_now() - ${quietMinutes} * interval '1 minute')`
      : sql`is_told`;
  const [row] = await db.execute<{ since: string }>(sql`
    update alerts set claimed_until = app_now() + ${CLAIM_SECONDS} * interval '1 second'
    where name = ${name} and (claimed_until is null or claimed_until <= app_now()) and ${due}
    returning coalesce(${since}, told_at)::text as since`);
  return row ? { since: new Date(row.since).toISOString() } : null;
}

/** Looks at the alerts every half minute, over a connection of its own, until the signal. */
export async function watchAlerts(
  databaseUrl: string,
  options: AlertOptions & { signal: AbortSignal },
): Promise<void> {
  const { log, signal } = options;
  const database = connect(databaseUrl, { max: 1, applicationName: 'scheduler-server-alerts' });
  while (!signal.aborted) {
    try {
      if (!(await schemaIsBehind(database.db))) {
        const counts = await tellAlerts(database.db, options);
        if (counts.told + counts.failed > 0) log.info(counts, 'told of alerts');
      }
    } catch (error) {
      log.warn({ reason: errorText(error) }, 'alerts could not be looked at');
    }
    await wait(EVERY_MS, undefined, { signal }).catch(() => {});
  }
  await database.close();
}
