import { type BookingId, bookingId, type RepId } from '@scheduler/crossmark';
import { eventSyncs, events, schedules } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, CONDITIONS, instantAt, isUnreported, workDateOf } from '@scheduler/scheduling';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { parseCsv } from '../csv/format.ts';

const ZONE = 'America/Indiana/Indianapolis';
const today = workDateOf(currentInstant(), ZONE);

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
  ada = await addPerson(db, { storeId, name: 'Ada Example', employeeNumber: 'US100001' });
  ben = await addPerson(db, { storeId, name: 'Ben Sample', employeeNumber: 'US100002' });
});

type Filter = Parameters<Client['events']['list']['query']>[0];
const numbers = async (filter: Filter) =>
  (await api.events.list.query(filter)).rows.map((row) => Number(row.event.eventNumber));

/** A Core event that somebody is planned for on a day, as a fact: rules are not asked. */
async function planned(number: number, employeeId: number, day: string): Promise<number> {
  const { db } = server.database;
  const eventId = await addEvent(db, {
    storeId,
    name: coreName(number),
    startsOn: addDays(day, -1),
    dueOn: addDays(day, 7),
  });
  await db.update(events).set({ condition: 'Scheduled' }).where(eq(events.id, eventId));
  const startsAt = instantAt(day, '10:45', ZONE);
  const endsAt = instantAt(day, '17:15', ZONE);
  await db.insert(schedules).values({ eventId, employeeId, startsAt, endsAt, workDate: day });
  return eventId;
}

describe('a list of events', () => {
  test('is narrowed down by person, by day of work or window, and by words in any order', async () => {
    await planned(600001, ada, '2026-01-05');
    await planned(600002, ben, '2026-01-08');
    await addEvent(server.database.db, { storeId, name: '600003-Zest-Lemon Cups (1)  - V2-CORE' });
    expect(await numbers({ employeeId: ben })).toEqual([600002]);
    expect(await numbers({ from: '2026-01-08', to: '2026-01-08', dates: 'work' })).toEqual([600002]);
    expect(await numbers({ from: '2026-01-12', to: '2026-01-12' })).toEqual([600002, 600003]);
    expect(await numbers({ text: 'cups  zest' })).toEqual([600003]);
    expect(await numbers({ text: 'cups acme' })).toEqual([]);
  });

  test('comes in the order that is asked for, with what has no value last both ways', async () => {
    await planned(600001, ben, '2026-01-05');
    await planned(600002, ada, '2026-01-08');
    await addEvent(server.database.db, { storeId, name: coreName(600003) });
    expect(await numbers({ sort: 'work' })).toEqual([600001, 600002, 600003]);
    expect(await numbers({ sort: 'work', descending: true })).toEqual([600002, 600001, 600003]);
    expect(await numbers({ sort: 'person' })).toEqual([600002, 600001, 600003]);
    expect(await numbers({ sort: 'name', descending: true, limit: 1, offset: 1 })).toEqual([600002]);
  });

  test('takes an event that has nothing to tell Crossmark for a settled one, but not one that is gone', async () => {
    const { db } = server.database;
    const eventId = await planned(600001, ada, '2026-01-05');
    await db.insert(eventSyncs).values({ eventId, state: 'failed' });
    await addEvent(db, { storeId, name: coreName(600002) });
    const gone = await addEvent(db, { storeId, name: coreName(600003) });
    await db.update(events).set({ goneSince: '2026-01-02T00:00:00.000Z' }).where(eq(events.id, gone));
    expect(await numbers({ syncStates: ['synced'] })).toEqual([600002]);
    expect(await numbers({ syncStates: ['synced', 'failed'], sort: 'name' })).toEqual([600001, 600002]);
    expect(await numbers({ syncStates: ['failed'] })).toEqual([600001]);
  });

  test('is exported as it is shown: the same events in the same order, all pages, and importable', async () => {
    await planned(600001, ben, '2026-01-05');
    await planned(600002, ada, '2026-01-08');
    await addEvent(server.database.db, { storeId, name: coreName(600003) });
    const filter: Filter = { sort: 'person', from: '2026-01-01', to: '2026-01-31' };
    const rows = parseCsv(await api.csv.exportEvents.query(filter));
    expect(rows.map((row) => Number(row.name.slice(0, 6)))).toEqual(await numbers(filter));
    expect(rows.map((row) => row.value?.schedule?.employeeNumber)).toEqual([
      'US100001',
      'US100002',
      undefined,
    ]);
    const counts = (await api.csv.preview.mutate({ text: await api.csv.exportEvents.query(filter) })).counts;
    expect(counts).toMatchObject({ new: 0, changed: 0, same: 3, error: 0 });
  });
});

