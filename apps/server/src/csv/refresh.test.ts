import { readFileSync } from 'node:fs';
import { type CrossmarkClient, createCrossmarkClient } from '@scheduler/crossmark';
import { createSimulator, DEMO_USER, exportFile, type Simulator } from '@scheduler/crossmark/simulator';
import { auditLog, employees, eventSyncs, events, schedules, stores } from '@scheduler/db';
import { demoScenario } from '@scheduler/db/seeds';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createLogger } from '@scheduler/runtime';
import { currentInstant } from '@scheduler/runtime/clock';
import {
  addDays,
  daysBetween,
  detectEventType,
  instantAt,
  presenceMinutes,
  weekStart,
  workDateOf,
} from '@scheduler/scheduling';
import {
  createDownloads,
  DEFAULT_RETRY_POLICY,
  reconcile,
  refresh,
  requestRefresh,
  type SyncContext,
} from '@scheduler/sync';
import { asc, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSchedule } from '../schedules/create.ts';
import { parseCsv } from './format.ts';
import { importCsv, previewImport } from './import.ts';

/** The Sunday of the files' week. */
const FIXTURE_WEEK = '2027-03-07';
const { store, people } = demoScenario(FIXTURE_WEEK);
const actor = { id: 'user-1', name: 'Demo Dispatcher', requestId: 'request-1' };

/** A file of the fixtures, its weeks moved to next week: a refresh reads what is near today. */
function fixture(name: string): string {
  const nextWeek = addDays(weekStart(workDateOf(currentInstant(), store.timeZone)), 7);
  const days = daysBetween(FIXTURE_WEEK, nextWeek);
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8').replace(
    /\b(\d\d)\/(\d\d)\/(\d{4})\b/g,
    (_, month, dayOfMonth, year) => {
      const [newYear, newMonth, newDay] = addDays(`${year}-${month}-${dayOfMonth}`, days).split('-');
      return `${newMonth}/${newDay}/${newYear}`;
    },
  );
}
const FILES = [fixture('scheduled.csv'), fixture('unscheduled.csv')];
const ROWS = FILES.flatMap((text) => parseCsv(text).flatMap((row) => row.value ?? []));

let database: TestDatabase;
let simulator: Simulator;
let client: CrossmarkClient;
let ctx: SyncContext;

beforeEach(async () => {
  database = await createTestDatabase();
  const [row] = await database.db.insert(stores).values(store).returning();
  await database.db.insert(employees).values(
    people.map(({ name, role, employeeNumber, repId }) => ({
      storeId: row?.id ?? 0,
      name,
      role,
      employeeNumber,
      repId,
    })),
  );
});
afterEach(async () => {
  await client.close();
  await simulator.close();
  await database.close();
});

/** A Crossmark that holds the events of both files, with or without the bookings that they tell of. */
async function startCrossmark(options: { booked: boolean }) {
  simulator = createSimulator({
    state: {
      stores: [{ storeId: store.crossmarkStoreId, name: store.name, timeZone: store.timeZone }],
      reps: people.map(({ repId, employeeNumber, name }) => {
        const [firstName = '', lastName = ''] = name.split(' ');
        return { repId, employeeNumber, firstName, lastName };
      }),
      plans: ROWS.map((row, index) => ({
        mplanId: String(41_900_000 + index),
        storeId: store.crossmarkStoreId,
        name: row.name,
        startsOn: row.startsOn,
        dueOn: row.dueOn,
        condition: options.booked && row.schedule ? 'Scheduled' : 'Unstaffed',
      })),
      bookings: ROWS.flatMap(({ name, schedule, workedMinutes }, index) => {
        if (!options.booked || !schedule) return [];
        const startsAt = instantAt(schedule.day, schedule.time, store.timeZone);
        return {
          bookingId: String(52_900_000 + index),
          mplanId: String(41_900_000 + index),
          storeId: store.crossmarkStoreId,
          repId: people.find((person) => person.employeeNumber === schedule.employeeNumber)?.repId ?? '',
          startsAt,
          endsAt: new Date(
            Date.parse(startsAt) + presenceMinutes(detectEventType(name), workedMinutes ?? 0) * 60_000,
          ).toISOString(),
        };
      }),
    },
  });
  await simulator.listen();
  client = createCrossmarkClient({ baseUrl: simulator.url, ...DEMO_USER });
  ctx = {
    db: database.db,
    crossmark: client,
    downloads: createDownloads(client, { allowedHosts: [] }),
    log: createLogger('test', 'silent'),
    settings: { retry: DEFAULT_RETRY_POLICY, leaseMs: 60_000, confirmAfterMs: 0 },
  };
}

const job = { id: '1', workerId: 'test-worker', signal: new AbortController().signal };

