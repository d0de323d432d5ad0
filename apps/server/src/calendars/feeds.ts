import { createHash, randomBytes } from 'node:crypto';
import {
  calendarFeeds,
  type Db,
  type Executor,
  employees,
  feedEnded,
  onlyRow,
  stores,
  type Tx,
  users,
} from '@scheduler/db';
import { FEED_TOKEN_PREFIX } from '@scheduler/runtime';
import { formatDay } from '@scheduler/scheduling';
import { and, eq, isNull, lt, not, or, type SQL, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import type { StoreScope } from '../core/store-access.ts';
import { save } from '../core/transaction.ts';
import { todayAt } from '../stores/stores.ts';
import type { Store } from '../stores/types.ts';
import type { Actor } from '../trpc/context.ts';
import type { CalendarFeed, NewCalendarFeed } from './types.ts';

/** Whose work a feed has: one person's, or that of everybody in a store. */
export type FeedSubject = { employeeId: number } | { storeId: number };

/** A feed that was found by its token, with what its calendar is made of. */
export interface OpenedFeed {
  id: number;
  /** Null for the feed of a whole store. */
  person: { id: number; name: string } | null;
  store: Store;
  /** The stores of the user who made it, of which it may tell. */
  scope: StoreScope;
}

/** 256 random bits, after the word by which logs recognize a token. */
const RANDOM_PART = /^[\w-]{43}$/;

/** Whether a text has the form of a token. Says nothing of whether it opens a feed. */
export const isFeedToken = (text: string): boolean =>
  text.startsWith(FEED_TOKEN_PREFIX) && RANDOM_PART.test(text.slice(FEED_TOKEN_PREFIX.length));

/** The hash of a token. Only the hash is stored, and a feed is found by it. */
export const feedTokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The address of a person or store; null if there is none. */
export async function getFeed(db: Executor, subject: FeedSubject): Promise<CalendarFeed | null> {
  const [row] = await openFeeds(db, isOf(subject));
  return row ? toFeed(row) : null;
}

/** The feed that a token opens; null if it opens none. Relies on the unique index of the hashes. */
export async function openFeed(db: Db, tokenHash: string): Promise<OpenedFeed | null> {
  const [row] = await openFeeds(db, eq(calendarFeeds.tokenHash, tokenHash));
  return row ? { id: row.feed.id, person: row.person, store: row.store, scope: row.scope } : null;
}

/** Notes, once an hour, that a calendar read a feed. */
export async function noteReading(db: Db, feedId: number): Promise<void> {
  await db
    .update(calendarFeeds)
    .set({ lastReadAt: sql`date_trunc('hour', app_now())` })
    .where(
      and(
        eq(calendarFeeds.id, feedId),
        or(
          isNull(calendarFeeds.lastReadAt),
          lt(calendarFeeds.lastReadAt, sql`date_trunc('hour', app_now())`),
        ),
      ),
    );
}

/**
 * Makes the address of a person's or a store's calendar. The one that it replaces ends. Only this
 * call returns the token, because the database stores a hash of it. Throws a {@link Refusal} if
 * another address was made since the user looked, or if the person has left.
 * @param input.replaces the address that the user saw; null for none
 */
export async function makeFeed(
  db: Db,
  actor: Actor,
  input: { subject: FeedSubject; replaces: number | null },
): Promise<NewCalendarFeed> {
  return save(db, async (tx) => {
    const { subject } = input;
    await lockSubject(tx, subject);
    const seen = await getFeed(tx, subject);
    if ((seen?.id ?? null) !== input.replaces) throw staleFeed(seen);
    // An address that ended by itself goes as well.
    await tx.delete(calendarFeeds).where(isOf(subject));
    const token = `${FEED_TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
    const row = onlyRow(
      await tx
        .insert(calendarFeeds)
        .values({ ...subject, tokenHash: feedTokenHash(token), userId: actor.id })
        .returning(),
    );
    await auditFeed(tx, actor, subject, seen ? 'feed.replace' : 'feed.make');
    return { feed: toFeed({ feed: row, createdBy: actor.name }), token };
  });
}

/** Ends an address. Throws a {@link Refusal} if it ended already. */
export async function revokeFeed(
  db: Db,
  actor: Actor,
  input: { subject: FeedSubject; feedId: number },
): Promise<void> {
  await save(db, async (tx) => {
    const [gone] = await tx
      .delete(calendarFeeds)
      .where(and(isOf(input.subject), eq(calendarFeeds.id, input.feedId)))
      .returning({ id: calendarFeeds.id });
    if (!gone) {
      throw new Refusal('This address has ended already, or another one took its place. Look again.', {
        code: 'not_found',
      });
    }
    await auditFeed(tx, actor, input.subject, 'feed.revoke');
  });
}

const openFeeds = (db: Executor, which: SQL) =>
  db
    .select({
      feed: calendarFeeds,
      createdBy: users.name,
      scope: users.storeIds,
      person: { id: employees.id, name: employees.name },
      store: stores,
    })
    .from(calendarFeeds)
    .innerJoin(users, eq(users.id, calendarFeeds.userId))
    .leftJoin(employees, eq(employees.id, calendarFeeds.employeeId))
    .innerJoin(stores, sql`${stores.id} = coalesce(${calendarFeeds.storeId}, ${employees.storeId})`)
    .where(and(which, not(feedEnded)));

const isOf = (subject: FeedSubject): SQL =>
  'employeeId' in subject
    ? eq(calendarFeeds.employeeId, subject.employeeId)
    : eq(calendarFeeds.storeId, subject.storeId);

/**
 * Locks the person or the store, so that if two users make an address at once, the second one is
 * told so.
 */
async function lockSubject(tx: Tx, subject: FeedSubject): Promise<void> {
  if ('storeId' in subject) {
    const [store] = await tx
      .select({ id: stores.id })
      .from(stores)
      .where(eq(stores.id, subject.storeId))
      .for('update');
    if (!store) throw notFound('store', subject.storeId);
    return;
  }
  const [row] = await tx
    .select({ name: employees.name, terminatedOn: employees.terminatedOn, timeZone: stores.timeZone })
    .from(employees)
    .innerJoin(stores, eq(stores.id, employees.storeId))
    .where(eq(employees.id, subject.employeeId))
    .for('update', { of: employees });
  if (!row) throw notFound('person', subject.employeeId);
  if (row.terminatedOn !== null && row.terminatedOn < todayAt(row.timeZone)) {
    throw new Refusal(
      `The last work day of ${row.name} was ${formatDay(row.terminatedOn)}, so a calendar address would open nothing.`,
      { code: 'not_allowed' },
    );
  }
}

function staleFeed(seen: CalendarFeed | null): Refusal {
  const said = seen
    ? `${seen.createdBy} made a calendar address meanwhile`
    : 'The calendar address has ended meanwhile';
  return new Refusal(`${said}. No new one was made; look again and make one if it is still needed.`, {
    code: 'stale',
    currentVersion: seen?.id ?? null,
  });
}

async function auditFeed(tx: Tx, actor: Actor, subject: FeedSubject, action: string): Promise<void> {
  const of =
    'employeeId' in subject
      ? ({ subjectType: 'employee', subjectId: subject.employeeId } as const)
      : ({ subjectType: 'store', subjectId: subject.storeId } as const);
  await audit(tx, actor, [{ action, ...of }]);
}

const toFeed = (row: { feed: typeof calendarFeeds.$inferSelect; createdBy: string }): CalendarFeed => ({
  id: row.feed.id,
  createdBy: row.createdBy,
  createdAt: row.feed.createdAt,
  lastReadAt: row.feed.lastReadAt,
});
