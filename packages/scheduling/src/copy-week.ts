import type { Holiday } from './availability.ts';
import { byUrgency, workName } from './event-type.ts';
import {
  type EventFacts,
  evaluate,
  type PersonFacts,
  type PlannedWork,
  type Reason,
  type StoreRules,
} from './rules.ts';
import { addDays, addMinutes, formatDay, instantAt, timeOf, workDateOf } from './time.ts';
import type { EventType, Instant, WorkDate } from './vocabulary.ts';

/** How much an open event has in common with the event of the week before. */
export type Likeness = 'product' | 'client' | 'type';

/** The result for one schedule when its week is copied to the next. */
export interface CopiedRow {
  /** The schedule that is copied. */
  scheduleId: number;
  employeeId: number;
  type: EventType;
  /** A week later, at the same time of day. */
  startsAt: Instant;
  /** The open event that would be scheduled; null if there is none or a rule forbids it. */
  event: EventFacts | null;
  likeness: Likeness | null;
  /** The reasons against it. */
  reasons: Reason[];
  /** Why it can't be copied, a sentence; null if it can. */
  obstacle: string | null;
}

/**
 * Copies a week to the next: for each schedule, the same person on the same weekday at the same
 * time gets an open event of the same type, preferably of the same product, otherwise of the same
 * client, otherwise the one due first. Each open event is used once. A row against which a rule has
 * more than a hint is not copied, because a bulk action accepts no overrides. Supervisor events are
 * left out, because they follow their Cores. Rows are in the order of `week`.
 */
export function copyWeek(ask: {
  week: readonly { scheduleId: number; event: EventFacts; employeeId: number; startsAt: Instant }[];
  /** Unscheduled events of the store. */
  open: readonly EventFacts[];
  /** The store's own people. */
  people: readonly PersonFacts[];
  /** Live work of those people in the target week and one day around it. */
  planned: readonly PlannedWork[];
  holidays: readonly Holiday[];
  store: StoreRules;
}): CopiedRow[] {
  const { store, holidays } = ask;
  const { timeZone } = store;
  const people = new Map(ask.people.map((person) => [person.id, person]));
  const open = ask.open.filter((event) => !event.scheduled).sort(byUrgency);
  const planned = [...ask.planned];
  const used = new Set<number>();
  const rows = ask.week
    .filter(({ event }) => event.type !== 'Supervisor')
    .map((source) => {
      const day = addDays(workDateOf(source.startsAt, timeZone), 7);
      const startsAt = instantAt(day, timeOf(source.startsAt, timeZone), timeZone);
      const { scheduleId, employeeId, event } = source;
      const row: CopiedRow = {
        scheduleId,
        employeeId,
        type: event.type,
        startsAt,
        event: null,
        likeness: null,
        reasons: [],
        obstacle: null,
      };
      return { row, source: event, day };
    });

  // The best matches come first, so that no row takes the event of another row's product.
  for (const likeness of ['product', 'client', 'type'] as const) {
    for (const { row, source, day } of rows) {
      if (row.event || row.obstacle) continue;
      const event = open.find(
        (each) =>
          !used.has(each.id) &&
          isOpenOn(each, day) &&
          each.type === row.type &&
          isLike(each, source, likeness),
      );
      if (!event) continue;
      const person = people.get(row.employeeId);
      if (!person) {
        row.obstacle = 'This person has left, or belongs to another store.';
        continue;
      }
      row.reasons = evaluate({
        event,
        person,
        startsAt: row.startsAt,
        store,
        planned,
        holidays,
      });
      const against = row.reasons.filter((reason) => reason.severity !== 'hint');
      if (against.length > 0) {
        row.obstacle = against.map((reason) => reason.message).join(' ');
        continue;
      }
      row.event = event;
      row.likeness = likeness;
      used.add(event.id);
      planned.push({
        scheduleId: -row.scheduleId,
        eventId: event.id,
        employeeId: person.id,
        type: event.type,
        startsAt: row.startsAt,
        endsAt: addMinutes(row.startsAt, event.durationMinutes),
        workDate: day,
      });
    }
  }
  for (const { row, day } of rows) {
    if (!row.event && !row.obstacle) row.obstacle = nothingOpen(row.type, day, open, used);
  }
  return rows.map(({ row }) => row);
}

const isOpenOn = (event: EventFacts, day: WorkDate) => event.startsOn <= day && day < event.dueOn;

function isLike(event: EventFacts, source: EventFacts, likeness: Likeness): boolean {
  if (likeness === 'type') return true;
  const [a, b] = [workName(event.name).toLowerCase(), workName(source.name).toLowerCase()];
  return likeness === 'product' ? a === b : a.split('-')[0] === b.split('-')[0];
}

function nothingOpen(
  type: EventType,
  day: WorkDate,
  open: readonly EventFacts[],
  used: ReadonlySet<number>,
): string {
  const ofType = open.filter((event) => event.type === type);
  if (ofType.length === 0) return `No unscheduled ${type} event is left.`;
  return ofType.some((event) => isOpenOn(event, day) && used.has(event.id))
    ? `Every ${type} event that can be worked on ${formatDay(day)} is used by another row.`
    : `No unscheduled ${type} event can be worked on ${formatDay(day)}.`;
}
