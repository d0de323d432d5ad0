import { auditLog, eventSyncs, events, schedules } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, addMinutes, instantAt, workDateOf } from '@scheduler/scheduling';
import { asc, eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  everything,
  jobs,
  live,
  need,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { COLUMNS } from './format.ts';

const ZONE = 'America/Indiana/Indianapolis';
const today = workDateOf(currentInstant(), ZONE);
const day = addDays(today, 3);
const AT = instantAt(day, '10:45', ZONE);

let server: TestServer;
let api: Client;
let storeId: number;
let ada: number;
let ben: number;

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  const { db } = server.database;
  storeId = await addStore(db);
  ada = await addPerson(db, { storeId, name: 'Ada Example' });
  ben = await addPerson(db, { storeId, name: 'Ben Sample' });
});

/** A Core that an import of an earlier version left at six hours, planned for a person or not. */
async function shortened(
  number: number,
  planned?: { employeeId: number; startsAt?: string; minutes?: number; values?: object },
  values: Partial<typeof events.$inferInsert> = {},
): Promise<number> {
  const { db } = server.database;
  const window = { startsOn: addDays(today, -20), dueOn: addDays(today, 10) };
  const eventId = await addEvent(db, { storeId, name: coreName(number), ...window });
  await db
    .update(events)
    .set({
      durationMinutes: 360,
      durationSource: 'file_worked',
      condition: planned ? 'Scheduled' : 'Unstaffed',
      ...values,
    })
    .where(eq(events.id, eventId));
  if (planned) {
    const startsAt = planned.startsAt ?? AT;
    await db.insert(schedules).values({
      eventId,
      employeeId: planned.employeeId,
      startsAt,
      endsAt: addMinutes(startsAt, planned.minutes ?? 360),
      workDate: workDateOf(startsAt, ZONE),
      ...planned.values,
    });
    await db.insert(eventSyncs).values({ eventId, wantedVersion: 1, syncedVersion: 1 });
  }
  return eventId;
}
const seenNow = async () =>
  (await api.csv.shortened.query()).rows.map(({ eventId, schedule }) => ({
    eventId,
    schedule: schedule && { scheduleId: schedule.scheduleId, version: schedule.version },
  }));
const durations = async (ids: readonly number[]) =>
  (
    await server.database.db
      .select({ minutes: events.durationMinutes, source: events.durationSource })
      .from(events)
      .where(inArray(events.id, [...ids]))
      .orderBy(asc(events.id))
  ).map(({ minutes, source }) => `${minutes} ${source}`);

