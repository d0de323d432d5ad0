import { type Db, employees, eventSyncs, events, schedules, stores } from '@scheduler/db';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import {
  addDays,
  addMinutes,
  CLOSED_CONDITIONS,
  DEFAULT_SLOTS,
  instantAt,
  rolesFor,
  workDateOf,
} from '@scheduler/scheduling';
import { TRPCClientError } from '@trpc/client';
import { and, asc, eq, isNull } from 'drizzle-orm';
import type { Api } from '../api.ts';
import type { SecondBooking } from '../crossmark-side.ts';
import { pause, type Random } from './random.ts';
import type { Switchboard } from './switchboard.ts';

/** How many events a run works on: few enough for each to be changed again and again. */
const EVENTS_IN_PLAY = 40;
const CALL_WITHIN_MS = 8_000;

type Person = typeof employees.$inferSelect;

interface Row {
  event: typeof events.$inferSelect;
  schedule: typeof schedules.$inferSelect | null;
  sync: typeof eventSyncs.$inferSelect | null;
  store: typeof stores.$inferSelect;
}

/** What was done and by whom, in the order of the answers. */
export interface EditRecord {
  at: string;
  eventIds: number[];
  what: string;
}

/** Counts what came of the edits. */
export interface EditCounts {
  /** Saved, or done on Crossmark's site. */
  done: number;
  /** The rules or a newer version said no. */
  refused: number;
  /** No answer, or none to be trusted: it may have been saved or not. */
  unanswered: number;
}

/**
 * Dispatchers at the public API and people on Crossmark's own site, who all change the same events.
 */
export class Editors {
  readonly counts: EditCounts = { done: 0, refused: 0, unanswered: 0 };
  readonly deeds: EditRecord[] = [];
  /** RepIDs that a person ever had, by our id of the person. */
  readonly repsOf = new Map<number, Set<string>>();
  /** `<mplanId>_<storeId> <repId>` of what people chose on Crossmark's own site. */
  readonly chosenOutside = new Set<string>();
  private readonly db: Db;
  private readonly api: Api;
  private readonly switchboard: Switchboard;
  private readonly random: Random;
  private readonly secondBooking: SecondBooking;
  private inPlay = new Set<number>();
  /** Events that one editor is changing: no other editor of the harness touches them meanwhile. */
  private readonly busy = new Set<number>();
  private board: { rows: Row[]; people: Person[] } = { rows: [], people: [] };
  private nextRepId = 290_001;

  constructor(options: {
    db: Db;
    api: Api;
    switchboard: Switchboard;
    random: Random;
    secondBooking: SecondBooking;
  }) {
    this.db = options.db;
    this.api = options.api;
    this.switchboard = options.switchboard;
    this.random = options.random;
    this.secondBooking = options.secondBooking;
  }

  /** Chooses the events of this run, and notes who has which RepID before anything changes. */
  async prepare(): Promise<void> {
    await this.look();
    for (const person of this.board.people) this.noteReps(person);
    const playable = this.board.rows.filter(
      ({ event, store }) =>
        event.mplanId !== null &&
        !CLOSED_CONDITIONS.includes(event.condition) &&
        event.dueOn > addDays(workDateOf(currentInstant(), store.timeZone), 2),
    );
    const cores = playable.filter(({ event }) => event.type === 'Core' || event.type === 'Supervisor');
    // Cores make most of the work here, as they do in a club.
    for (let n = 0; n < EVENTS_IN_PLAY * 2 && this.inPlay.size < EVENTS_IN_PLAY; n++) {
      const row = this.random.pick(n % 3 === 0 ? playable : cores);
      if (row) this.inPlay.add(row.event.id);
    }
  }

  private noteReps(person: Person): void {
    const reps = this.repsOf.get(person.id) ?? new Set();
    if (person.repId) reps.add(person.repId);
    this.repsOf.set(person.id, reps);
  }

  private async look(): Promise<void> {
    const rows = await this.db
      .select({ event: events, schedule: schedules, sync: eventSyncs, store: stores })
      .from(events)
      .innerJoin(stores, eq(stores.id, events.storeId))
      .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
      .leftJoin(eventSyncs, eq(eventSyncs.eventId, events.id))
      .orderBy(asc(events.id));
    const people = await this.db.select().from(employees).orderBy(asc(employees.id));
    this.board = { rows, people };
  }