describe('unreported work', () => {
  test('is what the rule says, by the day of the plan here', async () => {
    const { db } = server.database;
    const expected: number[] = [];
    let number = 600_100;
    for (const workDate of [-16, -15, -14, -13, -1, 0, 1].map((days) => addDays(today, days))) {
      for (const condition of CONDITIONS) {
        number += 1;
        const eventId = await planned(number, ada, workDate);
        await db.update(events).set({ condition }).where(eq(events.id, eventId));
        if (isUnreported({ workDate, condition }, today)) expected.push(number);
      }
    }
    expect(expected.length).toBeGreaterThan(0);
    expect(await numbers({ unreported: true, sort: 'name' })).toEqual(expected);
  });

  test('is also what Crossmark alone has booked, by the store’s day, unless that booking is being taken back', async () => {
    const { db } = server.database;
    // Late in the evening: in UTC it is the day after.
    const yesterdayLate = instantAt(addDays(today, -1), '23:30', ZONE);
    for (const [number, wantedVersion] of [
      [600001, 0],
      [600002, 1],
    ] as const) {
      const eventId = await addEvent(db, { storeId, name: coreName(number) });
      await db.update(events).set({ condition: 'Staffed' }).where(eq(events.id, eventId));
      await db.insert(eventSyncs).values({
        eventId,
        wantedVersion,
        bookingId: String(50_000_000 + number) as BookingId,
        bookedRepId: '100900' as RepId,
        bookedStartsAt: yesterdayLate,
      });
    }
    expect(await numbers({ unreported: true })).toEqual([600001]);
    expect((await api.events.list.query({ unreported: true })).rows).toMatchObject([{ reissuable: true }]);
  });

  test('may be opened again where it is over and Crossmark still lists it', async () => {
    const { db } = server.database;
    const reissuable = async (eventId: number) => (await api.events.get.query({ eventId })).reissuable;
    const over = await planned(600001, ada, addDays(today, -1));
    expect(await reissuable(over)).toBe(true);
    expect(await reissuable(await planned(600002, ada, today))).toBe(false);
    const reported = await addEvent(db, { storeId, name: coreName(600003) });
    expect(await reissuable(reported)).toBe(false);
    await db.update(events).set({ condition: 'Submitted' }).where(eq(events.id, reported));
    expect(await reissuable(reported)).toBe(true);
    await db.update(events).set({ goneSince: '2026-01-02T00:00:00.000Z' }).where(eq(events.id, over));
    expect(await reissuable(over)).toBe(false);
  });
});

describe('options of a reissue', () => {
  test('judge people by the expiry in place of the window, as the save does', async () => {
    const { db } = server.database;
    const eventId = await planned(600001, ada, '2026-01-05');
    await db.update(events).set({ condition: 'Submitted' });
    await db.insert(eventSyncs).values({
      eventId,
      state: 'synced',
      wantedVersion: 1,
      syncedVersion: 1,
      bookingId: bookingId('50000001'),
    });
    const ask = async (day: string, expiresOn?: string) => {
      const { people } = await api.events.options.query({ eventId, day, ...(expiresOn && { expiresOn }) });
      return people.map((person) => person.reasonsBySlot['10:45']?.map((reason) => reason.code));
    };
    expect(await ask('2026-02-02')).toEqual([
      expect.arrayContaining(['window']),
      expect.arrayContaining(['window']),
    ]);
    expect(await ask('2026-02-02', '2026-02-03')).toEqual([[], []]);
    expect(await ask('2026-02-03', '2026-02-03')).toEqual([['window'], ['window']]);
    const startsAt = instantAt('2026-02-02', '10:45', ZONE);
    const saved = await api.schedules.reissue.mutate({
      eventId,
      employeeId: ben,
      startsAt,
      expiresOn: '2026-02-03',
    });
    // Moving it is held against the expiry as well.
    const { people, lastDay } = await api.events.options.query({ eventId, scheduleId: saved.scheduleId });
    expect(lastDay).toBe('2026-02-02');
    expect(people.map((person) => person.reasonsBySlot['10:45'])).toEqual([[], []]);
    const later = await refusalOf(
      api.events.options.query({ eventId, day: '2026-02-02', expiresOn: 'tomorrow' }),
    );
    expect(later.message).toMatch(/expiresOn must be a day/);
  });
});
