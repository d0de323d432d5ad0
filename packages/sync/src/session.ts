import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Session, SessionStore } from '@scheduler/crossmark';
import { crossmarkSessions, type Db } from '@scheduler/db';
import { and, eq, sql } from 'drizzle-orm';

/** How often those who wait for a sign-in look whether it is done. */
const LOOK_MS = 100;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The session that all workers share, encrypted in Postgres. Whoever finds it over signs in, once for all; the others wait
 * for that session. No transaction is open meanwhile: the right to sign in is a lease in the row, and one who lost it
 * leaves what the next one stored.
 *
 * Where the session can't be opened (another key, another host or user, tampering) there is none: somebody signs in.
 * @param options.key 32 bytes
 * @param options.leaseMs longer than a sign-in takes; whoever has been at it for so long is taken for dead
 */
export function postgresSession(options: {
  db: Db;
  baseUrl: string;
  userId: string;
  key: Uint8Array;
  leaseMs: number;
}): SessionStore {
  const { db, key } = options;
  const id = { host: new URL(options.baseUrl).origin, userId: options.userId };
  const mine = and(eq(crossmarkSessions.host, id.host), eq(crossmarkSessions.userId, id.userId));
  const keyId = createHash('sha256').update('crossmark-session-key ').update(key).digest('hex').slice(0, 16);
  // Sealed for this host and user: copied into another row it doesn't open.
  const belongsTo = Buffer.from(JSON.stringify(id));

  function seal(session: Session): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(belongsTo);
    const text = Buffer.concat([cipher.update(JSON.stringify(session), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]);
  }

  function open(row: { sealed: Uint8Array | null; keyId: string | null } | undefined): Session | null {
    if (!row?.sealed || row.keyId !== keyId) return null;
    const { sealed } = row;
    try {
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(belongsTo)
        .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = [decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
      return JSON.parse(Buffer.concat(text).toString('utf8')) as Session;
    } catch {
      return null;
    }
  }

  const SEALED = { sealed: crossmarkSessions.sealed, keyId: crossmarkSessions.keyId };
  const current = async () => open((await db.select(SEALED).from(crossmarkSessions).where(mine))[0]);

  /** The session that somebody else signed in, or else the right to do so, or null while another one has it. */
  const claim = (stale: Session | null, owner: string): Promise<Session | 'mine' | null> =>
    db.transaction(async (tx) => {
      await tx.insert(crossmarkSessions).values(id).onConflictDoNothing();
      const [row] = await tx
        .select({
          ...SEALED,
          renewing: sql<boolean>`coalesce(${crossmarkSessions.renewUntil} > now(), false)`,
        })
        .from(crossmarkSessions)
        .where(mine)
        .for('update');
      const session = open(row);
      if (session && session.cookie !== stale?.cookie) return session;
      if (row?.renewing) return null;
      await tx
        .update(crossmarkSessions)
        .set({ renewOwner: owner, renewUntil: sql`now() + ${options.leaseMs} * interval '1 millisecond'` })
        .where(mine);
      return 'mine';
    });

  const RELEASED = { renewOwner: null, renewUntil: null };
  const owned = (owner: string) => and(mine, eq(crossmarkSessions.renewOwner, owner));

  return {
    current,
    async renew(stale, signIn) {
      const owner = randomUUID();
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
          .set({ ...RELEASED, sealed: seal(session), keyId, startedAt: session.startedAt })
          .where(owned(owner))
          .returning({ host: crossmarkSessions.host });
        // Took so long that somebody else signed in meanwhile: theirs is everybody's.
        return kept.length > 0 ? session : ((await current()) ?? session);
      } catch (error) {
        // What is over stays there: nobody takes it for a new one.
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