async function refreshNow() {
  const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'test' }));
  expect(await refresh(ctx, runId, { ...job, task: 'refresh_events' })).toMatchObject({ outcome: 'done' });
}
async function importFiles() {
  for (const text of FILES) await importCsv(database.db, actor, { text });
}
async function reconcileAll() {
  for (const { eventId } of await database.db.select().from(eventSyncs).orderBy(asc(eventSyncs.eventId))) {
    await reconcile(ctx, eventId, { ...job, task: 'sync_schedule' });
  }
}
/** What dispatchers see and Crossmark holds; except write times and attempts. */
const everything = async () => ({
  events: await database.db.select().from(events).orderBy(asc(events.id)),
  schedules: await database.db.select().from(schedules).orderBy(asc(schedules.id)),
  syncs: (await database.db.select().from(eventSyncs).orderBy(asc(eventSyncs.eventId))).map(
    ({ state, wantedVersion, bookingId }) => ({ state, wantedVersion, bookingId }),
  ),
  audit: (await database.db.select().from(auditLog)).length,
  bookings: simulator.state.bookings,
});

async function expectOneOfEach() {
  const now = await everything();
  expect(now.events).toHaveLength(ROWS.length);
  expect(now.events.filter((event) => event.mplanId === null)).toEqual([]);
  expect(now.schedules).toHaveLength(36);
  expect(now.syncs.filter((sync) => sync.state !== 'synced')).toEqual([]);
  const booked = now.bookings.map((booking) => `${booking.mplanId} ${booking.startsAt} ${booking.repId}`);
  const wanted = now.schedules.map((schedule) => {
    const plan = now.events.find((event) => event.id === schedule.eventId)?.mplanId;
    return `${plan} ${schedule.startsAt} ${people[schedule.employeeId - 1]?.repId}`;
  });
  expect(booked.sort()).toEqual(wanted.sort());
  // Estimated times of the files count, not defaults; a Core's lunch comes on top.
  expect(now.events.find((event) => event.type === 'Juicer Survey')?.durationMinutes).toBe(15);
  expect(now.events.find((event) => event.type === 'Core')?.durationMinutes).toBe(390);

  await importFiles();
  await refreshNow();
  await reconcileAll();
  expect(await everything()).toEqual(now);
}

it('files, then a refresh: one event each, the planned week is booked once, and again changes nothing', async () => {
  await startCrossmark({ booked: false });
  await importFiles();
  await refreshNow();
  await reconcileAll();
  await expectOneOfEach();
});

it('files of what Crossmark has booked already: nothing is booked twice', async () => {
  await startCrossmark({ booked: true });
  await importFiles();
  await refreshNow();
  await reconcileAll();
  await expectOneOfEach();
});

it('a refresh, then files: one event each, and again changes nothing', async () => {
  await startCrossmark({ booked: true });
  await refreshNow();
  await importFiles();
  await reconcileAll();
  await expectOneOfEach();
});

/** Plans the week of the files on the board, and has it booked. */
async function planTheWeek() {
  const known = await database.db.select().from(events);
  const persons = await database.db.select().from(employees);
  for (const { name, schedule } of ROWS) {
    if (!schedule) continue;
    await createSchedule(database.db, actor, {
      eventId: known.find((event) => event.name === name)?.id ?? 0,
      employeeId: persons.find((person) => person.employeeNumber === schedule.employeeNumber)?.id ?? 0,
      startsAt: instantAt(schedule.day, schedule.time, store.timeZone),
      withSupervisor: false,
      overrideReason: 'as agreed',
    });
  }
  await reconcileAll();
  expect(simulator.state.bookings).toHaveLength(36);
}
const crossmarksFile = (kind: 'scheduled' | 'unscheduled') =>
  exportFile(simulator.state, { kind, storeNumbers: { [store.crossmarkStoreId]: store.number } });
const jobs = () => database.db.execute(sql`select key, run_at from graphile_worker.jobs order by id`);

it('Crossmark’s own export of what was planned here changes nothing: no row, no job', async () => {
  await startCrossmark({ booked: false });
  await refreshNow();
  await importCsv(database.db, actor, { text: crossmarksFile('unscheduled') });
  await planTheWeek();
  const before = { ...(await everything()), jobs: await jobs() };

  const text = crossmarksFile('scheduled');
  expect((await previewImport(database.db, text)).counts).toEqual({ new: 0, changed: 0, same: 36, error: 0 });
  expect(await importCsv(database.db, actor, { text })).toEqual({
    created: 0,
    changed: 0,
    same: 36,
    scheduled: 0,
  });
  expect({ ...(await everything()), jobs: await jobs() }).toEqual(before);
});

it('Crossmark’s own export of planned events that a refresh named brings their reference numbers alone', async () => {
  await startCrossmark({ booked: false });
  await refreshNow();
  await planTheWeek();
  const before = { ...(await everything()), jobs: await jobs() };

  const text = crossmarksFile('scheduled');
  const { rows } = await previewImport(database.db, text);
  expect(rows.flatMap((row) => row.changes).filter(({ field }) => field !== 'reference')).toEqual([]);
  expect(await importCsv(database.db, actor, { text })).toMatchObject({ changed: 36, scheduled: 0 });
  const { schedules: live, syncs, bookings } = await everything();
  expect({ live, syncs, bookings, jobs: await jobs() }).toEqual({
    live: before.schedules,
    syncs: before.syncs,
    bookings: before.bookings,
    jobs: before.jobs,
  });
});
