import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, instant } from './columns.ts';

/** The signed-in session that all workers share, one a Crossmark host and user. */
export const crossmarkSessions = pgTable(
  'crossmark_sessions',
  {
    host: text().notNull(),
    userId: text().notNull(),
    /**
     * The session, AES-256-GCM: nonce (12 bytes), tag (16), ciphertext. Null where there is none.
     */
    sealed: bytes(),
    /** Tells which key sealed it: a session of another key is as good as none. */
    keyId: text(),
    startedAt: instant(),
    /** The worker that signs in now; the others wait for it. Expires, so that a crash frees it. */
    renewOwner: text(),
    renewUntil: instant(),
  },
  (table) => [primaryKey({ columns: [table.host, table.userId] })],
);
