import { auditLog } from '@scheduler/db';
import { addDays, instantAt } from '@scheduler/scheduling';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  empty,
  need,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { todayAt } from '../stores/stores.ts';

const ZONE = 'America/Indiana/Indianapolis';
const today = todayAt(ZONE);
const yesterday = addDays(today, -1);
const month = today.slice(0, 7);

let server: TestServer;
let dispatcher: Client;
let viewer: Client;
let storeId: number;
let ada: number;
let bea: number;

beforeAll(async () => {
  server = await startTestServer();
  dispatcher = await server.as('dispatcher');
  viewer = await server.as('viewer');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  storeId = await addStore(server.database.db);
  ada = await addPerson(server.database.db, { storeId, name: 'Ada Example' });
  bea = await addPerson(server.database.db, { storeId, name: 'Bea Example' });
});

const record = (
  status: 'on_time' | 'late' | 'called_in' | 'no_show' | 'excused',
  more: { employeeId?: number; day?: string; version?: number | null; note?: string } = {},
) => dispatcher.attendance.record.mutate({ employeeId: ada, day: today, version: null, status, ...more });
const dayOf = (day: string) => viewer.day.get.query({ storeId, day });
const monthOf = (more: { employeeId?: number } = {}) =>
  viewer.attendance.month.query({ storeId, month, ...more });
/** Schedules work for today's Core, which may have begun. */
const scheduleToday = async (employeeId: number) => {
  const eventId = await addEvent(server.database.db, { storeId, startsOn: today, dueOn: addDays(today, 20) });
  const startsAt = instantAt(today, '10:45', ZONE);
  await server.database
    .sql`insert into schedules (event_id, employee_id, starts_at, ends_at, work_date, source)
    values (${eventId}, ${employeeId}, ${startsAt}, ${startsAt}::timestamptz + interval '6 hours', ${today}, 'board')`;
  return eventId;
};

test('a day is recorded, changed and taken back, each time with its version, and the audit log tells it', async () => {
  const first = await record('late', { note: 'Flat tire' });
  expect(first).toEqual({
    employeeId: ada,
    day: today,
    status: 'late',
    note: 'Flat tire',
    version: expect.any(Number),
    recordedBy: 'Dispatcher Person',
    recordedAt: expect.any(String),
  });
  const second = await record('excused', { version: first.version });
  expect(second).toMatchObject({ status: 'excused', note: null });
  expect(second.version).toBeGreaterThan(first.version);
  expect((await dayOf(today)).attendance).toEqual([second]);
  await dispatcher.attendance.remove.mutate({ employeeId: ada, day: today, version: second.version });
  expect((await dayOf(today)).attendance).toEqual([]);
  const { entries } = await (await server.as('admin')).audit.list.query({
    object: 'employee',
    objectId: String(ada),
  });
  expect(entries.map(({ what }) => what)).toEqual([
    `removed the attendance of ${today}: excused`,
    `recorded excused on ${today} in place of late`,
    `recorded late on ${today}: Flat tire`,
  ]);
});

test('the same record once more changes nothing', async () => {
  const first = await record('late');
  expect(await record('late', { version: first.version })).toEqual(first);
  expect(await server.database.db.select().from(auditLog)).toHaveLength(1);
});

test('a record on which another user’s came first is refused, with what stands there now', async () => {
  const { version } = await record('late');
  const other = await refusalOf(record('on_time'));
  expect(other).toMatchObject({ code: 'CONFLICT', reason: { code: 'stale', currentVersion: version } });
  expect(other.message).toMatch(/^Dispatcher Person has recorded late for .* meanwhile\./);
  await dispatcher.attendance.remove.mutate({ employeeId: ada, day: today, version });
  const gone = await refusalOf(record('on_time', { version }));
  expect(gone).toMatchObject({ reason: { code: 'stale', currentVersion: null } });
  expect(gone.message).toMatch(/was removed meanwhile/);
  expect((await dayOf(today)).attendance).toEqual([]);
});

test('a version that was seen never stands for a later record of the day', async () => {
  const { version } = await record('late');
  await dispatcher.attendance.remove.mutate({ employeeId: ada, day: today, version });
  const theirs = await record('no_show');
  const stale = { code: 'CONFLICT', reason: { code: 'stale', currentVersion: theirs.version } };
  expect(
    await refusalOf(dispatcher.attendance.remove.mutate({ employeeId: ada, day: today, version })),
  ).toMatchObject(stale);
  expect(await refusalOf(record('on_time', { version }))).toMatchObject(stale);
  expect((await dayOf(today)).attendance).toEqual([theirs]);
});