describe('Cores that an earlier import shortened', () => {
  test('are listed with what becomes of them, and nothing is written for that', async () => {
    const planned = await shortened(600001, { employeeId: ada });
    const open = await shortened(600002);
    const before = await everything(server.database.db);
    expect(await api.csv.shortened.query()).toMatchObject({
      minutes: 390,
      rows: [
        {
          eventId: planned,
          schedule: { employeeName: 'Ada Example', startsAt: AT, newEndsAt: addMinutes(AT, 390) },
          refused: null,
        },
        { eventId: open, schedule: null, refused: null },
      ],
    });
    expect(await everything(server.database.db)).toEqual(before);
  });

  test('are set to 390 minutes once: ends move as by a reschedule, each written down and sent; then none is listed', async () => {
    const { db } = server.database;
    const planned = await shortened(600001, {
      employeeId: ada,
      values: { source: 'csv', overrideReason: 'agreed with Ada', version: 4 },
    });
    const open = await shortened(600002);
    const done = await api.csv.lengthen.mutate({ cores: await seenNow() });
    expect(done.rows.map((row) => row.refused)).toEqual([null, null]);
    expect(await durations([planned, open])).toEqual(['390 file', '390 file']);
    expect(await live(db)).toMatchObject([
      {
        eventId: planned,
        employeeId: ada,
        startsAt: AT,
        endsAt: addMinutes(AT, 390),
        version: 5,
        overrideReason: 'agreed with Ada',
      },
    ]);
    expect(await jobs(db)).toEqual([`sync_schedule_update event:${planned}`]);
    const audited = await db.select().from(auditLog).orderBy(asc(auditLog.id));
    expect(audited).toMatchObject([
      {
        action: 'event.lengthen',
        actorName: 'Dispatcher Person',
        before: { duration: '360 minutes' },
        after: { duration: '390 minutes' },
      },
      { action: 'event.lengthen', subjectId: String(open) },
      { action: 'schedule.reschedule', after: { endsAt: addMinutes(AT, 390), version: 5 } },
    ]);
    expect((await api.csv.shortened.query()).rows).toEqual([]);
    const again = await api.csv.lengthen.mutate({
      cores: [{ eventId: open, schedule: null }],
    });
    expect(again.rows).toMatchObject([{ refused: expect.stringContaining('set right') }]);
    expect(await db.$count(auditLog)).toBe(3);
  });

  test('stay where a rule speaks against the longer end, with the reason; what stood against it before is no news', async () => {
    const { db } = server.database;
    // Ada's second Core of the day begins at the very end of the first: two Cores a day were accepted, no overlap.
    const first = await shortened(600001, { employeeId: ada });
    const second = await shortened(600002, { employeeId: ada, startsAt: addMinutes(AT, 360) });
    const bens = await shortened(600003, { employeeId: ben });
    const { rows } = await api.csv.shortened.query();
    const refusedOf = (list: typeof rows) => new Map(list.map((row) => [row.eventId, row.refused]));
    expect(refusedOf(rows).get(first)).toMatch(/Ada Example has a Core from .* which overlaps/);
    expect([refusedOf(rows).get(second), refusedOf(rows).get(bens)]).toEqual([null, null]);
    const done = await api.csv.lengthen.mutate({ cores: await seenNow() });
    expect(refusedOf(done.rows)).toEqual(refusedOf(rows));
    expect(await durations([first, second, bens])).toEqual(['360 file_worked', '390 file', '390 file']);
    expect((await live(db)).map((schedule) => schedule.version)).toEqual([1, 2, 2]);
    expect((await api.csv.shortened.query()).rows.map((row) => row.eventId)).toEqual([first]);
  });

  test('keep an end that is another than a file’s', async () => {
    const eventId = await shortened(600001, { employeeId: ada, minutes: 400 });
    await api.csv.lengthen.mutate({ cores: await seenNow() });
    expect(await durations([eventId])).toEqual(['390 file']);
    expect(await live(server.database.db)).toMatchObject([{ endsAt: addMinutes(AT, 400), version: 1 }]);
    expect(await jobs(server.database.db)).toEqual([]);
  });

  test('are not listed where they are over, closed, gone, of another type, or as their store wants them', async () => {
    await shortened(600001, { employeeId: ada, startsAt: instantAt(addDays(today, -1), '10:45', ZONE) });
    await shortened(600002, undefined, { dueOn: today });
    await shortened(600003, undefined, { condition: 'Canceled' });
    await shortened(600004, undefined, { goneSince: currentInstant() });
    await shortened(600005, undefined, { type: 'Other' });
    await shortened(600006, undefined, { durationSource: 'rules' });
    expect((await api.csv.shortened.query()).rows).toEqual([]);
    const todays = await shortened(600007, { employeeId: ada, startsAt: instantAt(today, '10:45', ZONE) });
    expect((await api.csv.shortened.query()).rows.map((row) => row.eventId)).toEqual([todays]);
  });

  test('that were changed since they were seen stay as they are now', async () => {
    const { db } = server.database;
    const moved = await shortened(600001, { employeeId: ada });
    const open = await shortened(600002);
    const contested = await shortened(600003, { employeeId: ben });
    const seen = await seenNow();
    const [schedule] = await live(db);
    await api.schedules.changeEmployee.mutate({
      scheduleId: need(schedule).id,
      version: 1,
      employeeId: ben,
      overrideReason: 'swap',
    });
    await db.insert(schedules).values({
      eventId: open,
      employeeId: ada,
      startsAt: AT,
      endsAt: addMinutes(AT, 360),
      workDate: day,
    });
    await db.update(eventSyncs).set({ state: 'conflict' }).where(eq(eventSyncs.eventId, contested));
    const { rows } = await api.csv.lengthen.mutate({ cores: seen });
    expect(new Map(rows.map((row) => [row.eventId, row.refused]))).toEqual(
      new Map([
        [moved, expect.stringContaining('was changed after you opened it')],
        [open, expect.stringContaining('was scheduled meanwhile')],
        [contested, expect.stringContaining('Crossmark holds something else')],
      ]),
    );
    expect(await durations([moved, open, contested])).toEqual(Array(3).fill('360 file_worked'));
  });

  test('are set right by Crossmark’s file as well', async () => {
    const eventId = await shortened(600001, { employeeId: ada });
    const us = (date: string) => `${date.slice(5, 7)}/${date.slice(8)}/${date.slice(0, 4)}`;
    const window = [`${us(addDays(today, -20))} 12:00:00 AM`, `${us(addDays(today, 10))} 12:01:00 AM`];
    const row = [coreName(600001), '', '', '8135', 'Club', ...window, '360'];
    await api.csv.import.mutate({ text: `${COLUMNS.join(',')}\n${row.join(',')}` });
    expect(await durations([eventId])).toEqual(['390 file']);
    expect(await live(server.database.db)).toMatchObject([{ endsAt: addMinutes(AT, 390) }]);
    expect((await api.csv.shortened.query()).rows).toEqual([]);
  });

  test('are no viewer’s to see or set', async () => {
    const viewer = await server.as('viewer');
    expect((await refusalOf(viewer.csv.shortened.query())).message).toContain('only a');
  });
});
