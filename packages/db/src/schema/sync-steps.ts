import type { BookingId, RepId } from '@scheduler/crossmark';
import { bigint, index, integer, pgEnum, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now, plainText } from './columns.ts';
import { conditionEnum, events } from './events.ts';

export const stepKindEnum = pgEnum('sync_step_kind', ['create', 'delete', 'reissue']);
/**
 * `sent` is committed before the request leaves, so a crash leaves an open step that must be read
 * back · `done` Crossmark confirmed it, or a read shows it · `refused` Crossmark said no, and no
 * read has shown yet whether it was done all the same · `unknown` its answer was lost · `settled`
 * its answer was lost and a read shows nothing of it: it may still arrive · `not_done` Crossmark
 * answered that it did nothing, or it never left.
 */
export const STEP_STATES = ['sent', 'done', 'refused', 'unknown', 'settled', 'not_done'] as const;
export type StepState = (typeof STEP_STATES)[number];
export const stepStateEnum = pgEnum('sync_step_state', STEP_STATES);

/** Journal of every write to Crossmark. */
export const syncSteps = pgTable(
  'sync_steps',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    eventId: integer()
      .notNull()
      .references(() => events.id, { onDelete: 'cascade' }),
    kind: stepKindEnum().notNull(),
    state: stepStateEnum().notNull().default('sent'),
    /** reissue: the schedule that asked for it. */
    scheduleId: integer(),
    /** create: what was asked for. reissue: for whom the work is opened. */
    repId: text().$type<RepId>(),
    /**
     * create: what was asked for. reissue: when the booking that is opened again started, if that
     * was known.
     */
    startsAt: instant(),
    endsAt: instant(),
    /**
     * delete: the booking to remove. reissue: the booking that is opened again. create: the booking
     * that was made.
     */
    bookingId: text().$type<BookingId>(),
    /**
     * The event's condition in the list right before the write. If the list says the same
     * afterwards, that doesn't show whether the write had an effect.
     */
    condition: conditionEnum(),
    detail: plainText(),
    sentAt: instant().notNull().default(now),
    answeredAt: instant(),
  },
  (table) => [index('sync_steps_event').on(table.eventId, table.id)],
);
