import {
  addDays,
  type EventFacts,
  type Instant,
  type PersonFacts,
  type WorkDate,
  weekStart,
} from '@scheduler/scheduling';
import { COMES_IN_FOR_SHORT_WORK, costOfWaiting, fitOf, urgencyOf } from './costs.ts';
import type { ScheduledWork } from './input.ts';
import { Program, type Term, type Terms } from './program.ts';
import { isJuicer, isLong, isWeekend, minutesOf, type Roster } from './roster.ts';
import { daysWithin, type Tasks } from './tasks.ts';

/*
 * Events of one kind (type, minutes, preferred people) can be done by the same people on the same
 * days, if the day is in their window. So a column for each event, person and day is not needed.
 * Three groups of columns say the same:
 *
 * y[class, day]         how many events of a class are done on a day; a class is a kind with a window
 * z[kind, person, day]  how many events of a kind a person does on a day, one at most of long work
 * u[class]              how many events of a class stay open
 *
 * Rows connect them: the y of a class and its u add up to its events, and the sum of y of a kind on
 * a day equals the sum of z of that day. The values are then assigned to events and people one by
 * one. The program has thousands of columns, where x[event, person, day] has tens of thousands.
 * docs/planning.md explains all of it.
 */

/** Most work days from Sunday to Saturday, as in the rules. */
const MOST_WORK_DAYS = 6;
/** A person does one long work a day, of three half shifts at most. */
const HALF_SHIFTS_AT_MOST = 3;
const HALF_SHIFT_MINUTES = 195;
const halfShifts = (minutes: number): number => Math.round(minutes / HALF_SHIFT_MINUTES);

/** An event with its person and day. */
export interface Placed {
  event: EventFacts;
  person: PersonFacts;
  day: WorkDate;
}

/** One of the sums that are minimized, one after another. */
export interface Pass {
  name: PassName;
  sum: Terms;
  /** Added to the sum for display. */
  offset: number;
  /**
   * Sums that are fixed after this pass in place of its own sum: people's shares. With them the
   * rest of the program stays a network flow, which is solved at once. One row over all columns
   * would need a search.
   */
  keeps: readonly Terms[];
}
export type PassName =
  | 'open'
  | 'urgency'
  | 'moves'
  | 'overrides'
  | 'fit'
  | 'balance'
  | 'weekends'
  | 'waiting';

interface Kind {
  id: number;
  /** Represents all events of the kind, because they differ for the rules only in their windows. */
  like: EventFacts;
  /** The start that its events keep if they keep the day; null: any usual start. */
  start: Instant | null;
  isLong: boolean;
  classes: EventClass[];
  /** z, by person and day; missing if a rule forbids it. */
  cells: Map<PersonFacts, Map<number, Cell>>;
}

interface Cell {
  column: number;
  overrides: number;
  fit: number;
}

interface EventClass {
  events: EventFacts[];
  firstDay: number;
  /** y, by day. */
  y: Map<number, number>;
  /** u; null for a schedule that moves, which never stays open. */
  u: number | null;
  urgency: number;
}

/** A live schedule that may move. It stays in its place, or becomes an event of a class. */
interface Movable {
  scheduled: ScheduledWork;
  person: PersonFacts;
  day: number;
  stays: number;
  class: EventClass;
}

/** The program of a plan, its passes, and how to read its solutions. */
export class Formulation {
  readonly program = new Program();
  readonly passes: Pass[];
  readonly #roster: Roster;
  readonly #kinds = new Map<string, Kind>();
  readonly #movables: Movable[] = [];
  /** Each person's share of the shifts, and of those on weekends. */
  readonly #shares: { balance: Terms[]; weekends: Terms[] } = { balance: [], weekends: [] };
  readonly #dayIndex: ReadonlyMap<WorkDate, number>;
  readonly #starts: ReadonlyMap<number, Instant>;

