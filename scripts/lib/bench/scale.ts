import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { connect, type Db } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import {
  addDays,
  addMinutes,
  DEFAULT_SLOTS,
  defaultDurationMinutes,
  instantAt,
  type WorkDate,
  weekdayOf,
  weekStart,
  workDateOf,
} from '@scheduler/scheduling';
import { prune } from '@scheduler/sync';
import { sql } from 'drizzle-orm';
import { signInCookie } from '../api.ts';
import { startApp } from '../apps.ts';
import { pause } from '../chaos/random.ts';
import type { Infrastructure } from '../infrastructure.ts';
import { claimPort } from '../ports.ts';
import { answers, type Running, waitFor } from '../process.ts';
import { countUnsynced, makePending, openClub, type Placement, setRemoteMs } from './club.ts';
import { ourServer, ourWorker } from './contestants.ts';
import { hammer, type PartResult, percentile, Rounds, rateOf, verdict } from './measure.ts';
import { childrenOf, postmasterOf } from './processor.ts';
import { refreshOnce } from './refresh.ts';

const EVENTS = 400;
const PEOPLE = 50;
/** The days of the week on which each of a club's people has a Core. */
const DAYS = EVENTS / PEOPLE;
const ZONE = 'America/Indiana/Indianapolis';
const CLIENTS = 8;
const READS = 100;
const SAVES = 300;
const JOBS = 600;
const PROCESSES = [1, 2] as const;
const WARM_UP = 100;
/** Bookings that the simulator makes come after those of all clubs. */
const FIRST_OWN_BOOKING = 1_500_000_000;
/** Clubs written by one statement. */
const PAGE = 25;

/** A club's name in tables and curves. */
const called = (clubs: number, processes: number) =>
  `${clubs} ${clubs === 1 ? 'club' : 'clubs'}, ${processes} of each process`;

/**
 * Measures how times change with the number of clubs, with one and with two server processes and workers. Each club has one
 * week of 400 events, all of them scheduled and in Crossmark. Saves and jobs are those of one more club. Postgres, Crossmark,
 * Redis and the clients share the first processor; the apps have all others.
 */
export async function measureScale(
  infrastructure: Infrastructure,
  counts: readonly number[],
  say: (line: string) => void,
): Promise<PartResult> {
  const results = new Rounds();
  const perStep = WARM_UP + SAVES + JOBS;
  const placements = await openClub(infrastructure, counts.length * PROCESSES.length * perStep);
  await setRemoteMs(infrastructure.simulatorUrl, 0);
  const isPinned = pinOthers(infrastructure);
  if (!isPinned) say('Processes are not pinned: taskset or a second processor is missing.');
  let clubs = 0;
  let next = 0;
  for (const count of counts.toSorted((a, b) => a - b)) {
    say(`Adding clubs, up to ${count}…`);
    await addClubs(infrastructure, clubs, count);
    clubs = count;
    for (const processes of PROCESSES) {
      const mine = placements.slice(next, next + perStep);
      next += perStep;
      const figures = await measureStep(infrastructure, { clubs, processes, placements: mine, isPinned });
      results.add(called(clubs, processes), figures);
      say(JSON.stringify({ clubs, processes, ...figures }));
    }
  }
  const year = await measureYear(infrastructure, say);
  for (const { table, rows, megabytes } of year.sizes) {
    results.add(`${table}, a year of ${YEAR_CLUBS} clubs`, { rows, megabytes });
    const factor = EXTRAPOLATED_CLUBS / YEAR_CLUBS;
    results.add(`${table}, a year of ${EXTRAPOLATED_CLUBS} clubs, extrapolated`, {
      rows: rows * factor,
      megabytes: megabytes * factor,
    });
  }
  const [few, many] = [Math.min(...counts), Math.max(...counts)];
  const growth = (what: string, figure: string, atMost: number) =>
    few === many
      ? []
      : [
          verdict(
            `${what} at ${many} clubs, of that at ${few}`,
            results.ratio(called(many, 1), called(few, 1), figure),
            { atMost },
          ),
        ];
  return {
    part: 'scale',
    what: `clubs of ${PEOPLE} people with a week of ${EVENTS} events each; milliseconds, jobs a second, seconds of a refresh`,
    missing: [],
    verdicts: [
      ...growth('board week, p50', 'boardP50', 1.5),
      ...growth('save, p50', 'saveP50', 1.5),
      ...growth('admin overview, p50', 'adminP50', 3),
    ],
    standings: results.standings(),
    curves: Object.entries(CURVES).map(([figure, title]) => ({
      title,
      of: 'clubs',
      lines: PROCESSES.map((processes) => ({
        name: `${processes} of each process`,
        points: counts.map((at) => ({
          at,
          value: results.of(called(at, processes), figure)[0] ?? Number.NaN,
        })),
      })),
    })),
  };
}

