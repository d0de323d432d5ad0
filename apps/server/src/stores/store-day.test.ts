import { connect, type Database, employees, schedules, stores } from '@scheduler/db';
import { createTestDatabase, moveClock, type TestDatabase } from '@scheduler/db/testing';
import { clockOffsetMs, currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { addDays, instantAt } from '@scheduler/scheduling';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addEvent, addPerson, addStore } from '../../test/fixture.ts';
import { addTimeOff } from '../employees/availability.ts';
import { listEmployees } from '../employees/employees.ts';
import { todayAt } from './stores.ts';

const ACTOR = { id: 'test', name: 'A test', requestId: 'test' };

/** The evening of a year's last day in Indianapolis; in UTC and in Auckland the year is over. */
const EVENING = '2026-12-31T23:30:00-05:00';

let database: TestDatabase;
let moved: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  await moveClock(database.url, Date.parse(EVENING) - (currentTimeMs() - clockOffsetMs));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(EVENING) - clockOffsetMs });
  moved = connect(database.url, { max: 2 });
});
afterAll(async () => {
  vi.useRealTimers();
  await moved?.close();
  await database?.close();
});

test.each([
  ['America/Indiana/Indianapolis', '2026-12-31'],
  ['Pacific/Auckland', '2027-01-01'],
  ['UTC', '2027-01-01'],
])(
  'at 23:30 in Indianapolis, the day of a store in %s is %s, in TypeScript and in SQL',
  async (timeZone, today) => {
    const { db } = moved;
    await moved.sql`truncate stores cascade`;
    const storeId = await addStore(db);
    await db.update(stores).set({ timeZone });
    expect(currentInstant()).toBe(new Date(EVENING).toISOString());
    expect(todayAt(timeZone)).toBe(today);

    const person = (name: string) => addPerson(db, { storeId, name });
    const [left, leaves] = [await person('Left yesterday'), await person('Leaves today')];
    for (const [id, terminatedOn] of [
      [left, addDays(today, -1)],
      [leaves, today],
    ] as const)
      await db.update(employees).set({ terminatedOn }).where(eq(employees.id, id));
    expect((await listEmployees(db, { includeRetired: false }, null)).map(({ name }) => name)).toEqual([
      'Leaves today',
    ]);

    for (const workDate of [addDays(today, -1), today])
      await db.insert(schedules).values({
        eventId: await addEvent(db, { storeId, startsOn: '2026-12-01', dueOn: '2027-02-01' }),
        employeeId: leaves,
        startsAt: instantAt(workDate, '10:45', timeZone),
        endsAt: instantAt(workDate, '17:15', timeZone),
        workDate,
      });
    const week = { startsOn: addDays(today, -3), endsOn: addDays(today, 3), reason: 'Away' };
    const saved = await addTimeOff(db, ACTOR, { employeeId: leaves, version: 1, ...week });
    expect(saved.broken.map(({ workDate }) => workDate)).toEqual([today]);
  },
);