  constructor(roster: Roster, tasks: Tasks) {
    this.#roster = roster;
    this.#starts = tasks.starts;
    this.#dayIndex = new Map(roster.days.map((day, index) => [day, index]));
    const classes = this.#addEvents(tasks);
    for (const kind of this.#kinds.values()) this.#addCells(kind);
    this.#addChecks(tasks, classes);
    this.passes = this.#addPeople();
  }

  get columns(): number {
    return this.program.lower.length;
  }

  #daysOf(event: Pick<EventFacts, 'startsOn' | 'dueOn'>): number[] {
    return daysWithin(this.#roster.days, event).map((day) => this.#dayIndex.get(day) ?? 0);
  }

  #kindOf(event: EventFacts): Kind {
    const preferred = (this.#roster.input.preferred ?? [])
      .filter((each) => each.eventId === event.id)
      .map((each) => each.employeeId);
    const start = this.#starts.get(event.id) ?? null;
    const key = [event.type, event.durationMinutes, start, ...preferred.sort((a, b) => a - b)].join('|');
    const known = this.#kinds.get(key);
    if (known) return known;
    const id = this.#kinds.size;
    const kind: Kind = {
      id,
      like: event,
      start,
      isLong: isLong(event.type),
      classes: [],
      cells: new Map(),
    };
    this.#kinds.set(key, kind);
    return kind;
  }

  /** Adds y and u of each class. Returns the class of each event. */
  #addEvents(tasks: Tasks): Map<number, EventClass> {
    const { program } = this;
    const { days, input } = this.#roster;
    const lastDay = days.at(-1) ?? input.today;
    const classOf = new Map<number, EventClass>();
    const byKey = new Map<string, EventClass>();
    const join = (key: string, event: EventFacts, within: number[]) => {
      let known = byKey.get(key);
      if (!known) {
        const urgency = urgencyOf(event, input.today, lastDay);
        known = { events: [], firstDay: within[0] ?? 0, y: new Map(), u: null, urgency };
        for (const day of within) known.y.set(day, program.column({ upper: 0 }));
        known.u = program.column({ upper: 0 });
        byKey.set(key, known);
        this.#kindOf(event).classes.push(known);
      }
      known.events.push(event);
      for (const column of [...known.y.values(), known.u ?? 0]) program.upper[column] = known.events.length;
      classOf.set(event.id, known);
    };
    const keyOf = (event: EventFacts, within: number[]) => {
      const { id } = this.#kindOf(event);
      return [id, within[0], within.at(-1), urgencyOf(event, input.today, lastDay)].join('|');
    };
    for (const event of tasks.free) {
      const within = this.#daysOf(event);
      if (within.length === 0) continue;
      const check = tasks.checkOf.get(event.id);
      const withCheck = check ? this.#daysOf(check) : [];
      // A Core and its check are in classes of the same pairs, so that they can be assigned
      // together.
      const key = `${keyOf(event, within)}|${check ? keyOf(check, withCheck) : ''}`;
      join(key, event, within);
      if (check && withCheck.length > 0) join(`check of ${key}`, check, withCheck);
    }
    for (const { check, day } of tasks.standingCores) {
      const index = this.#dayIndex.get(day);
      if (index === undefined || day < check.startsOn || day >= check.dueOn) continue;
      join(`check on ${day}|${keyOf(check, [index])}`, check, [index]);
    }
    for (const { y, u, events } of byKey.values()) {
      program.row(
        { atLeast: events.length, atMost: events.length },
        ones([...y.values(), ...(u === null ? [] : [u])]),
      );
    }
    for (const scheduled of tasks.movable) this.#addMovable(scheduled);
    return classOf;
  }