test('of several first records at once, one is saved and the others are told', async () => {
  const answers = await Promise.allSettled([record('late'), record('on_time'), record('no_show')]);
  const saved = answers.filter(({ status }) => status === 'fulfilled');
  expect(saved).toHaveLength(1);
  for (const answer of answers) {
    if (answer.status === 'rejected') expect(answer.reason.message).toMatch(/meanwhile/);
  }
  expect((await dayOf(today)).attendance).toHaveLength(1);
  expect(await server.database.db.select().from(auditLog)).toHaveLength(1);
});

test('a day to come is refused, for the store’s today', async () => {
  const refusal = await refusalOf(record('on_time', { day: addDays(today, 1) }));
  expect(refusal).toMatchObject({ code: 'UNPROCESSABLE_CONTENT', reason: { code: 'not_allowed' } });
  expect(refusal.message).toMatch(/is still to come, .*Ada Example/);
});

test('somebody who has left can still be recorded, and is on the day and in the month', async () => {
  await server.database.sql`update employees set terminated_on = ${addDays(today, -100)} where id = ${ada}`;
  expect((await monthOf()).people.map(({ name }) => name)).toEqual(['Bea Example']);
  await record('no_show');
  expect((await dayOf(today)).people.map(({ name }) => name)).toContain('Ada Example');
  expect((await monthOf()).people.map(({ name }) => name)).toEqual(['Ada Example', 'Bea Example']);
});

test('a record outlives an unscheduling', async () => {
  await scheduleToday(ada);
  await record('called_in');
  await server.database.sql`update schedules set ended_at = app_now()`;
  expect((await dayOf(today)).attendance).toMatchObject([{ employeeId: ada, status: 'called_in' }]);
});

test('a month has counts, the rate of on time and the work that nobody marked', async () => {
  await scheduleToday(ada);
  await scheduleToday(bea);
  await record('on_time');
  const { people, ...all } = await monthOf();
  expect(all).toMatchObject({
    storeId,
    month,
    today,
    counts: { on_time: 1, late: 0, called_in: 0, no_show: 0, excused: 0 },
    onTimeRate: 1,
    unmarked: 1,
  });
  expect(all.days[0]).toBe(`${month}-01`);
  expect(people).toMatchObject([
    { employeeId: ada, workDays: [today], records: [{ status: 'on_time' }], unmarked: 0, onTimeRate: 1 },
    { employeeId: bea, workDays: [today], records: [], unmarked: 1, onTimeRate: null },
  ]);
  const one = await monthOf({ employeeId: bea });
  expect(one.people.map(({ employeeId }) => employeeId)).toEqual([bea]);
  expect(one).toMatchObject({ onTimeRate: null, unmarked: 1 });
});

test('the rate counts every record', async () => {
  const past = await server.as('dispatcher');
  for (const [index, status] of (['on_time', 'on_time', 'late', 'no_show'] as const).entries()) {
    await past.attendance.record.mutate({
      employeeId: ada,
      day: `2026-01-0${index + 1}`,
      version: null,
      status,
    });
  }
  const january = await viewer.attendance.month.query({ storeId, month: '2026-01' });
  expect(january.onTimeRate).toBe(0.5);
  expect(need(january.people[0]).records.map(({ day }) => day)).toEqual([
    '2026-01-01',
    '2026-01-02',
    '2026-01-03',
    '2026-01-04',
  ]);
});

test('the CSV file has every record and the days that nobody marked, and no formula', async () => {
  await scheduleToday(bea);
  await record('late', { note: '=1+1' });
  const csv = await viewer.attendance.export.query({ storeId, month });
  const rows = parse(csv, { bom: true, columns: true }) as Record<string, string>[];
  expect(rows).toEqual([
    {
      Day: today,
      Person: 'Ada Example',
      Role: expect.any(String),
      Status: 'late',
      Note: "'=1+1",
      'Recorded by': 'Dispatcher Person',
      'Recorded at (UTC)': expect.stringMatching(/^\d{4}-.*Z$/),
    },
    expect.objectContaining({ Day: today, Person: 'Bea Example', Status: 'not marked', Note: '' }),
  ]);
});

test('a person with a record is retired, not deleted', async () => {
  await record('late', { day: yesterday });
  const removed = await dispatcher.employees.delete.mutate({ employeeId: ada, version: 1 });
  expect(removed.outcome).toBe('retired');
  expect((await dayOf(yesterday)).attendance).toMatchObject([{ employeeId: ada, status: 'late' }]);
});

test('viewers look and record nothing', async () => {
  const refusal = await refusalOf(
    viewer.attendance.record.mutate({ employeeId: ada, day: today, version: null, status: 'late' }),
  );
  expect(refusal.code).toBe('FORBIDDEN');
  expect((await dayOf(today)).attendance).toEqual([]);
});
