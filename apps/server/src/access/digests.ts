import type { SessionUser } from '@scheduler/auth';
import { type Db, digestSends, digestSubscriptions, stores, workers } from '@scheduler/db';
import { and, eq, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { isWithin } from '../core/store-access.ts';
import { save } from '../core/transaction.ts';
import { findStore } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import type { Digests } from './types.ts';

/** Returns the digests that a user gets of each of their stores, and whether any are sent at all. */
export async function ownDigests(db: Db, user: SessionUser): Promise<Digests> {
  const today = sql`(app_now() at time zone ${stores.timeZone})::date`;
  const [senders, rows] = await Promise.all([
    db.select({ id: workers.id }).from(workers).where(eq(workers.sendsMail, true)).limit(1),
    db
      .select({
        storeId: stores.id,
        name: stores.name,
        number: stores.number,
        timeZone: stores.timeZone,
        sendAt: digestSubscriptions.sendAt,
        state: digestSends.state,
        sentAt: digestSends.sentAt,
        failure: digestSends.failure,
      })
      .from(stores)
      .leftJoin(
        digestSubscriptions,
        and(eq(digestSubscriptions.storeId, stores.id), eq(digestSubscriptions.userId, user.id)),
      )
      .leftJoin(
        digestSends,
        and(eq(digestSends.storeId, stores.id), eq(digestSends.userId, user.id), eq(digestSends.day, today)),
      )
      .where(isWithin(stores.id, user.storeIds))
      .orderBy(stores.number),
  ]);
  return {
    email: user.email,
    isSent: senders.length > 0,
    stores: rows.map(({ state, sentAt, failure, ...row }) => ({
      ...row,
      today: state === null ? null : { state, sentAt, failure },
    })),
  };
}

/**
 * Sets the time of the store's clock at which a user gets its digest; null means that they get none.
 * If that time of today has passed, the first one comes tomorrow.
 */
export async function setDigest(
  db: Db,
  actor: Actor,
  input: { storeId: number; sendAt: string | null },
): Promise<{ sendAt: string | null }> {
  const { storeId, sendAt } = input;
  const mine = { userId: actor.id, storeId };
  const where = and(eq(digestSubscriptions.userId, actor.id), eq(digestSubscriptions.storeId, storeId));
  return save(db, async (tx) => {
    const store = await findStore(tx, storeId);
    const [before] = await tx.select().from(digestSubscriptions).where(where).for('update');
    if ((before?.sendAt ?? null) === sendAt) return { sendAt };
    if (sendAt === null) await tx.delete(digestSubscriptions).where(where);
    else {
      await tx
        .insert(digestSubscriptions)
        .values({ ...mine, sendAt })
        .onConflictDoUpdate({
          target: [digestSubscriptions.userId, digestSubscriptions.storeId],
          set: { sendAt, changedAt: sql`app_now()` },
        });
    }
    await audit(tx, actor, [
      {
        action: 'user.digest',
        subjectType: 'user',
        subjectId: actor.id,
        before: { store: store.number, time: before?.sendAt ?? null },
        after: { store: store.number, time: sendAt },
      },
    ]);
    return { sendAt };
  });
}