  #addMovable(scheduled: ScheduledWork): void {
    const { program } = this;
    const { event } = scheduled;
    const person = this.#roster.people.get(scheduled.employeeId);
    const day = this.#dayIndex.get(scheduled.workDate);
    if (!person || day === undefined) return;
    const within = this.#daysOf(event);
    const moved: EventClass = {
      events: [event],
      firstDay: within[0] ?? 0,
      y: new Map(),
      u: null,
      urgency: 0,
    };
    for (const each of within) moved.y.set(each, program.column({ upper: 1 }));
    const stays = program.column({ upper: 1 });
    program.row({ atLeast: 1, atMost: 1 }, ones([stays, ...moved.y.values()]));
    this.#kindOf(event).classes.push(moved);
    this.#movables.push({ scheduled, person, day, stays, class: moved });
  }

  /** Adds z of a kind if the rules allow it, and the rows that connect it with y. */
  #addCells(kind: Kind): void {
    const { program } = this;
    const { days, input, people } = this.#roster;
    const isCheck = kind.like.type === 'Supervisor';
    const countOn = (day: number) => {
      let count = 0;
      for (const each of kind.classes) if (each.y.has(day)) count += each.events.length;
      return count;
    };
    const counts = days.map((_, day) => countOn(day));
    for (const person of people.values()) {
      if (isCheck && !mayCheck(person)) continue;
      const cells = new Map<number, Cell>();
      days.forEach((day, index) => {
        const count = counts[index] ?? 0;
        if (count === 0 || this.#roster.isOut(kind.like, person, day)) return;
        const like = { ...kind.like, startsOn: day, dueOn: addDays(day, 1) };
        const judged =
          kind.start !== null && this.#roster.dayOf(kind.start) === day
            ? this.#roster.evaluate(like, person, kind.start)
            : this.#roster.judgeDay(like, person, day);
        if (judged.obstacles.length > 0) return;
        cells.set(index, {
          column: program.column({ upper: kind.isLong ? 1 : count }),
          overrides: judged.overrides.length,
          fit: fitOf(input, kind.like, person, day).cost,
        });
      });
      if (cells.size > 0) kind.cells.set(person, cells);
    }
    days.forEach((_, index) => {
      const terms: Term[] = [];
      for (const { y } of kind.classes) {
        const column = y.get(index);
        if (column !== undefined) terms.push({ column, times: 1 });
      }
      if (terms.length === 0) return;
      for (const cells of kind.cells.values()) {
        const cell = cells.get(index);
        if (cell) terms.push({ column: cell.column, times: -1 });
      }
      program.row({ atLeast: 0, atMost: 0 }, terms);
    });
  }

  /**
   * Adds the rows for noon checks: on the day of their Core, by the Club Supervisor or a Lead who
   * has a Core that day.
   */
  #addChecks(tasks: Tasks, classOf: Map<number, EventClass>): void {
    const { program } = this;
    const tied = new Set<EventClass>();
    for (const [coreId, check] of tasks.checkOf) {
      const [core, checks] = [classOf.get(coreId), classOf.get(check.id)];
      if (!core || !checks || tied.has(checks)) continue;
      tied.add(checks);
      for (const [day, column] of checks.y) {
        const ofCore = core.y.get(day);
        const atLeast: Terms = ofCore === undefined ? [] : [{ column: ofCore, times: -1 }];
        program.row({ atMost: 0 }, [{ column, times: 1 }, ...atLeast]);
      }
    }
    for (const kind of this.#kinds.values()) {
      if (kind.like.type !== 'Supervisor') continue;
      for (const [person, cells] of kind.cells) {
        if (person.role !== 'Lead Event Specialist') continue;
        for (const [day, cell] of cells) {
          const has = this.#roster
            .workOf(person.id)
            .some((work) => work.type === 'Core' && work.workDate === this.#roster.days[day]);
          if (has) continue;
          const most = program.upper[cell.column] ?? 0;
          const cores = this.#columnsOf(person, day, (type) => type === 'Core');
          program.row({ atMost: 0 }, [
            { column: cell.column, times: 1 },
            ...cores.map((column) => ({ column, times: -most })),
          ]);
        }
      }
    }
  }

  /** Returns all columns of a person's work on a day. */
  #columnsOf(person: PersonFacts, day: number, ofType: (type: EventFacts['type']) => boolean): number[] {
    const columns: number[] = [];
    for (const kind of this.#kinds.values()) {
      const cell = ofType(kind.like.type) ? kind.cells.get(person)?.get(day) : undefined;
      if (cell) columns.push(cell.column);
    }
    for (const movable of this.#movables) {
      if (movable.person === person && movable.day === day && ofType(movable.scheduled.event.type)) {
        columns.push(movable.stays);
      }
    }
    return columns;
  }

  /** Adds the limits of each person's days and weeks. Returns the passes. */
  #addPeople(): Pass[] {
    const { days, input, people } = this.#roster;
    const fit: Term[] = [];
    const balance: Term[] = [];
    const weekends: Term[] = [];
    const weeks = Map.groupBy(days, weekStart);
    for (const person of people.values()) {
      const isIdle =
        ![...this.#kinds.values()].some((kind) => kind.cells.has(person)) &&
        !this.#movables.some((movable) => movable.person === person);
      if (isIdle) continue;
      const works = this.#addWorkDays(person, fit);
      for (const [sunday, ofWeek] of weeks) this.#addWeek(person, sunday, ofWeek, works);
      this.#addBalance(person, balance, weekends);
    }
    const each = [...this.#kinds.values()];
    const cells = each.flatMap((kind) => [...kind.cells.values()].flatMap((of) => [...of.values()]));
    const classes = each.flatMap((kind) => kind.classes.map((one) => ({ kind, one })));
    const open = classes.flatMap(({ one }) =>
      one.u === null ? [] : [{ column: one.u, urgency: one.urgency }],
    );
    for (const cell of cells) if (cell.fit > 0) fit.push({ column: cell.column, times: cell.fit });
    for (const { scheduled, person, stays, day } of this.#movables) {
      const { cost } = fitOf(input, scheduled.event, person, days[day] ?? input.today);
      if (cost > 0) fit.push({ column: stays, times: cost });
    }
    const waiting = classes.flatMap(({ kind, one }) =>
      [...one.y].flatMap(([day, column]) =>
        day > one.firstDay ? [{ column, times: (day - one.firstDay) * costOfWaiting(kind.like.type) }] : [],
      ),
    );
    const passes: Omit<Pass, 'offset' | 'keeps'>[] = [
      { name: 'open', sum: ones(open.map(({ column }) => column)) },
      { name: 'urgency', sum: open.map(({ column, urgency }) => ({ column, times: urgency })) },
      { name: 'moves', sum: this.#movables.map(({ stays }) => ({ column: stays, times: -1 })) },
      {
        name: 'overrides',
        sum: cells.flatMap(({ column, overrides }) => (overrides > 0 ? [{ column, times: overrides }] : [])),
      },
      { name: 'fit', sum: fit },
      { name: 'balance', sum: balance },
      { name: 'weekends', sum: weekends },
      { name: 'waiting', sum: waiting },
    ];
    return passes
      .filter(({ sum }) => sum.length > 0)
      .map((pass) => ({
        ...pass,
        offset: pass.name === 'moves' ? this.#movables.length : 0,
        keeps: pass.name === 'balance' || pass.name === 'weekends' ? this.#shares[pass.name] : [],
      }));
  }

  /**
   * Adds columns for the days on which a person works, and rows for one long work a day and no
   * Juicer work beside a Core.
   */
  #addWorkDays(person: PersonFacts, fit: Term[]): number[] {
    const { program } = this;
    const { days } = this.#roster;
    const atWork = new Set(this.#roster.workOf(person.id).map((work) => work.workDate));
    return days.map((day, index) => {
      const fixed = atWork.has(day);
      const works = program.column({ lower: fixed ? 1 : 0, upper: 1, isInteger: false });
      const long = this.#columnsOf(person, index, isLong);
      program.row({ atMost: 0 }, [...ones(long), { column: works, times: -1 }]);
      const short = this.#columnsOf(person, index, (type) => !isLong(type));
      for (const column of fixed ? [] : short) {
        const most = program.upper[column] ?? 0;
        program.row({ atMost: 0 }, [
          { column, times: 1 },
          { column: works, times: -most },
        ]);
      }
      const cores = this.#columnsOf(person, index, (type) => type === 'Core');
      for (const column of this.#columnsOf(person, index, (type) => isJuicer(type) && !isLong(type))) {
        const most = program.upper[column] ?? 0;
        program.row({ atMost: most }, [
          { column, times: 1 },
          ...cores.map((core) => ({ column: core, times: most })),
        ]);
      }
      if (short.length > 0 && !fixed && person.role !== 'Club Supervisor') {
        const comesIn = program.column({ upper: 1, isInteger: false });
        program.row({ atMost: 0 }, [
          { column: works, times: 1 },
          { column: comesIn, times: -1 },
          ...long.map((column) => ({ column, times: -1 })),
        ]);
        fit.push({ column: comesIn, times: COMES_IN_FOR_SHORT_WORK });
      }
      return works;
    });
  }

  #addWeek(
    person: PersonFacts,
    sunday: WorkDate,
    ofWeek: readonly WorkDate[],
    works: readonly number[],
  ): void {
    const { program } = this;
    const indexes = ofWeek.map((day) => this.#dayIndex.get(day) ?? 0);
    const nextSunday = addDays(sunday, 7);
    const others = new Set(
      this.#roster
        .workOf(person.id)
        .map((work) => work.workDate)
        .filter((day) => sunday <= day && day < nextSunday && !this.#dayIndex.has(day)),
    );
    const possible = indexes.length + others.size;
    if (possible > MOST_WORK_DAYS && !this.#roster.allows('seventh_day')) {
      const fixed = indexes.filter((index) => program.lower[works[index] ?? 0] === 1).length + others.size;
      const most = Math.max(MOST_WORK_DAYS, fixed) - others.size;
      program.row({ atMost: most }, ones(indexes.map((index) => works[index] ?? 0)));
    }
    const terms = indexes.flatMap((index) => this.#minutesOn(person, index));
    const left = this.#roster.mostMinutesPerWeek - this.#roster.minutesInWeek(person.id, sunday);
    if (terms.length > 0) program.row({ atMost: Math.max(0, left) }, terms);
  }

  #minutesOn(person: PersonFacts, day: number): (Term & { isLong: boolean })[] {
    const terms: (Term & { isLong: boolean })[] = [];
    for (const kind of this.#kinds.values()) {
      const cell = kind.cells.get(person)?.get(day);
      if (cell) terms.push({ column: cell.column, times: kind.like.durationMinutes, isLong: kind.isLong });
    }
    for (const { person: who, day: on, stays, scheduled } of this.#movables) {
      if (who !== person || on !== day) continue;
      terms.push({ column: stays, times: minutesOf(scheduled), isLong: isLong(scheduled.event.type) });
    }
    return terms;
  }

  /**
   * Adds convex costs: each further shift of a person costs more than the one before, so that
   * shifts are spread evenly, including those that each person already has. A shift is long work;
   * one of nine hours counts as one and a half.
   */
  #addBalance(person: PersonFacts, balance: Term[], weekends: Term[]): void {
    const { program } = this;
    const { days, input } = this.#roster;
    const steps = (has: number, terms: Terms, into: Term[]): Terms[] => {
      if (terms.length === 0) return [];
      const most = terms.reduce((sum, { column, times }) => sum + times * (program.upper[column] ?? 0), 0);
      const columns: number[] = [];
      for (let step = 0; step < Math.min(most, HALF_SHIFTS_AT_MOST * days.length); step++) {
        const column = program.column({ upper: 1, isInteger: false });
        columns.push(column);
        into.push({ column, times: has + step });
      }
      program.row({ atMost: 0 }, [...terms, ...columns.map((column) => ({ column, times: -1 }))]);
      return [terms];
    };
    const shifts = days.flatMap((_, index) =>
      this.#minutesOn(person, index)
        .filter(({ isLong }) => isLong)
        .map(({ column, times }) => ({ column, times: halfShifts(times) })),
    );
    const inWeeks = this.#roster.workInWeeks(person.id);
    const has = inWeeks.reduce((sum, work) => sum + minutesOf(work), 0);
    const onWeekends = days.flatMap((day, index) =>
      isWeekend(day) ? ones(this.#columnsOf(person, index, isLong)) : [],
    );
    const weekendWork = [...(input.recent ?? []), ...inWeeks].filter(
      (work) => work.employeeId === person.id && isLong(work.type) && isWeekend(work.workDate),
    );
    this.#shares.balance.push(...steps(halfShifts(has), shifts, balance));
    this.#shares.weekends.push(...steps(weekendWork.length, onWeekends, weekends));
  }

  /**
   * Assigns the events of a solution to people. Cores with a noon check go to Leads, who can do
   * both.
   */
  read(values: Float64Array, tasks: Tasks): { placed: Placed[]; staying: ScheduledWork[] } {
    const { days } = this.#roster;
    const whole = (column: number | undefined) =>
      column === undefined ? 0 : Math.round(values[column] ?? 0);
    const staying = this.#movables
      .filter(({ stays }) => whole(stays) === 1)
      .map(({ scheduled }) => scheduled);
    const placed: Placed[] = [];
    for (const kind of this.#kinds.values()) {
      // Checks follow from their Cores, by the pairing function.
      if (kind.like.type === 'Supervisor') continue;
      const waiting = new Map(kind.classes.map((one) => [one, [...one.events]]));
      days.forEach((day, index) => {
        const events: EventFacts[] = [];
        for (const [one, left] of waiting) events.push(...left.splice(0, whole(one.y.get(index))));
        const people: PersonFacts[] = [];
        for (const [person, cells] of kind.cells) {
          for (let n = whole(cells.get(index)?.column); n > 0; n--) people.push(person);
        }
        const hasCheck = (event: EventFacts) => Number(tasks.checkOf.has(event.id));
        const isLead = (person: PersonFacts) => Number(person.role === 'Lead Event Specialist');
        events.sort((a, b) => hasCheck(b) - hasCheck(a));
        people.sort((a, b) => isLead(b) - isLead(a));
        events.forEach((event, n) => {
          const person = people[n];
          if (person) placed.push({ event, person, day });
        });
      });
    }
    return { placed, staying };
  }
}

const mayCheck = (person: PersonFacts): boolean =>
  person.role === 'Lead Event Specialist' || person.role === 'Club Supervisor';

const ones = (columns: readonly number[]): Term[] => columns.map((column) => ({ column, times: 1 }));
