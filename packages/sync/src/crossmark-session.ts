import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Session, SessionStore } from '@scheduler/crossmark';
import { crossmarkSessions, type Db } from '@scheduler/db';
import { coalesce } from '@scheduler/runtime';
import { and, eq, isNotNull, sql } from 'drizzle-orm';

/** How often a worker that waits for a sign-in checks whether it is done. */
const LOOK_MS = 100;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A session is sealed for one host and one user. It can't be opened if it is copied to the row of
 * another one.
 */
interface SessionId {
  host: string;
  userId: string;
}

/** A sealed session as its row has it. */
interface Sealed {
  sealed: Uint8Array | null;
  keyId: string | null;
}

/** Names the key that sealed something, without revealing it. */
const idOf = (key: Uint8Array): string =>
  createHash('sha256').update('crossmark-session-key ').update(key).digest('hex').slice(0, 16);

const boundTo = ({ host, userId }: SessionId): Buffer => Buffer.from(JSON.stringify({ host, userId }));

function seal(session: Session, id: SessionId, key: Uint8Array): { sealed: Uint8Array; keyId: string } {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(boundTo(id));
  const text = Buffer.concat([cipher.update(JSON.stringify(session), 'utf8'), cipher.final()]);
  return { sealed: Buffer.concat([nonce, cipher.getAuthTag(), text]), keyId: idOf(key) };
}

/** The session, or null where none of the keys opens it. */
function open(row: Sealed | undefined, id: SessionId, keys: readonly Uint8Array[]): Session | null {
  const key = keys.find((one) => idOf(one) === row?.keyId);
  if (!row?.sealed || !key) return null;
  const { sealed } = row;
  try {
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(boundTo(id))
      .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const text = [decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
    return JSON.parse(Buffer.concat(text).toString('utf8')) as Session;
  } catch {
    return null;
  }
}

/**
 * Seals every kept session again with the first key, where one of the keys opens it. Others stay as
 * they are and are never used. Afterwards only the first key is needed. It is safe beside running
 * workers, and to repeat.
 */
export async function resealSessions(
  db: Db,
  keys: readonly [Uint8Array, ...Uint8Array[]],
): Promise<{ resealed: number; already: number; unopened: number }> {
  return db.transaction(async (tx) => {
    const done = { resealed: 0, already: 0, unopened: 0 };
    const rows = await tx
      .select()
      .from(crossmarkSessions)
      .where(isNotNull(crossmarkSessions.sealed))
      .orderBy(crossmarkSessions.host, crossmarkSessions.userId)
      .for('update');
    for (const row of rows) {
      const session = open(row, row, keys);
      if (!session) done.unopened += 1;
      else if (row.keyId === idOf(keys[0])) done.already += 1;
      else {
        await tx
          .update(crossmarkSessions)
          .set(seal(session, row, keys[0]))
          .where(and(eq(crossmarkSessions.host, row.host), eq(crossmarkSessions.userId, row.userId)));
        done.resealed += 1;
      }
    }
    return done;
  });
}

/**
 * The session that all workers share, encrypted in Postgres. The worker that finds it expired signs
 * in once for all, and the others wait for that session. No transaction is open meanwhile: the
 * right to sign in is a lease in the row, and a worker that lost it keeps the session that the next
 * one stored.
 *
 * A session that can't be opened (another key, host or user, tampering) counts as none: a worker
 * signs in.
 * @param options.keys 32 bytes each: the first seals, all of them open, so that a key can be
 * replaced while workers run
 * @param options.leaseMs longer than a sign-in takes; after that time the worker counts as dead
 */
export function postgresSession(options: {
  db: Db;
  baseUrl: string;
  userId: string;
  keys: readonly [Uint8Array, ...Uint8Array[]];
  leaseMs: number;
}): SessionStore {
  const { db, keys } = options;
  const id = { host: new URL(options.baseUrl).origin, userId: options.userId };
  const mine = and(eq(crossmarkSessions.host, id.host), eq(crossmarkSessions.userId, id.userId));

  const SEALED = { sealed: crossmarkSessions.sealed, keyId: crossmarkSessions.keyId };
  /**
   * The session as it was last read or renewed. If another worker has renewed it since, Crossmark
   * refuses this one, and {@link claim} finds the new one.
   */
  let known: Session | null = null;
  const read = coalesce(async () => {
    known = open((await db.select(SEALED).from(crossmarkSessions).where(mine))[0], id, keys);
    return known;
  });

  /**
   * The session that somebody else signed in, or else the right to do so, or null while another one
   * has it.
   */
  const claim = (stale: Session | null, owner: string): Promise<Session | 'mine' | null> =>
    db.transaction(async (tx) => {
      await tx.insert(crossmarkSessions).values(id).onConflictDoNothing();
      const [row] = await tx
        .select({
          ...SEALED,
          renewing: sql<boolean>`coalesce(${crossmarkSessions.renewUntil} > app_now(), false)`,
        })
        .from(crossmarkSessions)
        .where(mine)
        .for('update');
      const session = open(row, id, keys);
      if (session && session.cookie !== stale?.cookie) return session;
      if (row?.renewing) return null;
      await tx
        .update(crossmarkSessions)
        .set({
          renewOwner: owner,
          renewUntil: sql`app_now() + ${options.leaseMs} * interval '1 millisecond'`,
        })
        .where(mine);
      return 'mine';
    });

  const RELEASED = { renewOwner: null, renewUntil: null };
  const owned = (owner: string) => and(mine, eq(crossmarkSessions.renewOwner, owner));

  return {
    current: async () => known ?? read(),
    async renew(stale, signIn) {
      const owner = randomUUID();
      known = null;
      for (;;) {
        const claimed = await claim(stale, owner);
        if (claimed === 'mine') break;
        if (claimed) return claimed;
        await wait(LOOK_MS);
      }
      try {
        const session = await signIn();
        const kept = await db
          .update(crossmarkSessions)
          .set({ ...RELEASED, ...seal(session, id, keys[0]), startedAt: sql`app_now()` })
          .where(owned(owner))
          .returning({ host: crossmarkSessions.host });
        // It took so long that another worker signed in meanwhile: that session counts.
        return kept.length > 0 ? session : ((await read()) ?? session);
      } catch (error) {
        // The expired session stays in the row; it is marked, so that no worker takes it for a new
        // one.
        await db
          .update(crossmarkSessions)
          .set(RELEASED)
          .where(owned(owner))
          .catch(() => {});
        throw error;
      }
    },
  };
}
