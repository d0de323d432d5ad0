import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, instant } from './columns.ts';

/** The signed-in session that all workers share: one for each Crossmark host and user. */
export const crossmarkSessions = pgTable(
  'crossmark_sessions',
  {
    host: text().notNull(),
    userId: text().notNull(),
    /** The session, AES-256-GCM: nonce (12 bytes), tag (16), ciphertext. Null if there is none. */
    sealed: bytes(),
    /** Names the key that sealed the session. A session of an unknown key isn't used. */
    keyId: text(),
    startedAt: instant(),
    /**
     * The worker that signs in now; the others wait for it. Its right expires, so that a crash
     * doesn't block the sign-in for ever.
     */
    renewOwner: text(),
    renewUntil: instant(),
  },
  (table) => [primaryKey({ columns: [table.host, table.userId] })],
);