/** The figures that are drawn as curves. */
const CURVES = {
  boardP50: 'board week of a club, p50, ms',
  saveP50: 'save, 8 clients, p50, ms',
  jobsPerSecond: 'changes sent to Crossmark a second',
  refreshSeconds: 'refresh of the whole list, seconds',
  adminP50: 'admin overview, p50, ms',
};

async function measureStep(
  infrastructure: Infrastructure,
  step: { clubs: number; processes: number; placements: readonly Placement[]; isPinned: boolean },
): Promise<Record<string, number>> {
  const { clubs, processes, placements, isPinned } = step;
  const started: Running[] = [];
  const noticing = async <T>(start: () => Promise<T>): Promise<T> => {
    const before = new Set(childrenOf(process.pid));
    const result = await start();
    if (isPinned) for (const pid of childrenOf(process.pid)) if (!before.has(pid)) pin(pid, APP_CORES);
    return result;
  };
  const servers = await Promise.all(
    Array.from({ length: processes }, () => noticing(() => ourServer(infrastructure))),
  );
  const { db, close } = connect(infrastructure.databaseUrl, {
    max: 2,
    patience: null,
    applicationName: 'bench',
  });
  try {
    const save = (n: number) => servers[n % servers.length]?.save(placements[n] as Placement);
    await hammer(CLIENTS, WARM_UP, async (n) => save(n));
    const saves = await hammer(CLIENTS, SAVES, async (n) => save(WARM_UP + n));
    const board = await readBoards(infrastructure, servers[0]?.url ?? '', clubs);
    const admin = await noticing(() => readAdmin(infrastructure));
    // The jobs of the saves are done first, and not measured.
    const work = async (until: () => Promise<boolean>) => {
      const workers = await noticing(async () =>
        Array.from({ length: processes }, () => ourWorker(infrastructure, 32)),
      );
      started.push(...workers);
      while (!(await until())) await pause(100);
      await Promise.all(workers.map((worker) => worker.stop()));
    };
    await work(async () => (await countUnsynced(db)) === 0);
    const pending = placements.slice(WARM_UP + SAVES);
    await makePending(infrastructure, pending);
    const workers = await noticing(async () =>
      Array.from({ length: processes }, () => ourWorker(infrastructure, 32)),
    );
    started.push(...workers);
    const drain = await rateOf(
      async () => pending.length - (await countUnsynced(db)),
      pending.length,
      workers[0] as Running,
    );
    const { seconds: refreshSeconds } = await refreshOnce(db);
    return {
      boardP50: board.p50,
      boardP95: board.p95,
      saveP50: saves.p50,
      savesPerSecond: saves.perSecond,
      jobsPerSecond: drain.perSecond,
      refreshSeconds,
      adminP50: admin.p50,
      adminP95: admin.p95,
    };
  } finally {
    await Promise.all([...servers.map((server) => server.stop()), ...started.map((one) => one.stop())]);
    await close();
  }
}

