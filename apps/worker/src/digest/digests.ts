import { type Db, digestSends, stores } from '@scheduler/db';
import { type Handover, handOver, type MailServer, type Message } from '@scheduler/mail';
import { errorText, type Logger } from '@scheduler/runtime';
import { addDays } from '@scheduler/scheduling';
import { verifyDays } from '@scheduler/verification';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { type Digest, messageOf } from './compose.ts';

/** Today, tomorrow and three more days. */
const DAYS_AFTER = 4;
/** The wait after the first refusal. It doubles with each further one. */
const RETRY_MINUTES = 5;
const LONGEST_RETRY_MINUTES = 60;

/** How a digest ends that could not be made: nothing was sent, and it concerns no other one. */
const NOT_MADE: Handover = {
  state: 'refused',
  failure: 'The digest could not be made. Ask an admin to look into the log of the worker.',
  isAboutMessage: true,
};

/** A digest that is to be sent now. */
interface DueDigest extends Record<string, unknown> {
  userId: string;
  storeId: number;
  /** The store's day. */
  day: string;
  email: string;
}

/**
 * The digests that are due: the store's clock shows the user's time or a later one, and today's has
 * not been sent, or was refused and may be attempted again. A time that the clocks skip is due once
 * they show a later one. A user who may not sign in, or not see the store, gets none.
 */
function dueSql(only?: Pick<DueDigest, 'userId' | 'storeId'>): SQL {
  const local = sql`(app_now() at time zone stores.time_zone)`;
  const one = only ? sql`and subs.user_id = ${only.userId} and subs.store_id = ${only.storeId}` : sql``;
  return sql`
    select subs.user_id, subs.store_id, ${local}::date as day, users.email
    from digest_subscriptions subs
    join users on users.id = subs.user_id
    join stores on stores.id = subs.store_id
    left join digest_sends sends
      on sends.user_id = subs.user_id and sends.store_id = subs.store_id and sends.day = ${local}::date
    where users.disabled_at is null
      and (users.store_ids is null or subs.store_id = any(users.store_ids))
      and to_char(${local}, 'HH24:MI') >= subs.send_at
      and (${local}::date + subs.send_at::time) at time zone stores.time_zone >= subs.changed_at
      and (sends.user_id is null or (sends.state = 'refused' and sends.retry_at <= app_now()))
      ${one}`;
}

/**
 * Sends the digests that are due. Any worker may do it at any time: the row of a digest is written
 * before it is sent, so each is sent once at most, whoever dies in between. What the mail server
 * surely didn't take is attempted again on the same day, and so is a digest that could not be made,
 * which keeps none of the others back. A server that is away, or leaves a message unanswered, ends
 * this: the others stay due until it is called again. Returns how many were sent and not sent.
 */
export async function sendDigests(
  db: Db,
  options: { mail: MailServer; origin: string; log: Logger; signal: AbortSignal },
): Promise<{ sent: number; failed: number }> {
  const { mail, origin, log, signal } = options;
  const due = await db.execute<DueDigest>(sql`
    select user_id as "userId", store_id as "storeId", day::text as day, email
    from (${dueSql()}) due order by store_id, user_id`);
  const digests = new Map<string, Promise<Digest | null>>();
  const counts = { sent: 0, failed: 0 };
  for (const each of due) {
    if (signal.aborted) break;
    const key = `${each.storeId} ${each.day}`;
    const made = digests.get(key) ?? readDigest(db, each, origin);
    digests.set(key, made);
    const { userId, storeId, day } = each;
    let message: Message | null = null;
    try {
      const digest = await made;
      if (!digest) continue;
      message = await messageOf(digest, { id: userId, email: each.email }, mail.from);
    } catch (error) {
      log.error({ userId, storeId, day, reason: errorText(error) }, 'a digest could not be made');
    }
    if (!(await claim(db, each))) continue;
    const ended = message ? await handOver(mail, message, signal) : NOT_MADE;
    await record(db, each, ended);
    if (ended.state === 'sent') {
      counts.sent += 1;
      continue;
    }
    counts.failed += 1;
    log.warn({ userId, storeId, day, state: ended.state, reason: ended.failure }, 'a digest was not sent');
    // The others would end the same way, and one that may have been sent is never sent again.
    if (ended.state === 'unknown' || !ended.isAboutMessage) break;
  }
  return counts;
}

/** Reads what a digest of a store tells; null if the store is gone. */
function readDigest(db: Db, { storeId, day }: DueDigest, origin: string): Promise<Digest | null> {
  return db.transaction(
    async (tx) => {
      const [store] = await tx.select().from(stores).where(eq(stores.id, storeId));
      if (!store) return null;
      const days = await verifyDays(tx, {
        store,
        fromDay: day,
        toDay: addDays(day, DAYS_AFTER),
        // Not everybody who gets it has other stores.
        tellsReasonsOf: (id) => id === storeId,
      });
      return { store, today: day, days, origin };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** Writes the row of a digest that is still due. Returns false if another worker has it. */
async function claim(db: Db, digest: DueDigest): Promise<boolean> {
  const rows = await db.execute(sql`
    insert into digest_sends (user_id, store_id, day)
    select user_id, store_id, day from (${dueSql(digest)}) due where day = ${digest.day}::date
    on conflict (user_id, store_id, day) do update
      set state = 'sending', attempts = digest_sends.attempts + 1, retry_at = null
      where digest_sends.state = 'refused' and digest_sends.retry_at <= app_now()
    returning user_id`);
  return rows.length > 0;
}

async function record(db: Db, { userId, storeId, day }: DueDigest, ended: Handover): Promise<void> {
  const retryAt = sql`app_now() + least(${RETRY_MINUTES} * 2 ^ (${digestSends.attempts} - 1), ${LONGEST_RETRY_MINUTES})
    * interval '1 minute'`;
  await db
    .update(digestSends)
    .set({
      state: ended.state,
      failure: ended.state === 'sent' ? null : ended.failure,
      ...(ended.state === 'sent' && { sentAt: sql`app_now()` }),
      ...(ended.state === 'refused' && { retryAt }),
    })
    .where(
      and(
        eq(digestSends.userId, userId),
        eq(digestSends.storeId, storeId),
        eq(digestSends.day, day),
        eq(digestSends.state, 'sending'),
      ),
    );
}
