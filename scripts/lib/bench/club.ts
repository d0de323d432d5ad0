import type { BookingForm } from '@scheduler/bench/booking';
import type { MplanId, StoreId } from '@scheduler/crossmark';
import { connect, type Db, employees, events, holidays, schedules, stores } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import {
  addDays,
  addMinutes,
  DEFAULT_SLOTS,
  defaultDurationMinutes,
  instantAt,
  type WorkDate,
  weekdayOf,
  workDateOf,
} from '@scheduler/scheduling';
import { wantChanges } from '@scheduler/sync';
import { asc, gte, sql } from 'drizzle-orm';
import { seedDemo } from '../infrastructure.ts';

/** A possible schedule that no rule forbids. */
export interface Placement {
  eventId: number;
  employeeId: number;
  startsAt: string;
  endsAt: string;
  workDate: WorkDate;
  /** The start in the store's time, without a zone. */
  local: string;
  /** The booking in the form of Crossmark's call. */
  form: BookingForm;
}

/** The two systems that hold a club: the database and the simulated Crossmark. */
export interface Sides {
  databaseUrl: string;
  simulatorUrl: string;
}

const PEOPLE = 200;
/** The names of the measured events, without their number. */
const MEASURED = '-Acme-Measured Oats - V2-CORE';
const DEEP = '-Acme-Deep Oats - V2-CORE';
const PAGE = 1_000;
/** The number of earlier changes of each of the demo's events. */
const CHANGES_BEFORE = 5;

/**
 * Creates the demo's club with 200 more specialists and a number of open Core events on both sides.
 * For each event there is a person and a time that no rule forbids.
 * @param options.firstPlan the first plan id
 * @param options.besideOthers whether Crossmark keeps its data, because it also has another club
 */
export async function openClub(
  sides: Sides,
  count: number,
  options: { firstPlan?: number; besideOthers?: boolean } = {},
): Promise<Placement[]> {
  const firstPlan = options.firstPlan ?? 40_000_000;
  await seedDemo({ ...sides, simulatorUrl: options.besideOthers ? null : sides.simulatorUrl });
  return onClub(sides, async (db, club) => {
    await db.execute(sql`
      insert into employees (store_id, name, role, employee_number, rep_id, link_state)
      select ${club.storeId}, 'Specialist ' || n, 'Event Specialist', 'US' || 930000 + n, (600000 + n)::text, 'linked'
      from generate_series(1, ${PEOPLE}::int) n`);
    await db.execute(sql`
      insert into events (store_id, mplan_id, name, event_number, type, starts_on, due_on, duration_minutes)
      select ${club.storeId}, (${firstPlan}::int + n)::text, 100000 + n % 900000 || ${MEASURED},
        (100000 + n % 900000)::text, 'Core', ${club.today}::date, ${club.dueOn}::date, ${club.minutes}
      from generate_series(0, ${count - 1}::int) n`);
    // A real club has earlier rows. Without them Postgres would plan for empty tables.
    await db.execute(sql`
      with earlier as (
        select id from events cross join generate_series(1, ${CHANGES_BEFORE}) where name not like ${`%${MEASURED}`}
      ), tries as (
        insert into sync_attempts (task, job_id, worker_id, event_id, finished_at, outcome)
        select 'sync_schedule', '0', 'earlier', id, app_now(), 'done' from earlier
      )
      insert into sync_steps (event_id, kind, state, answered_at) select id, 'create', 'settled', app_now() from earlier`);
    await db.execute(
      sql`vacuum analyze events, schedules, event_syncs, sync_attempts, sync_steps, employees`,
    );
    const placements = await listPlacements(db, club, count);
    await tellCrossmark(sides.simulatorUrl, club, placements);
    return placements;
  });
}

/**
 * Schedules the placements as a save does, but without the rules. Each is pending and has its job.
 */
