import { auditLog, availabilityDates } from '@scheduler/db';
import { addDays, instantAt } from '@scheduler/scheduling';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  empty,
  jobs,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { todayAt } from '../stores/stores.ts';

const ZONE = 'America/Indiana/Indianapolis';
const today = todayAt(ZONE);
const day = (offset: number) => addDays(today, offset);
const at = (offset: number) => instantAt(day(offset), '10:45', ZONE);

let server: TestServer;
let api: Client;
let storeId: number;
let employeeId: number;

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  storeId = await addStore(server.database.db);
  employeeId = await addPerson(server.database.db, { storeId, name: 'Ada Example' });
});

const plan = async (offset: number) =>
  api.schedules.create.mutate({
    eventId: await addEvent(server.database.db, { storeId, startsOn: today, dueOn: day(30) }),
    employeeId,
    startsAt: at(offset),
  });

describe('the days on which somebody can work', () => {
  test('are asked for the day into which work goes on, yesterday’s too', async () => {
    const { db } = server.database;
    const late = async (offset: number) =>
      api.schedules.create.mutate({
        eventId: await addEvent(db, { storeId, startsOn: day(-5), dueOn: day(30) }),
        employeeId,
        startsAt: instantAt(day(offset), '22:00', ZONE),
      });
    const [yesterday, tonight] = [await late(-1), await late(3)];
    expect((await api.employees.get.query({ employeeId })).upcoming).toMatchObject([
      { scheduleId: yesterday.scheduleId, workDate: day(-1), lastDay: today },
      { scheduleId: tonight.scheduleId, workDate: day(3), lastDay: day(4) },
    ]);
    const saved = await api.employees.addTimeOff.mutate({
      employeeId,
      version: 1,
      startsOn: today,
      endsOn: today,
      reason: null,
    });
    expect(saved.broken).toMatchObject([
      { scheduleId: yesterday.scheduleId, message: expect.stringContaining('goes on until 4:30 AM') },
    ]);
    const next = await api.employees.addTimeOff.mutate({
      employeeId,
      version: 2,
      startsOn: day(4),
      endsOn: day(4),
      reason: null,
    });
    expect(next.broken).toMatchObject([{ scheduleId: tonight.scheduleId }]);
  });

  test('with new time off: what is planned there is told and stays, the board marks it, and the rules refuse more', async () => {
    const inside = await plan(3);
    await plan(5);
    const saved = await api.employees.addTimeOff.mutate({
      employeeId,
      version: 1,
      startsOn: day(2),
      endsOn: day(3),
      reason: 'Vacation',
    });
    expect(saved.employee.version).toBe(2);
    expect(saved.broken).toMatchObject([
      { scheduleId: inside.scheduleId, message: expect.stringContaining('time off') },
    ]);
    const board = await api.board.week.query({ weekOf: day(3) });
    expect(board.people[0]?.off).toContainEqual({ day: day(3), reason: 'Vacation' });
    expect(board.schedules.find((one) => one.scheduleId === inside.scheduleId)?.flags).toMatchObject([
      { code: 'time_off' },
    ]);
    expect((await refusalOf(plan(2))).reason.reasons).toMatchObject([{ code: 'time_off' }]);

    const [entry] = (await api.employees.get.query({ employeeId })).timeOff;
    const back = await api.employees.removeTimeOff.mutate({
      employeeId,
      version: 2,
      timeOffId: entry?.id ?? 0,
    });
    expect(back.broken).toEqual([]);
    await plan(2);
  });

  test('with hours off: only work that lasts into them is told, marked and refused, on each of the days', async () => {
    const inside = await plan(3);
    const hours = { fromTime: '13:00', untilTime: '17:00' };
    const saved = await api.employees.addTimeOff.mutate({
      employeeId,
      version: 1,
      startsOn: day(3),
      endsOn: day(4),
      reason: 'Dentist',
      ...hours,
    });
    expect(saved.broken).toMatchObject([
      {
        scheduleId: inside.scheduleId,
        message: expect.stringContaining('from 1:00 PM to 5:00 PM (Dentist)'),
      },
    ]);
    expect((await api.employees.get.query({ employeeId })).timeOff).toMatchObject([hours]);
    const part = { ...hours, reason: 'Dentist', isUsual: false };
    for (const on of [day(3), day(4)]) {
      const board = await api.board.week.query({ weekOf: on });
      const [person] = board.people;
      expect(person?.off.some((off) => off.day === on)).toBe(false);
      expect(person?.hoursOff).toContainEqual({ day: on, ...part });
      const { people } = await api.day.get.query({ day: on });
      expect(people[0]).toMatchObject({ off: null, hoursOff: [{ day: on, ...part }] });
      const week = await api.employees.week.query({ employeeId, weekOf: on });
      expect(week.hoursOff).toContainEqual({ day: on, ...part });
    }
    expect((await api.day.get.query({ day: day(3) })).schedules[0]?.flags).toMatchObject([
      { code: 'time_off' },
    ]);
    expect((await refusalOf(plan(4))).reason.reasons).toMatchObject([{ code: 'time_off' }]);
    const evening = await api.schedules.create.mutate({
      eventId: await addEvent(server.database.db, { storeId, startsOn: today, dueOn: day(30) }),
      employeeId,
      startsAt: instantAt(day(4), '17:00', ZONE),
    });
    expect(evening.scheduleId).toBeGreaterThan(0);
    await plan(5);
  });

  test('with usual hours: work beside them needs a reason, and the audit log tells the hours', async () => {
    const every = [true, true, true, true, true, true, true];
    const noon = { fromTime: '12:00', untilTime: null };
    const hours = every.map(() => noon);
    await api.employees.setAvailability.mutate({ employeeId, version: 1, pattern: null, hours });
    expect(await api.employees.get.query({ employeeId })).toMatchObject({
      pattern: every,
      patternHours: hours,
    });
    expect((await refusalOf(plan(3))).reason.reasons).toMatchObject([
      {
        code: 'pattern_unavailable',
        severity: 'soft',
        message: expect.stringContaining('works from 12:00 PM on '),
      },
    ]);
    const board = await api.board.week.query({ weekOf: day(3) });
    expect(board.people[0]?.hoursOff).toContainEqual({
      day: day(3),
      fromTime: null,
      untilTime: '12:00',
      reason: expect.stringContaining('works from 12:00 PM on '),
      isUsual: true,
    });
    await api.employees.setAvailability.mutate({ employeeId, version: 2, pattern: every, hours: null });
    await plan(3);
    const [set] = await server.database.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.action, 'employee.availability'))
      .orderBy(auditLog.id);
    expect(set?.after).toMatchObject({ pattern: expect.stringMatching(/^Sun 12:00–24:00 Mon 12:00–24:00 /) });
  });

  test('follow the precedence: a freed date beats a range, a range the pattern, time off beats them all', async () => {
    let version = 1;
    const step = async (saved: Promise<{ employee: { version: number } }>) => {
      version = (await saved).employee.version;
    };
    const off = async () =>
      (await api.board.week.query({ weekOf: day(3) })).people[0]?.off.find((one) => one.day === day(3));
    const never = [false, false, false, false, false, false, false];
    await step(api.employees.setAvailability.mutate({ employeeId, version, pattern: never }));
    expect(await off()).toBeDefined();
    const week = { startsOn: day(1), endsOn: day(9), reason: 'Exam week' };
    await step(api.employees.addRange.mutate({ employeeId, version, available: true, ...week }));
    expect(await off()).toBeUndefined();
    await step(api.employees.addRange.mutate({ employeeId, version, available: false, ...week }));
    expect(await off()).toMatchObject({ reason: 'Exam week' });
    const date = { day: day(3), reason: null };
    await step(api.employees.setDate.mutate({ employeeId, version, ...date }));
    expect(await off()).toBeUndefined();
    await step(api.employees.addTimeOff.mutate({ employeeId, version, ...week }));
    expect(await off()).toBeDefined();
    const detail = await api.employees.get.query({ employeeId });
    await step(
      api.employees.removeTimeOff.mutate({ employeeId, version, timeOffId: detail.timeOff[0]?.id ?? 0 }),
    );
    // Blocked, as days were before.
    await server.database.db
      .update(availabilityDates)
      .set({ available: false })
      .where(eq(availabilityDates.employeeId, employeeId));
    expect(await off()).toMatchObject({ reason: 'Not available' });
    await step(api.employees.removeDate.mutate({ employeeId, version, day: day(3) }));
    for (const range of detail.ranges) {
      await step(api.employees.removeRange.mutate({ employeeId, version, rangeId: range.id }));
    }
    await step(api.employees.setAvailability.mutate({ employeeId, version, pattern: null }));
    expect(await off()).toBeUndefined();
    expect(await api.employees.get.query({ employeeId })).toMatchObject({
      pattern: null,
      ranges: [],
      dates: [],
      timeOff: [],
    });
  });

  test('are refused to whoever saw older ones, with who changed what, and who did is kept', async () => {
    const admin = await server.as('admin');
    await admin.employees.addTimeOff.mutate({ employeeId, version: 1, startsOn: day(1), endsOn: day(1) });
    const refused = await refusalOf(api.employees.setDate.mutate({ employeeId, version: 1, day: day(1) }));
    expect(refused.message).toContain('Admin Person changed the time off');
    expect(refused.reason).toMatchObject({ code: 'stale', currentVersion: 2 });
    expect(
      await server.database.db.select().from(auditLog).where(eq(auditLog.subjectType, 'employee')),
    ).toMatchObject([
      {
        action: 'employee.time_off',
        actorName: 'Admin Person',
        before: { timeOff: 'none', version: 1 },
        after: { timeOff: day(1), version: 2 },
      },
    ]);
    expect(await jobs(server.database.db)).toEqual([]);
  });

  test('are decided by whoever comes first: work planned at the same moment is told, or refused', async () => {
    const [off, planned] = await Promise.allSettled([
      api.employees.addTimeOff.mutate({ employeeId, version: 1, startsOn: day(4), endsOn: day(4) }),
      plan(4),
    ]);
    expect(off.status).toBe('fulfilled');
    const told = off.status === 'fulfilled' ? off.value.broken.length : 0;
    expect(told).toBe(planned.status === 'fulfilled' ? 1 : 0);
  });
});
