import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  empty,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';

/** A Sunday. */
const SUNDAY = '2026-01-04';

let server: TestServer;
let viewer: Client;
let here: number;
let there: number;
let ada: number;
let bea: number;

beforeAll(async () => {
  server = await startTestServer();
  viewer = await server.as('viewer');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  here = await addStore(server.database.db);
  there = await addStore(server.database.db, '8200');
  ada = await addPerson(server.database.db, { storeId: here, name: 'Ada Example' });
  bea = await addPerson(server.database.db, { storeId: here, name: 'Bea Example' });
});

const schedule = async (employeeId: number, day: string, startsAt: string, storeId = here) => {
  const eventId = await addEvent(server.database.db, { storeId });
  await server.database
    .sql`insert into schedules (event_id, employee_id, starts_at, ends_at, work_date, source)
    values (${eventId}, ${employeeId}, ${startsAt}, ${startsAt}::timestamptz + interval '6 hours', ${day}, 'board')`;
  return eventId;
};

test('a person’s sheet has their work of one or two weeks, wherever it is, and what lasts into them', async () => {
  // 10 PM on Saturday, until 4 AM on Sunday.
  const lasting = await schedule(ada, '2026-01-03', '2026-01-04T03:00:00Z');
  const first = await schedule(ada, '2026-01-05', '2026-01-05T15:45:00Z');
  const elsewhere = await schedule(ada, '2026-01-10', '2026-01-10T15:45:00Z', there);
  const later = await schedule(ada, '2026-01-17', '2026-01-17T15:45:00Z');
  await schedule(ada, '2026-01-18', '2026-01-18T15:45:00Z');
  await schedule(bea, '2026-01-05', '2026-01-05T16:15:00Z');

  const one = await viewer.employees.sheets.query({ employeeId: ada, weekOf: '2026-01-07' });
  expect(one.days).toEqual(
    Array.from({ length: 7 }, (_, index) => `2026-01-${String(4 + index).padStart(2, '0')}`),
  );
  expect(one.people.map(({ id }) => id)).toEqual([ada]);
  expect(one.people[0]?.schedules.map(({ eventId }) => eventId)).toEqual([lasting, first, elsewhere]);
  expect(one.people[0]?.schedules.at(-1)?.otherStore).toMatchObject({ number: '8200' });

  const two = await viewer.employees.sheets.query({ employeeId: ada, weekOf: SUNDAY, weeks: 2 });
  expect([two.days.length, two.days.at(-1)]).toEqual([14, '2026-01-17']);
  expect(two.people[0]?.schedules.at(-1)?.eventId).toBe(later);
});

test('everybody’s sheets are those of the store’s people and of guests with work there, without those who left', async () => {
  const guest = await addPerson(server.database.db, { storeId: there, name: 'Guy Example' });
  const stranger = await addPerson(server.database.db, { storeId: there, name: 'Sam Example' });
  await schedule(guest, '2026-01-06', '2026-01-06T15:45:00Z');
  await server.database.sql`update employees set terminated_on = '2026-01-03' where id = ${bea}`;
  const idsOf = async (weekOf: string) =>
    (await viewer.employees.sheets.query({ storeId: here, weekOf })).people.map(({ id }) => id);
  expect(await idsOf(SUNDAY)).toEqual([ada, guest]);
  expect(await idsOf('2025-12-28')).toEqual([ada, bea]);
  expect(
    (await viewer.employees.sheets.query({ storeId: there, weekOf: SUNDAY })).people.map(({ id }) => id),
  ).toEqual([guest, stranger]);
  // Bea has left, but her own sheet can still be printed.
  expect((await viewer.employees.sheets.query({ employeeId: bea, weekOf: SUNDAY })).people).toHaveLength(1);
});