export async function makePending(sides: Sides, placements: readonly Placement[]): Promise<void> {
  await onClub(sides, async (db, { timeZone }) => {
    for (let from = 0; from < placements.length; from += PAGE) {
      const page = placements.slice(from, from + PAGE);
      await db.transaction(async (tx) => {
        await tx.insert(schedules).values(
          page.map(({ eventId, employeeId, startsAt, endsAt, workDate }) => ({
            eventId,
            employeeId,
            startsAt,
            endsAt,
            workDate,
          })),
        );
        await wantChanges(
          tx,
          page.map(({ eventId, form }) => ({
            eventId,
            task: 'sync_schedule',
            search: { mplanId: form.mPlanID as MplanId, storeId: form.LocationID as StoreId, timeZone },
          })),
        );
      });
    }
    await db.execute(
      sql`vacuum analyze schedules, event_syncs, sync_attempts, sync_steps, graphile_worker._private_jobs`,
    );
  });
}

/**
 * Adds scheduled, pending events with jobs that run after all existing jobs. Crossmark does not
 * have these events, because no worker gets that far.
 */
export async function makeDeep(sides: Sides, count: number): Promise<void> {
  await onClub(sides, async (db, club) => {
    await db.transaction(async (tx) => {
      // The triggers would notify every open page of each row.
      await tx.execute(sql`set local session_replication_role = replica`);
      await tx.execute(sql`
        insert into events (store_id, mplan_id, name, event_number, type, starts_on, due_on, duration_minutes, condition)
        select ${club.storeId}, (80000000 + n)::text, 100000 + n % 900000 || ${DEEP},
          (100000 + n % 900000)::text, 'Core', ${club.today}::date, ${club.dueOn}::date, ${club.minutes}, 'Scheduled'
        from generate_series(0, ${count - 1}::int) n`);
      await tx.execute(sql`
        insert into schedules (event_id, employee_id, starts_at, ends_at, work_date)
        select id, (select min(id) from employees) + id % ${PEOPLE}, app_now() + interval '1 day',
          app_now() + interval '1 day 6 hours', ${club.today}::date + 1
        from events where name like ${`%${DEEP}`}`);
      await tx.execute(sql`
        insert into event_syncs (event_id, state, wanted_version, wanted_at)
        select id, 'pending', 1, app_now() from events where name like ${`%${DEEP}`}`);
      await tx.execute(sql`
        insert into graphile_worker._private_jobs (task_id, payload, priority, max_attempts, key, flags)
        select (select id from graphile_worker._private_tasks where identifier = 'sync_schedule'),
          json_build_object('eventId', id), 0, 25, 'event:' || id, '{"task:sync_schedule": true}'
        from events where name like ${`%${DEEP}`} order by id`);
    });
    await db.execute(sql`vacuum analyze events, schedules, event_syncs, graphile_worker._private_jobs`);
  });
}

/** Returns the number of events that are not synced. Throws if one is a dead letter. */
export async function countUnsynced(db: Db): Promise<number> {
  // Relies on the index event_syncs_unsettled.
  const [row] = await db.execute<{ unsynced: number; failed: number; why: string | null }>(sql`
    select count(*)::int unsynced, count(*) filter (where state in ('failed', 'conflict'))::int failed,
      min(failure_reason) why
    from event_syncs where state <> 'synced'`);
  if (row && row.failed > 0) throw new Error(`${row.failed} events failed: ${row.why}`);
  return row?.unsynced ?? 0;
}

interface Club {
  storeId: number;
  crossmarkStoreId: string;
  timeZone: string;
  today: WorkDate;
  dueOn: WorkDate;
  minutes: number;
}

