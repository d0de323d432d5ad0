import { sql } from 'drizzle-orm';
import { index, integer, pgEnum, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';
import { userRoleEnum, users } from './users.ts';

/** `set_up` makes the first admin, `invite` another user, `reset` gives a user a new password. */
export const accessLinkKindEnum = pgEnum('access_link_kind', ['set_up', 'invite', 'reset']);

/** One-time links. A row is deleted when its link is used; a link past `expires_at` is invalid. */
export const accessLinks = pgTable(
  'access_links',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    kind: accessLinkKindEnum().notNull(),
    /** SHA-256 of the token, in hex. Whoever reads it here can't use the link. */
    tokenHash: text().notNull().unique(),
    /** With `reset`: the user whose password is replaced. */
    userId: text().references(() => users.id, { onDelete: 'cascade' }),
    /** With `invite`: the new user's e-mail and role. */
    email: text(),
    name: text(),
    role: userRoleEnum(),
    /** With `invite`: the stores of the new user; null for all stores. */
    storeIds: integer().array(),
    /** Name of the user who created it. */
    createdBy: text().notNull(),
    createdAt: instant().notNull().default(now),
    expiresAt: instant().notNull(),
  },
  (table) => [
    index('access_links_user').on(table.userId),
    // If several links are made for one person at once, the last one counts.
    uniqueIndex('access_links_one_invite').on(table.email).where(sql`${table.kind} = 'invite'`),
    uniqueIndex('access_links_one_reset').on(table.userId).where(sql`${table.kind} = 'reset'`),
  ],
);
