import { type Db, employees, eventSyncs, events, schedules, stores } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import {
  addDays,
  CLOSED_CONDITIONS,
  DEFAULT_SLOTS,
  instantAt,
  rolesFor,
  workDateOf,
} from '@scheduler/scheduling';
import { and, asc, eq, isNull } from 'drizzle-orm';
import type { Random } from './random.ts';

/** The number of events of a run. They are few, so that each is changed many times. */
const MOST_AT_FIRST = 40;

export type Person = typeof employees.$inferSelect;

/** An event, as last read. */
export interface Row {
  event: typeof events.$inferSelect;
  schedule: typeof schedules.$inferSelect | null;
  sync: typeof eventSyncs.$inferSelect | null;
  store: typeof stores.$inferSelect;
}

/**
 * The events that a run changes, the people who may do them, and which events an editor is
 * changing.
 */
export class EventsInPlay {
  /** The events, as last read. */
  rows: Row[] = [];
  people: Person[] = [];
  /** All RepIDs that a person ever had, by the person's id here. */
  readonly repsOf = new Map<number, Set<string>>();
  /** The next new RepID, higher than all RepIDs of the demo data. */
  private nextRepId = 290_001;
  private readonly db: Db;
  private readonly random: Random;
  private readonly ids = new Set<number>();
  /** Events that one editor is changing. No other editor of the harness changes them meanwhile. */
  private readonly busy = new Set<number>();

  constructor(db: Db, random: Random) {
    this.db = db;
    this.random = random;
  }

  /** Chooses the events of this run, and records the RepIDs of all people before any change. */
  async choose(): Promise<void> {
    await this.read();
    for (const { id, repId } of this.people) this.repsOf.set(id, new Set(repId ? [repId] : []));
    const playable = this.rows.filter(
      ({ event, store }) =>
        event.mplanId !== null &&
        !CLOSED_CONDITIONS.includes(event.condition) &&
        event.dueOn > addDays(workDateOf(currentInstant(), store.timeZone), 2),
    );
    const cores = playable.filter(({ event }) => event.type === 'Core' || event.type === 'Supervisor');
    // Most events of a run are Cores, as in a club.
    for (let n = 0; n < MOST_AT_FIRST * 2 && this.ids.size < MOST_AT_FIRST; n++) {
      const row = this.random.pick(n % 3 === 0 ? playable : cores);
      if (row) this.ids.add(row.event.id);
    }
  }

  async read(): Promise<void> {
    this.rows = await this.db
      .select({ event: events, schedule: schedules, sync: eventSyncs, store: stores })
      .from(events)
      .innerJoin(stores, eq(stores.id, events.storeId))
      .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
      .leftJoin(eventSyncs, eq(eventSyncs.eventId, events.id))
      .orderBy(asc(events.id));
    this.people = await this.db.select().from(employees).orderBy(asc(employees.id));
  }

  /** Returns a RepID that nobody had before. */
  newRepIdFor({ id }: Person): string {
    const repId = String(this.nextRepId++);
    this.repsOf.get(id)?.add(repId);
    return repId;
  }

  /** Returns the other events with an event's number: its pair, which is changed together with it. */
  pairsOf(eventId: number): number[] {
    const number = this.rows.find(({ event }) => event.id === eventId)?.event.eventNumber;
    if (!number) return [];
    return this.rows
      .filter(({ event }) => event.eventNumber === number && event.id !== eventId)
      .map(({ event }) => event.id);
  }

  /** Adds an event to those that are edited. */
  add(eventId: number): void {
    this.ids.add(eventId);
  }

  /** Returns the events that no editor is changing. */
  free(): Row[] {
    return this.rows.filter(
      ({ event }) => this.ids.has(event.id) && !this.busy.has(event.id) && event.goneSince === null,
    );
  }

  /** Returns work that is past or reported as done, and that no editor is changing. */
  worked(): Row[] {
    const now = currentInstant();
    return this.rows.filter(
      ({ event, schedule }) =>
        event.mplanId !== null &&
        schedule &&
        (schedule.endsAt < now || event.condition === 'Submitted') &&
        !this.busy.has(event.id),
    );
  }

  /** Whether an editor may change an event that Crossmark has. */
  isFree(eventId: number): boolean {
    const row = this.rows.find(({ event }) => event.id === eventId);
    return row !== undefined && row.event.mplanId !== null && !this.busy.has(eventId);
  }

  /** Keeps other editors away from events until the work is done. */
  async hold(eventIds: readonly number[], work: () => Promise<unknown>): Promise<void> {
    for (const id of eventIds) this.busy.add(id);
    try {
      await work();
    } finally {
      for (const id of eventIds) this.busy.delete(id);
    }
  }

  /** Returns a start within an event's days, from tomorrow on. */
  startFor(row: Row): string {
    const today = workDateOf(currentInstant(), row.store.timeZone);
    const first = row.event.startsOn > today ? row.event.startsOn : addDays(today, 1);
    const days: string[] = [];
    for (let day = first; day < (row.schedule?.reissueExpiresOn ?? row.event.dueOn); day = addDays(day, 1))
      days.push(day);
    return this.startOn(row, this.random.pick(days) ?? first);
  }

  startOn({ event, store }: Row, day: string): string {
    return instantAt(day, this.random.pick(DEFAULT_SLOTS[event.type]) ?? '12:00', store.timeZone);
  }

  /** Returns a person whose role may do an event. */
  personFor({ event }: Row, except?: number): Person | undefined {
    return this.random.pick(
      this.people.filter((person) => rolesFor(event.type).includes(person.role) && person.id !== except),
    );
  }
}