async function onClub<T>(sides: Sides, work: (db: Db, club: Club) => Promise<T>): Promise<T> {
  const { db, close } = connect(sides.databaseUrl, { max: 1, patience: null, applicationName: 'bench' });
  try {
    const [store] = await db.select().from(stores).limit(1);
    if (!store) throw new Error('The demo has no store.');
    const { id: storeId, timeZone, crossmarkStoreId } = store;
    const today = workDateOf(currentInstant(), timeZone);
    const minutes = defaultDurationMinutes('Core', MEASURED);
    return await work(db, {
      storeId,
      crossmarkStoreId,
      timeZone,
      today,
      dueOn: addDays(today, 300),
      minutes,
    });
  } finally {
    await close();
  }
}

/**
 * Lists placements: one Core a day for each person, six days a week, none on a day on which the
 * store is closed.
 */
async function listPlacements(db: Db, club: Club, count: number): Promise<Placement[]> {
  const closed = new Set((await db.select().from(holidays)).map((holiday) => holiday.day.slice(5)));
  const days: WorkDate[] = [];
  for (let day = addDays(club.today, 1); days.length * PEOPLE < count; day = addDays(day, 1)) {
    if (day >= club.dueOn) throw new Error(`No room for ${count} schedules before ${club.dueOn}.`);
    if (weekdayOf(day) !== 0 && !closed.has(day.slice(5))) days.push(day);
  }
  const people = await db
    .select()
    .from(employees)
    .where(gte(employees.employeeNumber, 'US930001' as never))
    .orderBy(asc(employees.id));
  const open = await db
    .select({ id: events.id, mplanId: events.mplanId })
    .from(events)
    .where(sql`${events.name} like ${`%${MEASURED}`}`)
    .orderBy(asc(events.id))
    .limit(count);
  return open.map(({ id: eventId, mplanId }, n) => {
    const person = people[n % PEOPLE];
    const workDate = days[Math.floor(n / PEOPLE)];
    const slots = DEFAULT_SLOTS.Core;
    const time = slots[n % slots.length];
    if (!person?.repId || !workDate || !time || !mplanId) throw new Error('The club is not complete.');
    const startsAt = instantAt(workDate, time, club.timeZone);
    const endsAt = addMinutes(startsAt, club.minutes);
    return {
      eventId,
      employeeId: person.id,
      startsAt,
      endsAt,
      workDate,
      local: `${workDate}T${time}:00`,
      form: {
        mPlanID: mplanId,
        LocationID: club.crossmarkStoreId,
        RepID: person.repId,
        Start: startsAt.replace('.000Z', '+00:00'),
        End: endsAt.replace('.000Z', '+00:00'),
      },
    };
  });
}

async function tellCrossmark(
  simulatorUrl: string,
  club: Club,
  placements: readonly Placement[],
): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${simulatorUrl}/__sim/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`The simulator refused the ${path}: ${await answer.text()}`);
  };
  const reps = Array.from({ length: PEOPLE }, (_, n) => ({
    repId: String(600_001 + n),
    employeeNumber: `US${930_001 + n}`,
    firstName: 'Specialist',
    lastName: String(n + 1),
  }));
  await post('reps', reps);
  for (let from = 0; from < placements.length; from += 5 * PAGE) {
    const plans = placements.slice(from, from + 5 * PAGE).map(({ form }, n) => ({
      mplanId: form.mPlanID,
      storeId: form.LocationID,
      name: `${100_000 + from + n}${MEASURED}`,
      startsOn: club.today,
      dueOn: club.dueOn,
      condition: 'Unstaffed',
    }));
    await post('plans', plans);
  }
}

/** Sets how long every call to the simulated Crossmark takes. */
export async function setRemoteMs(simulatorUrl: string, latencyMs: number): Promise<void> {
  const answer = await fetch(`${simulatorUrl}/__sim/settings`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ latencyMs: { '*': latencyMs } }),
  });
  if (!answer.ok) throw new Error(`The simulator refused its settings: ${await answer.text()}`);
}

/** Returns the number of bookings of the simulated Crossmark. */
export async function countBookings(simulatorUrl: string): Promise<number> {
  const answer = await fetch(`${simulatorUrl}/__sim/health`);
  return ((await answer.json()) as { bookings: number }).bookings;
}
