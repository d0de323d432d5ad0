import type { proposalLines, Tx } from '@scheduler/db';
import {
  absencesOn,
  type DayCheck,
  EVENT_TYPES,
  type EventType,
  scoreOf,
  verifyDay,
  type WorkDate,
} from '@scheduler/scheduling';
import { readDays, type VerifiedStore } from './read-days.ts';

/** Somebody with a turn of a rotation. */
export interface TurnOfDay {
  employeeId: number;
  name: string;
  /** Why they are off that day; null if they are not. */
  off: string | null;
}

/** A day of a store, as its checks see it. */
export interface VerifiedDay {
  day: WorkDate;
  /** The name of the holiday on which the store is closed; null if it isn't. */
  holiday: string | null;
  /** Scheduled events by type, in the order of the types, without types that have none. */
  counts: { type: EventType; count: number }[];
  /** Whose turn it is; null if nobody is named, or the store is closed. */
  turns: Record<'juicer' | 'primaryLead' | 'secondaryLead', TurnOfDay | null>;
  /** Unscheduled events that are due within 24 hours of the day, so that it is their last day. */
  due: { eventId: number; type: EventType; name: string; eventNumber: string | null }[];
  /** The people of the store who are off all day. */
  off: {
    employeeId: number;
    name: string;
    reason: string;
    /** Whether it is so every week. */
    isUsual: boolean;
  }[];
  checks: DayCheck[];
  /** From 100 for a day with nothing to correct down to 0. */
  score: number;
}

/**
 * Verifies some days of a store, in the same number of statements for any number of days.
 * @param query.lines lines of a proposal: the days are verified as if they were saved
 * @param query.tellsReasonsOf whether the reader may know why people of a store are away
 */
export async function verifyDays(
  tx: Tx,
  query: {
    store: VerifiedStore;
    fromDay: WorkDate;
    toDay: WorkDate;
    lines?: readonly (typeof proposalLines.$inferSelect)[];
    tellsReasonsOf: (storeId: number) => boolean;
  },
): Promise<VerifiedDay[]> {
  const { people, days } = await readDays(tx, query);
  const staff = people
    .filter(({ storeId }) => storeId === query.store.id)
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  return days.map(({ day, holiday, rows, due, secondaryLead, facts }) => {
    const countOf = Map.groupBy(rows, ({ event }) => event.type);
    const checks = verifyDay(facts);
    const isOpen = holiday === null;
    return {
      day,
      holiday: holiday?.name ?? null,
      counts: EVENT_TYPES.flatMap((type) => {
        const count = countOf.get(type)?.length ?? 0;
        return count > 0 ? [{ type, count }] : [];
      }),
      turns: {
        juicer: isOpen ? facts.turns.juicer : null,
        primaryLead: isOpen ? facts.turns.primaryLead : null,
        secondaryLead:
          isOpen && secondaryLead
            ? { employeeId: secondaryLead.id, name: secondaryLead.name, off: null }
            : null,
      },
      due: due.map(({ event: { id: eventId, type, name, eventNumber } }) => ({
        eventId,
        type,
        name,
        eventNumber,
      })),
      off: isOpen
        ? staff.flatMap((person) => {
            const [absence] = absencesOn(person, day);
            const isGone = person.terminatedOn !== null && day > person.terminatedOn;
            if (!absence || isGone) return [];
            const { title: reason, cause } = absence;
            return [
              { employeeId: person.id, name: person.name, reason, isUsual: cause === 'pattern_unavailable' },
            ];
          })
        : [],
      checks,
      score: scoreOf({ scheduled: rows.length, due: due.length, checks }),
    };
  });
}