/** Reads the boards of clubs in turn, one at a time. */
async function readBoards(infrastructure: Infrastructure, url: string, clubs: number) {
  const cookie = await signInCookie(url, infrastructure.env.WEB_ORIGIN as string);
  const { db, close } = connect(infrastructure.databaseUrl, { max: 1, applicationName: 'bench' });
  const stores = await db.execute<{ id: number }>(
    sql`select id from stores where number like 'scale-%' order by id`,
  );
  await close();
  const { weekOf } = calendar();
  return timed(READS, async (n) => {
    const storeId = stores[Math.floor((n * clubs) / READS) % stores.length]?.id;
    const input = encodeURIComponent(JSON.stringify({ storeId, weekOf }));
    await get(`${url}/trpc/board.week?input=${input}`, cookie);
  });
}

/** Reads the admin page's overview, one at a time. */
async function readAdmin(infrastructure: Infrastructure) {
  const port = await claimPort();
  const origin = `http://localhost:${port}`;
  const admin = startApp(infrastructure, 'admin', 'src/main.ts', {
    LOG_LEVEL: 'warn',
    ADMIN_PORT: String(port),
    ADMIN_ORIGIN: origin,
  });
  try {
    await waitFor('The admin page', answers(`http://127.0.0.1:${port}/healthz`), { process: admin });
    const cookie = await signInCookie(origin, origin, 'viewer@demo.test');
    return await timed(READS / 2, () => get(`${origin}/trpc/overview`, cookie));
  } finally {
    await admin.stop();
  }
}

async function timed(
  times: number,
  work: (n: number) => Promise<void>,
): Promise<{ p50: number; p95: number }> {
  const took: number[] = [];
  for (let n = 0; n < times + WARM_UP / 10; n++) {
    const startedMs = performance.now();
    await work(n);
    if (n >= WARM_UP / 10) took.push(performance.now() - startedMs);
  }
  return { p50: percentile(took, 0.5), p95: percentile(took, 0.95) };
}