  /** Edits until so many were done, or until the time is over, at a pace of several a second. */
  async work(until: { edits: number; overAtMs: number }): Promise<void> {
    const attempts = () => this.counts.done + this.counts.refused + this.counts.unanswered;
    const enough = () =>
      this.counts.done >= until.edits || currentTimeMs() > until.overAtMs || attempts() > until.edits * 8;
    const hand = async () => {
      while (!enough()) {
        await this.look().catch(() => {});
        await this.one();
        await pause(this.random.int(60, 400));
      }
    };
    await Promise.all([hand(), hand(), hand()]);
  }

  private async one(): Promise<void> {
    const kind = this.random.weighted({
      create: 24,
      move: 20,
      person: 16,
      trade: 8,
      reissue: 5,
      unschedule: 14,
      burst: 3,
      employee: 4,
      outside: 14,
      choose: 6,
      refresh: 1,
    });
    const free = this.board.rows.filter(
      ({ event }) => this.inPlay.has(event.id) && !this.busy.has(event.id) && event.goneSince === null,
    );
    switch (kind) {
      case 'create':
        return this.holding(this.random.pick(free.filter((row) => !row.schedule)), (row) => this.create(row));
      case 'move':
        return this.holding(this.random.pick(free.filter((row) => row.schedule)), (row) => this.move(row));
      case 'person':
        return this.holding(this.random.pick(free.filter((row) => row.schedule)), (row) => this.person(row));
      case 'unschedule':
        return this.holding(this.random.pick(free.filter((row) => row.schedule)), (row) =>
          this.unschedule(row),
        );
      case 'trade':
        return this.trade(free.filter((row) => row.schedule && row.event.type === 'Core'));
      case 'burst':
        // Many edits in a row: every step is saved, and one booking must result.
        return this.holding(this.random.pick(free.filter((row) => row.schedule)), async (row) => {
          for (let n = this.random.int(3, 6); n > 0; n--) {
            if (!(await this.move(row))) return false;
            await this.look().catch(() => {});
            row = this.board.rows.find((one) => one.event.id === row.event.id) ?? row;
          }
          return true;
        });
      case 'reissue':
        return this.holding(this.random.pick(this.worked()), (row) => this.reissue(row));
      case 'employee':
        return this.employee();
      case 'choose':
        return this.holding(this.random.pick(free.filter((row) => row.sync?.state === 'conflict')), (row) =>
          this.choose(row),
        );
      case 'outside':
        return this.outside(free);
      case 'refresh':
        await this.ask('asks for a refresh', [], () =>
          this.api.sync.refreshNow.mutate(undefined, { signal: AbortSignal.timeout(CALL_WITHIN_MS) }),
        );
    }
  }

  private async holding(row: Row | undefined, work: (row: Row) => Promise<unknown>): Promise<void> {
    if (!row) return;
    this.busy.add(row.event.id);
    try {
      await work(row);
    } finally {
      this.busy.delete(row.event.id);
    }
  }

  private note(what: string, eventIds: number[]): void {
    this.deeds.push({ at: currentInstant(), eventIds, what });
  }

