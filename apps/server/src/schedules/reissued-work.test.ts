import { bookingId } from '@scheduler/crossmark';
import { eventSyncs, schedules } from '@scheduler/db';
import { addDays, instantAt, weekStart } from '@scheduler/scheduling';
import { parse } from 'csv-parse/sync';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  empty,
  need,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { read } from '../../test/rfc.ts';
import { todayAt } from '../stores/stores.ts';

const ZONE = 'America/Indiana/Indianapolis';
const today = todayAt(ZONE);
const worked = addDays(today, -7);
const again = addDays(today, 1);

let server: TestServer;
let api: Client;
let storeId: number;
let ann: number;
let ben: number;
let eventId: number;

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
});
afterAll(() => server.close());
/** Ann worked a Core a week ago, and it was reissued to Ben for tomorrow. */
beforeEach(async () => {
  await empty(server.database);
  const { db, sql: raw } = server.database;
  storeId = await addStore(db);
  ann = await addPerson(db, { storeId, name: 'Ann Example' });
  ben = await addPerson(db, { storeId, name: 'Ben Sample' });
  eventId = await addEvent(db, { storeId, startsOn: worked, dueOn: addDays(today, 20) });
  const startsAt = instantAt(worked, '10:45', ZONE);
  await raw`insert into schedules (event_id, employee_id, starts_at, ends_at, work_date, source)
    values (${eventId}, ${ann}, ${startsAt}, ${startsAt}::timestamptz + interval '390 minutes', ${worked}, 'board')`;
  await db.insert(eventSyncs).values({
    eventId,
    state: 'synced',
    wantedVersion: 1,
    syncedVersion: 1,
    bookingId: bookingId('50000001'),
  });
  await api.schedules.reissue.mutate({
    eventId,
    employeeId: ben,
    startsAt: instantAt(again, '10:45', ZONE),
    expiresOn: addDays(today, 5),
    includeResponses: false,
  });
});

const reportOf = (day: string) => api.reports.get.query({ storeId, from: day, to: day });
const monthOf = async (day: string, employeeId: number) => {
  const { people } = await api.attendance.month.query({ storeId, month: day.slice(0, 7) });
  return need(people.find((person) => person.employeeId === employeeId));
};
const fairnessOf = async (employeeId: number) => {
  const { week } = await api.plan.fairness.query({ storeId, weekOf: worked });
  return week.find((person) => person.employeeId === employeeId);
};
/** What is told of Ann's work, wherever work that was done is counted. */
async function expectAnnsWork() {
  const { weeks, people } = await reportOf(worked);
  expect(weeks[0]?.weekOf).toBe(weekStart(worked));
  const hers = people.find(({ employeeId }) => employeeId === ann);
  expect(hers).toMatchObject({ minutes: 390, days: 1, cores: 1 });
  expect(await monthOf(worked, ann)).toMatchObject({
    workDays: expect.arrayContaining([worked]),
    unmarked: 1,
  });
  const csv = await api.attendance.export.query({ storeId, month: worked.slice(0, 7) });
  const rows = parse(csv, { bom: true }) as string[][];
  expect(rows.map((row) => row.slice(0, 4))).toContainEqual([
    worked,
    'Ann Example',
    'Event Specialist',
    'not marked',
  ]);
  expect(await fairnessOf(ann)).toMatchObject({ minutes: 390, days: 1, cores: 1 });
  const week = await api.employees.week.query({ employeeId: ann, weekOf: worked });
  expect(week.schedules).toMatchObject([{ eventId, workDate: worked, syncState: 'synced' }]);
  const sheets = await api.employees.sheets.query({ employeeId: ann, weekOf: worked });
  expect(sheets.people[0]?.schedules).toMatchObject([{ eventId, workDate: worked }]);
  const { token } = await api.feeds.makeOfPerson.mutate({
    employeeId: ann,
    replaces: (await api.feeds.ofPerson.query({ employeeId: ann }))?.id ?? null,
  });
  const feed = await fetch(`${server.url}/api/feeds/${token}.ics`);
  const entries = read(await feed.text()).map((entry) => [
    entry.startDate.toJSDate().toISOString(),
    entry.component.getFirstPropertyValue('status'),
  ]);
  expect(entries).toEqual([[instantAt(worked, '10:45', ZONE), 'CONFIRMED']]);
}

test('work that was done stays its person’s when it is reissued, and whatever becomes of that', async () => {
  const { db } = server.database;
  await expectAnnsWork();
  // Crossmark moved the new booking, so the schedule is no reissue that is due any more.
  await db
    .update(schedules)
    .set({ reissueOf: null, reissueExpiresOn: null, reissueResponses: null })
    .where(eq(schedules.employeeId, ben));
  await expectAnnsWork();
  const { schedules: live } = await api.employees.week.query({ employeeId: ben, weekOf: again });
  const { scheduleId, version } = need(live[0]);
  await api.schedules.unschedule.mutate({ scheduleId, version });
  await expectAnnsWork();
});

test('a reissue after publishing is added for who gets it, and nothing was taken from who did the work', async () => {
  const none = { moved: 0, reassigned: 0, unscheduled: 0, added: 0 };
  const { people } = await api.reports.get.query({ storeId, from: worked, to: again });
  const changes = new Map(people.map((person) => [person.employeeId, person.changes]));
  expect(changes.get(ann)).toEqual(none);
  expect(changes.get(ben)).toEqual({ ...none, added: 1 });
});

test('a schedule that ended before it was over was not worked', async () => {
  await server.database.db
    .update(schedules)
    .set({ endedAt: sql`${schedules.startsAt}`, createdAt: sql`${schedules.startsAt}` })
    .where(eq(schedules.employeeId, ann));
  await server.database.db
    .update(schedules)
    .set({ createdAt: instantAt(worked, '10:45', ZONE) })
    .where(eq(schedules.employeeId, ben));
  const { people } = await reportOf(worked);
  expect(people.find(({ employeeId }) => employeeId === ann)?.minutes ?? 0).toBe(0);
  expect(await fairnessOf(ann)).toMatchObject({ minutes: 0 });
});