async function get(url: string, cookie: string): Promise<void> {
  const answer = await fetch(url, { headers: { cookie } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
}

// ---------------------------------------------------------------- processors

/** Read before this process is pinned, after which it would be 1. */
const CORES = availableParallelism();
const APP_CORES = `1-${CORES - 1}`;

function pin(pid: number, cores: string): void {
  execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', cores, String(pid)], { stdio: 'pipe' });
}

/** Pins this process, Postgres and all that was started besides the apps to the first processor. */
function pinOthers(infrastructure: Infrastructure): boolean {
  const postmaster = postmasterOf(infrastructure);
  if (CORES < 2 || postmaster === null) return false;
  try {
    for (const pid of [process.pid, ...childrenOf(process.pid), postmaster, ...childrenOf(postmaster)])
      pin(pid, '0');
    return true;
  } catch {
    return false;
  }
}

// ---------------------------------------------------------------- clubs

/** The week of the clubs, and the days of their work. */
function calendar(): { today: WorkDate; weekOf: WorkDate; days: WorkDate[] } {
  const today = workDateOf(currentInstant(), ZONE);
  const weekOf = weekStart(addDays(today, 7));
  const days = Array.from({ length: 2 * DAYS }, (_, n) => addDays(weekOf, n)).filter(
    (day) => weekdayOf(day) !== 0,
  );
  return { today, weekOf, days: days.slice(0, DAYS) };
}

/** The rows of a club, with the ids that both sides use. */
function clubRows(club: number) {
  const { today, days } = calendar();
  const store = String(100_000 + club);
  const people = Array.from({ length: PEOPLE }, (_, n) => ({
    repId: String(2_000_000 + club * PEOPLE + n),
    employeeNumber: `US${2_000_000 + club * PEOPLE + n}`,
    name: `Specialist ${club} ${n}`,
  }));
  const events = Array.from({ length: EVENTS }, (_, n) => {
    const name = `${100_000 + ((club * EVENTS + n) % 900_000)}-Acme-Scale Oats - V2-CORE`;
    const [day = today, time = '09:45'] = [
      days[Math.floor(n / PEOPLE)],
      DEFAULT_SLOTS.Core[n % DEFAULT_SLOTS.Core.length],
    ];
    const startsAt = instantAt(day, time, ZONE);
    const minutes = defaultDurationMinutes('Core', name);
    const id = club * EVENTS + n;
    return {
      store,
      mplanId: String(100_000_000 + id),
      name,
      number: name.slice(0, 6),
      startsOn: today,
      dueOn: addDays(today, 28),
      minutes,
      bookingId: String(900_000_000 + id),
      repId: people[n % PEOPLE]?.repId ?? '',
      startsAt,
      endsAt: addMinutes(startsAt, minutes),
      day,
    };
  });
  return { store, people, events };
}

/** Adds the clubs from one number up to another on both sides. */
async function addClubs(infrastructure: Infrastructure, from: number, to: number): Promise<void> {
  const { databaseUrl, simulatorUrl } = infrastructure;
  const { db, close } = connect(databaseUrl, { max: 1, patience: null, applicationName: 'bench' });
  const state = (await (await fetch(`${simulatorUrl}/__sim/state`)).json()) as Record<string, unknown[]>;
  for (let first = from; first < to; first += PAGE) {
    const clubs = Array.from({ length: Math.min(PAGE, to - first) }, (_, n) => clubRows(first + n));
    await writeClubs(db, clubs);
    for (const { store, people, events } of clubs) {
      state.stores?.push({ storeId: store, name: `Club ${store}`, timeZone: ZONE });
      for (const { repId, employeeNumber, name } of people)
        state.reps?.push({ repId, employeeNumber, firstName: name, lastName: 'Scale' });
      for (const event of events) {
        const { mplanId, repId, startsAt, endsAt, bookingId } = event;
        const { name, startsOn, dueOn } = event;
        state.plans?.push({ mplanId, storeId: store, name, startsOn, dueOn, condition: 'Scheduled' });
        state.bookings?.push({ bookingId, mplanId, storeId: store, repId, startsAt, endsAt });
      }
    }
  }
  await db.execute(sql`vacuum analyze`);
  await close();
  const { users: _, nextBookingId, ...world } = state;
  const answer = await fetch(`${simulatorUrl}/__sim/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...world, nextBookingId: Math.max(Number(nextBookingId), FIRST_OWN_BOOKING) }),
  });
  if (!answer.ok) throw new Error(`The simulator refused the clubs: ${await answer.text()}`);
}

async function writeClubs(db: Db, clubs: readonly ReturnType<typeof clubRows>[]): Promise<void> {
  const json = (rows: readonly object[]) => JSON.stringify(rows);
  await db.transaction(async (tx) => {
    // The triggers would notify of each row.
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(sql`
      insert into stores (crossmark_store_id, number, name, time_zone)
      select store, 'scale-' || store, 'Club ' || store, ${ZONE} from json_to_recordset(${json(clubs)}::json) as given(store text)`);
    await tx.execute(sql`
      insert into employees (store_id, name, role, employee_number, rep_id, link_state)
      select stores.id, given.name, 'Event Specialist', given."employeeNumber", given."repId", 'linked'
      from json_to_recordset(${json(clubs.flatMap(({ store, people }) => people.map((one) => ({ ...one, store }))))}::json)
        as given(store text, name text, "employeeNumber" text, "repId" text)
      join stores on stores.crossmark_store_id = given.store`);
    const events = json(clubs.flatMap(({ events }) => events));
    await tx.execute(sql`
      create temporary table given on commit drop as
      select * from json_to_recordset(${events}::json) as given(store text, "mplanId" text, name text, number text,
        "startsOn" date, "dueOn" date, minutes int, "bookingId" text, "repId" text, "startsAt" timestamptz,
        "endsAt" timestamptz, day date)`);
    await tx.execute(sql`
      insert into events (store_id, mplan_id, name, event_number, type, starts_on, due_on, duration_minutes, condition)
      select stores.id, "mplanId", given.name, given.number, 'Core', "startsOn", "dueOn", minutes, 'Scheduled'
      from given join stores on stores.crossmark_store_id = given.store`);
    await tx.execute(sql`
      insert into schedules (event_id, employee_id, starts_at, ends_at, work_date)
      select events.id, employees.id, "startsAt", "endsAt", day
      from given join events on events.mplan_id = given."mplanId" join employees on employees.rep_id = given."repId"`);
    await tx.execute(sql`
      insert into event_syncs (event_id, state, wanted_version, synced_version, synced_at, booking_id, booked_rep_id,
        booked_rep_names, booked_starts_at, booked_ends_at)
      select events.id, 'synced', 1, 1, app_now(), "bookingId", given."repId", employees.name, "startsAt", "endsAt"
      from given join events on events.mplan_id = given."mplanId" join employees on employees.rep_id = given."repId"`);
  });
}

// ---------------------------------------------------------------- a year

/** The clubs whose year is written, the weeks of that year, and the changes of each schedule. */
const [YEAR_CLUBS, WEEKS, CHANGES] = [10, 52, 3];
const EXTRAPOLATED_CLUBS = 1_000;
/** As the worker is set by default. */
const RETENTION = { recordsDays: 90, auditDays: 730, attendanceDays: 730 };
const YEAR_TABLES = [
  'events',
  'schedules',
  'event_syncs',
  'planned_days',
  'audit_log',
  'sync_attempts',
  'sync_steps',
] as const;

/** The size of one table. */
interface TableSize {
  table: string;
  rows: number;
  megabytes: number;
}

/**
 * Writes the rows of a year of ten clubs by SQL, as saves and jobs would have left them, removes what is too old as a worker
 * does, and returns the sizes of the tables, with their indexes.
 */
async function measureYear(
  infrastructure: Infrastructure,
  say: (line: string) => void,
): Promise<{ sizes: TableSize[] }> {
  const { db, close } = connect(infrastructure.databaseUrl, {
    max: 1,
    patience: null,
    applicationName: 'bench',
  });
  try {
    await db.execute(
      sql`truncate stores, holidays, refresh_runs, rep_readings, crossmark_reps, audit_log restart identity cascade`,
    );
    for (let week = WEEKS; week > 0; week--) await writeWeek(db, week);
    const startedMs = performance.now();
    const removed = await prune(db, RETENTION);
    const pruneSeconds = (performance.now() - startedMs) / 1_000;
    say(JSON.stringify({ clubs: YEAR_CLUBS, weeks: WEEKS, removed, pruneSeconds }));
    await db.execute(sql`vacuum analyze`);
    const sizes: TableSize[] = [];
    for (const table of YEAR_TABLES) {
      const [row] = await db.execute<{ rows: number; bytes: number }>(sql`
        select (select count(*)::int from ${sql.identifier(table)}) as rows, pg_total_relation_size(${table})::float8 as bytes`);
      sizes.push({ table, rows: row?.rows ?? 0, megabytes: Math.round((row?.bytes ?? 0) / 1_000_000) });
    }
    return { sizes };
  } finally {
    await close();
  }
}

/** A week that lies so many weeks back: each schedule was made, moved twice, and sent each time. */
async function writeWeek(db: Db, weeksAgo: number): Promise<void> {
  const at = sql`app_now() - ${weeksAgo * 7} * interval '1 day'`;
  const day = sql`(${at})::date`;
  await db.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    if (weeksAgo === WEEKS) {
      await tx.execute(sql`
        insert into stores (crossmark_store_id, number, name, time_zone)
        select 'year-' || n, 'year-' || n, 'Club ' || n, ${ZONE} from generate_series(1, ${YEAR_CLUBS}::int) n`);
      await tx.execute(sql`
        insert into employees (store_id, name, role, employee_number, rep_id, link_state)
        select stores.id, 'Specialist ' || n, 'Event Specialist', 'US' || stores.id * 1000 + n, (stores.id * 1000 + n)::text, 'linked'
        from stores cross join generate_series(1, ${PEOPLE}::int) n`);
    }
    await tx.execute(sql`
      create temporary table week on commit drop as
      select nextval(pg_get_serial_sequence('events', 'id'))::int id, stores.id store_id, n,
        (select min(id) from employees where store_id = stores.id) + n % ${PEOPLE}::int employee_id,
        ${day} + n / ${PEOPLE}::int as day
      from stores cross join generate_series(0, ${EVENTS - 1}::int) n`);
    await tx.execute(sql`
      insert into events (id, store_id, mplan_id, name, event_number, type, starts_on, due_on, duration_minutes, condition,
        instructions_url, created_at, updated_at)
      overriding system value
      select id, store_id, (300000000 + id)::text, 100000 + id % 900000 || '-Acme-Year Oats (260105000000)  - V2-CORE',
        (100000 + id % 900000)::text, 'Core', ${day}, ${day} + 14, 390, 'Submitted',
        'https://crossmark.demo.test/instructions/' || id || '.pdf', ${at}, ${at}
      from week`);
    await tx.execute(sql`
      insert into schedules (event_id, employee_id, starts_at, ends_at, work_date, version, created_at, updated_at)
      select id, employee_id, day + interval '14 hours 45 minutes', day + interval '21 hours 15 minutes', day, ${CHANGES}, ${at}, ${at}
      from week`);
    await tx.execute(sql`
      insert into event_syncs (event_id, state, wanted_version, synced_version, wanted_at, synced_at, booking_id, booked_rep_id,
        booked_rep_names, booked_starts_at, booked_ends_at, updated_at)
      select id, 'synced', ${CHANGES}, ${CHANGES}, ${at}, ${at}, (700000000 + id)::text, employee_id::text, 'Specialist ' || n,
        day + interval '14 hours 45 minutes', day + interval '21 hours 15 minutes', ${at}
      from week`);
    await tx.execute(sql`
      insert into planned_days (event_id, employee_id, work_date, starts_at, ends_at, planned_at)
      select id, employee_id, day + change, day + change + interval '14 hours 45 minutes', day + change + interval '21 hours 15 minutes', ${at}
      from week cross join generate_series(0, ${CHANGES - 1}::int) change`);
    await tx.execute(sql`
      insert into audit_log (at, actor_id, actor_name, action, subject_type, subject_id, before, after, request_id)
      select ${at}, gen_random_uuid()::text, 'Dana Dispatcher', case change when 0 then 'schedule.create' else 'schedule.reschedule' end,
        'schedule', schedules.id::text,
        case when change > 0 then json_build_object('eventId', week.id, 'employeeId', week.employee_id, 'employeeName', 'Specialist ' || n,
          'startsAt', starts_at, 'endsAt', ends_at, 'version', change) end::jsonb,
        json_build_object('eventId', week.id, 'employeeId', week.employee_id, 'employeeName', 'Specialist ' || n,
          'startsAt', starts_at, 'endsAt', ends_at, 'version', change + 1)::jsonb,
        gen_random_uuid()::text
      from week join schedules on schedules.event_id = week.id cross join generate_series(0, ${CHANGES - 1}::int) change`);
    await tx.execute(sql`
      insert into sync_attempts (task, job_id, worker_id, event_id, schedule_id, started_at, finished_at, outcome, summary)
      select 'sync_schedule_update', (id * 10 + change)::text, 'worker-' || gen_random_uuid(), id, id, ${at}, ${at}, 'done',
        'Crossmark holds it as wanted.'
      from week cross join generate_series(0, ${CHANGES - 1}::int) change`);
    await tx.execute(sql`
      insert into sync_steps (event_id, kind, state, rep_id, starts_at, ends_at, booking_id, sent_at, answered_at, schedule_id)
      select id, 'create', 'settled', employee_id::text,
        day + interval '14 hours 45 minutes', day + interval '21 hours 15 minutes', (700000000 + id)::text, ${at}, ${at}, id
      from week cross join generate_series(0, ${CHANGES - 1}::int) change`);
  });
}