  /** One call of the API; true where it was saved. */
  private async ask(what: string, eventIds: number[], call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      this.counts.done += 1;
      this.note(`a dispatcher ${what}`, eventIds);
      return true;
    } catch (error) {
      const status = error instanceof TRPCClientError ? (error.data?.httpStatus as number | undefined) : 500;
      const refused = status !== undefined && status < 500;
      this.counts[refused ? 'refused' : 'unanswered'] += 1;
      if (!refused) this.note(`a dispatcher ${what}: no answer (${String(error)})`, eventIds);
      return false;
    }
  }

  private options = () => ({ signal: AbortSignal.timeout(CALL_WITHIN_MS) });

  private day(row: Row): string {
    const today = workDateOf(currentInstant(), row.store.timeZone);
    const first = row.event.startsOn > today ? row.event.startsOn : addDays(today, 1);
    const days: string[] = [];
    for (let day = first; day < (row.schedule?.reissueExpiresOn ?? row.event.dueOn); day = addDays(day, 1))
      days.push(day);
    return this.random.pick(days) ?? first;
  }

  private start(row: Row): string {
    const slot = this.random.pick(DEFAULT_SLOTS[row.event.type]) ?? '12:00';
    return instantAt(this.day(row), slot, row.store.timeZone);
  }

  private able(row: Row, except?: number): Person | undefined {
    return this.random.pick(
      this.board.people.filter(
        (person) => rolesFor(row.event.type).includes(person.role) && person.id !== except,
      ),
    );
  }

  private async create(row: Row): Promise<boolean> {
    const person = this.able(row);
    if (!person) return false;
    const startsAt = this.start(row);
    return this.ask(`schedules ${person.name} (${person.repId}) for ${startsAt}`, [row.event.id], () =>
      this.api.schedules.create.mutate(
        {
          eventId: row.event.id,
          employeeId: person.id,
          startsAt,
          withSupervisor: this.random.chance(0.7),
          overrideReason: 'It has to be done.',
        },
        this.options(),
      ),
    );
  }

  private async move(row: Row): Promise<boolean> {
    const { schedule } = row;
    if (!schedule) return false;
    const startsAt = this.start(row);
    return this.ask(`moves schedule ${schedule.id} to ${startsAt}`, [row.event.id], () =>
      this.api.schedules.reschedule.mutate(
        {
          scheduleId: schedule.id,
          version: schedule.version,
          startsAt,
          overrideReason: 'It has to be done.',
        },
        this.options(),
      ),
    );
  }

  private async person(row: Row): Promise<boolean> {
    const { schedule } = row;
    const person = schedule && this.able(row, schedule.employeeId);
    if (!schedule || !person) return false;
    return this.ask(`gives schedule ${schedule.id} to ${person.name} (${person.repId})`, [row.event.id], () =>
      this.api.schedules.changeEmployee.mutate(
        {
          scheduleId: schedule.id,
          version: schedule.version,
          employeeId: person.id,
          overrideReason: 'It has to be done.',
        },
        this.options(),
      ),
    );
  }

  private async unschedule(row: Row): Promise<boolean> {
    const { schedule } = row;
    if (!schedule) return false;
    return this.ask(`unschedules ${schedule.id}`, [row.event.id], () =>
      this.api.schedules.unschedule.mutate(
        { scheduleId: schedule.id, version: schedule.version },
        this.options(),
      ),
    );
  }

  private async choose({ event, sync }: Row): Promise<boolean> {
    const seenAt = sync?.conflict?.seenAt;
    if (!seenAt) return false;
    const choice = this.random.chance(0.5) ? 'mine' : 'theirs';
    return this.ask(`keeps ${choice}`, [event.id], () =>
      this.api.sync.resolve.mutate({ eventId: event.id, choice, seenAt }, this.options()),
    );
  }

  /** Past work that no other editor is changing. */
  private worked(): Row[] {
    const now = currentInstant();
    return this.board.rows.filter(
      ({ event, schedule }) =>
        event.mplanId !== null && schedule && schedule.endsAt < now && !this.busy.has(event.id),
    );
  }

  /** Reissues past work. From here on its event is edited like any other. */
  private async reissue(row: Row): Promise<void> {
    const person = this.able(row);
    if (!person) return;
    const today = workDateOf(currentInstant(), row.store.timeZone);
    const workDate = addDays(today, this.random.int(1, 5));
    const slot = this.random.pick(DEFAULT_SLOTS[row.event.type]) ?? '12:00';
    const startsAt = instantAt(workDate, slot, row.store.timeZone);
    const done = await this.ask(
      `reissues it to ${person.name} (${person.repId}) for ${startsAt}`,
      [row.event.id],
      () =>
        this.api.schedules.reissue.mutate(
          {
            eventId: row.event.id,
            employeeId: person.id,
            startsAt,
            expiresOn: addDays(workDate, 4),
            overrideReason: 'It has to be done again.',
          },
          this.options(),
        ),
    );
    if (done) this.inPlay.add(row.event.id);
  }

  private async trade(cores: Row[]): Promise<void> {
    const a = this.random.pick(cores);
    const b = this.random.pick(
      cores.filter((row) => row !== a && row.schedule?.employeeId !== a?.schedule?.employeeId),
    );
    if (!a?.schedule || !b?.schedule) return;
    const side = ({ id, version }: { id: number; version: number }) => ({ scheduleId: id, version });
    const input = { a: side(a.schedule), b: side(b.schedule) };
    await this.holding(a, () =>
      this.holding(b, () =>
        this.ask(`trades ${input.a.scheduleId} and ${input.b.scheduleId}`, [a.event.id, b.event.id], () =>
          this.api.schedules.trade.mutate(input, this.options()),
        ),
      ),
    );
  }

  private async employee(): Promise<void> {
    const person = this.random.pick(this.board.people);
    if (!person) return;
    const today = workDateOf(currentInstant(), 'UTC');
    const kind = this.random.weighted({ phone: 3, leave: 2, rep: 2 });
    const update = (what: string, changes: { phone?: string; terminatedOn?: string | null }) =>
      this.ask(`${what} ${person.name}`, [], () =>
        this.api.employees.update.mutate(
          { employeeId: person.id, version: person.version, changes },
          this.options(),
        ),
      );
    if (person.terminatedOn !== null) await update('takes back', { terminatedOn: null });
    else if (kind === 'leave')
      await update('retires', { terminatedOn: addDays(today, this.random.int(0, 10)) });
    else if (kind === 'phone') await update('corrects', { phone: `317-555-0${this.random.int(100, 999)}` });
    else await this.newRepId(person, update);
  }

  /**
   * Crossmark gives a person another RepID; here that is found out when somebody touches the
   * person.
   */
  private async newRepId(
    person: Person,
    update: (what: string, changes: { phone?: string }) => Promise<boolean>,
  ): Promise<void> {
    const { reps } = await this.switchboard.state();
    const rep = reps.find((one) => one.employeeNumber === person.employeeNumber);
    if (!rep) return;
    const repId = String(this.nextRepId++);
    this.repsOf.get(person.id)?.add(repId);
    await this.switchboard.putRep({ ...rep, repId });
    await this.switchboard.removeRep(rep.repId);
    this.counts.done += 1;
    this.note(`Crossmark gives ${person.name} RepID ${repId} instead of ${rep.repId}`, []);
    await update('corrects', { phone: `317-555-0${this.random.int(100, 999)}` });
  }

  /** Somebody works on Crossmark's own site, while nobody of ours is at this event. */
  private async outside(free: Row[]): Promise<void> {
    await this.holding(this.random.pick(free), async ({ event, sync, schedule, store }) => {
      const state = await this.switchboard.state();
      const held = state.bookings.filter(
        (one) => one.mplanId === event.mplanId && one.storeId === store.crossmarkStoreId,
      );
      const key = `${event.mplanId}_${store.crossmarkStoreId}`;
      const rep = this.random.pick(state.reps);
      if (!rep) return;
      const row = { event, sync, schedule, store };
      const startsAt = this.start(row);
      const at = { startsAt, endsAt: addMinutes(startsAt, event.durationMinutes) };
      // The one that the list shows.
      const booking = held.at(-1);
      const kind = booking ? this.random.weighted({ time: 3, rep: 3, unbook: 2, book: 1 }) : 'book';
      const done = (what: string) => {
        this.counts.done += 1;
        this.note(`somebody on Crossmark's site ${what}`, [event.id]);
      };
      // The booking may have changed between the read and the write: then nothing is done.
      const unlessGone = (error: unknown) => this.note(`somebody on Crossmark's site: ${error}`, [event.id]);
      if (booking && kind === 'time')
        await this.switchboard
          .moveBooking(booking.bookingId, at)
          .then(() => done(`moves booking ${booking.bookingId} to ${startsAt}`), unlessGone);
      else if (booking && kind === 'rep') {
        this.chosenOutside.add(`${key} ${rep.repId}`);
        await this.switchboard
          .moveBooking(booking.bookingId, { repId: rep.repId })
          .then(() => done(`gives booking ${booking.bookingId} to ${rep.repId}`), unlessGone);
      } else if (booking && kind === 'unbook')
        await this.switchboard
          .unbook(booking.bookingId)
          .then(() => done(`removes booking ${booking.bookingId}`), unlessGone);
      else {
        // A second booking of the same event hides the first in Crossmark's list, and nobody could
        // tell from here.
        const quiet = sync === null || (sync.state === 'synced' && sync.leaseOwner === null);
        if (this.secondBooking === 'duplicate' && (booking || schedule || !quiet)) return;
        this.chosenOutside.add(`${key} ${rep.repId}`);
        await this.switchboard
          .book({ mplanId: event.mplanId, storeId: store.crossmarkStoreId, repId: rep.repId, ...at })
          .then((made) => done(`books ${rep.repId} for ${startsAt}: ${made.bookingId}`), unlessGone);
      }
    });
  }
}
