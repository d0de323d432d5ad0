import { bookingId } from '@scheduler/crossmark';
import { auditLog, employees, eventSyncs, events, holidays, schedules, timeOff } from '@scheduler/db';
import { inScope } from '@scheduler/runtime';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  everything,
  itIs,
  jobs,
  live,
  need,
  refusalOf,
  startTestServer,
  supervisorName,
  type TestServer,
} from '../../test/fixture.ts';
import { changeSchedules } from './change-many.ts';
import { createSchedule, createSchedules } from './create.ts';

/** 10:45 AM, 11:15 AM and noon of Monday 5 January 2026 in the club. */
const MON_1045 = '2026-01-05T15:45:00.000Z';
const MON_1115 = '2026-01-05T16:15:00.000Z';
const MON_NOON = '2026-01-05T17:00:00.000Z';
const TUE_1045 = '2026-01-06T15:45:00.000Z';
const TUE_NOON = '2026-01-06T17:00:00.000Z';

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
  storeId = await addStore(server.database.db);
  ada = await addPerson(server.database.db, { storeId, name: 'Ada Example' });
  ben = await addPerson(server.database.db, { storeId, name: 'Ben Sample' });
});

const event = (name?: string, window?: { startsOn: string; dueOn: string }) =>
  addEvent(server.database.db, { storeId, ...(name ? { name } : {}), ...window });
const schedule = (eventId: number, employeeId = ada, startsAt = MON_1045) =>
  api.schedules.create.mutate({ eventId, employeeId, startsAt });
const conditionOf = async (eventId: number) =>
  (await server.database.db.query.events.findFirst({ where: eq(events.id, eventId) }))?.condition;
const board = (day = '2026-01-05') => api.board.week.query({ weekOf: day });

describe('work that passes midnight', () => {
  /** 10 PM on Saturday 10 January; until 4:30 AM on Sunday. */
  const SAT_2200 = '2026-01-11T03:00:00.000Z';
  const offOnSunday = (employeeId: number) =>
    server.database.db
      .insert(timeOff)
      .values({ employeeId, startsOn: '2026-01-11', endsOn: '2026-01-11', reason: null });

  test('is refused for who is off the next day: alone, in bulk, moved, given over and in a trade', async () => {
    itIs('2026-01-02T15:00:00.000Z');
    await offOnSunday(ada);
    const seen = ({ scheduleId, version }: { scheduleId: number; version: number }) => ({
      scheduleId,
      version,
    });
    const [first, second, third] = [await event(), await event(), await event()];
    expect((await refusalOf(schedule(first, ada, SAT_2200))).reason.reasons).toMatchObject([
      { code: 'time_off', message: expect.stringContaining('goes on until 4:30 AM on Sun Jan 11') },
      { code: 'unusual_start' },
    ]);
    const several = await api.schedules.createMany.mutate({
      items: [{ eventId: first, employeeId: ada, startsAt: SAT_2200 }],
    });
    expect(several).toMatchObject([
      { saved: null, message: expect.stringContaining('has time off on Sun Jan 11') },
    ]);
    const mine = await schedule(second, ada, MON_1045);
    expect(
      (await refusalOf(api.schedules.reschedule.mutate({ ...seen(mine), startsAt: SAT_2200 }))).reason
        .reasons,
    ).toMatchObject([{ code: 'time_off' }, { code: 'unusual_start' }]);
    const bens = await schedule(third, ben, SAT_2200);
    expect(
      (await refusalOf(api.schedules.changeEmployee.mutate({ ...seen(bens), employeeId: ada }))).reason
        .reasons,
    ).toMatchObject([{ code: 'time_off' }, { code: 'unusual_start' }]);
    expect(await api.schedules.tradePreview.query({ a: seen(mine), b: seen(bens) })).toMatchObject({
      allowed: false,
    });
  });

  test('from Crossmark is marked on the board, and the board tells of the Sunday after its week', async () => {
    const saved = await schedule(await event(), ada, SAT_2200);
    await offOnSunday(ada);
    await server.database.db
      .insert(holidays)
      .values({ day: '2026-01-11', name: 'Stocktaking', yearly: false });
    const week = await board('2026-01-10');
    expect(week.schedules.find(({ scheduleId }) => scheduleId === saved.scheduleId)?.flags).toMatchObject([
      { code: 'holiday' },
      { code: 'time_off' },
    ]);
    expect(week.holidays).toEqual([{ day: '2026-01-11', name: 'Stocktaking' }]);
    expect(week.people.find(({ id }) => id === ada)?.timeOff).toHaveLength(1);
  });
});

describe('open work', () => {
  test('of other weeks is counted beside the week’s own', async () => {
    await event(undefined, { startsOn: '2026-01-12', dueOn: '2026-01-14' });
    await event(undefined, { startsOn: '2026-01-19', dueOn: '2026-01-21' });
    const gone = await event(undefined, { startsOn: '2026-01-20', dueOn: '2026-01-21' });
    await server.database.db.update(events).set({ condition: 'Canceled' }).where(eq(events.id, gone));
    const around = async (day: string) => {
      const { tray, openElsewhere } = await board(day);
      return [tray.length, openElsewhere.earlier, openElsewhere.later, openElsewhere.next];
    };
    expect(await around('2026-01-05')).toEqual([0, 0, 2, 1]);
    expect(await around('2026-01-12')).toEqual([1, 0, 1, 1]);
    expect(await around('2026-01-19')).toEqual([1, 1, 0, 0]);
    expect(await around('2026-01-26')).toEqual([0, 2, 0, 0]);
    await schedule(await event(), ada);
    expect(await around('2026-01-26')).toEqual([0, 2, 0, 0]);
  });
});

describe('scheduling', () => {
  test('saves the schedule, its condition, its wish, its audit row and its job together', async () => {
    const eventId = await event();
    const saved = await schedule(eventId);
    expect(saved).toMatchObject({ eventId, version: 1, paired: null });
    const { db } = server.database;
    expect(await live(db)).toMatchObject([
      {
        eventId,
        employeeId: ada,
        startsAt: MON_1045,
        // 390 minutes, lunch included.
        endsAt: '2026-01-05T22:15:00.000Z',
        workDate: '2026-01-05',
        source: 'board',
      },
    ]);
    expect(await conditionOf(eventId)).toBe('Scheduled');
    expect(await db.query.eventSyncs.findFirst()).toMatchObject({ state: 'pending', wantedVersion: 1 });
    expect(await jobs(db)).toEqual([`sync_schedule event:${eventId}`]);
    expect(await db.query.auditLog.findFirst()).toMatchObject({
      action: 'schedule.create',
      actorName: 'Dispatcher Person',
      subjectId: String(saved.scheduleId),
      after: { employeeName: 'Ada Example', version: 1 },
    });
  });

  test('that rolls back at its end leaves no schedule and no job', async () => {
    const eventId = await event();
    const { db } = server.database;
    const before = await everything(db);
    // Raises when everything is written, at the very commit.
    await db.execute(sql`create function refuse_commit() returns trigger language plpgsql as
      $$ begin raise exception 'secret of the database'; end $$`);
    await db.execute(sql`create constraint trigger refuse_commit after insert on schedules
      deferrable initially deferred for each row execute function refuse_commit()`);
    const refused = await refusalOf(schedule(eventId));
    await db.execute(sql`drop function refuse_commit() cascade`);
    expect(refused.code).toBe('INTERNAL_SERVER_ERROR');
    expect(refused.message).toMatch(/^Something went wrong here, and nothing was saved/);
    expect(JSON.stringify(refused)).not.toContain('secret of the database');
    expect(await everything(db)).toEqual(before);
  });

  test('of one event by two at once makes one live schedule, and the second is told who has it', async () => {
    const eventId = await event();
    const results = await Promise.allSettled([schedule(eventId, ada), schedule(eventId, ben)]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await live(server.database.db)).toHaveLength(1);
    const second = await refusalOf(schedule(eventId, ben, TUE_1045));
    expect(second.reason.reasons?.map((reason) => reason.code)).toContain('already_scheduled');
    expect(second.message).toMatch(/already scheduled.*Mon Jan 5, 10:45 AM/);
    expect(await jobs(server.database.db)).toHaveLength(1);
  });

  test('of a second Core for one person and day by two at once: the second is told of the first', async () => {
    for (const day of ['05', '06', '07', '08', '09']) {
      const [first, second] = [await event(coreName(600001)), await event(coreName(600002))];
      const results = await Promise.allSettled([
        schedule(first, ada, `2026-01-${day}T15:45:00.000Z`),
        schedule(second, ada, `2026-01-${day}T23:00:00.000Z`),
      ]);
      expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
      const rejected = results.find((result) => result.status === 'rejected');
      const refused = await refusalOf(Promise.reject(rejected?.reason));
      expect(refused.reason.code).toBe('needs_reason');
      expect(refused.reason.reasons?.map((reason) => reason.code)).toContain('second_core');
      expect(refused.message).toContain('Ada Example already has a Core');
    }
    expect(await live(server.database.db)).toHaveLength(5);
  });

  test('against a soft rule is possible with a reason, which is kept', async () => {
    await schedule(await event(coreName(600001)));
    const second = await event(coreName(600002));
    const startsAt = '2026-01-05T23:00:00.000Z';
    await api.schedules.create.mutate({
      eventId: second,
      employeeId: ada,
      startsAt,
      overrideReason: 'nobody else is free',
    });
    const { db } = server.database;
    expect((await live(db)).at(-1)?.overrideReason).toBe('nobody else is free');
    const rows = await db.select().from(auditLog).orderBy(asc(auditLog.id));
    expect(rows.at(-1)?.after).toMatchObject({
      overrideReason: 'nobody else is free',
      overridden: [expect.stringContaining('already has a Core')],
    });
  });

  test('against a hard rule is not possible, not even with a reason, and all that speaks against it is said at once', async () => {
    const eventId = await event();
    const { db } = server.database;
    await db
      .insert(timeOff)
      .values({ employeeId: ada, startsOn: '2026-01-20', endsOn: '2026-01-20', reason: 'dentist' });
    await db.insert(holidays).values({ day: '2026-01-20', name: 'Stocktaking' });
    const before = await everything(db);
    const refused = await refusalOf(
      api.schedules.create.mutate({
        eventId,
        employeeId: ada,
        startsAt: '2026-01-20T15:45:00.000Z',
        overrideReason: 'please',
      }),
    );
    expect(refused.code).toBe('UNPROCESSABLE_CONTENT');
    expect(refused.reason.code).toBe('rules');
    const codes = refused.reason.reasons?.map((reason) => reason.code);
    expect(codes).toEqual(expect.arrayContaining(['window', 'time_off', 'holiday']));
    expect(refused.message).toContain('dentist');
    expect(refused.message).toContain('Stocktaking');
    expect(await everything(db)).toEqual(before);
  });

  test('an event that Crossmark has booked for an unknown rep is refused with that name', async () => {
    const eventId = await event();
    const { db } = server.database;
    await db.execute(
      sql`insert into event_syncs (event_id, booking_id, booked_rep_names) values (${eventId}, '555', 'ZED UNKNOWN')`,
    );
    const refused = await refusalOf(schedule(eventId));
    expect(refused.message).toContain('ZED UNKNOWN');
    expect((await board()).tray).toMatchObject([{ eventId, bookedElsewhere: 'ZED UNKNOWN' }]);
  });
});

describe('a Core and its Supervisor event', () => {
  let core: number;
  let check: number;
  let sue: number;

  beforeEach(async () => {
    core = await event(coreName(612345));
    check = await event(supervisorName(612345));
    sue = await addPerson(server.database.db, { storeId, name: 'Sue Pervisor', role: 'Club Supervisor' });
  });

  test('are scheduled together: noon of the Core’s day, the Club Supervisor', async () => {
    const saved = await schedule(core);
    expect(saved.paired).toMatchObject({ eventId: check, employeeId: sue, startsAt: MON_NOON });
    expect(await jobs(server.database.db)).toEqual([
      `sync_schedule event:${core}`,
      `sync_schedule event:${check}`,
    ]);
    expect(await conditionOf(check)).toBe('Scheduled');
  });

  test('are not tied where the dispatcher says so', async () => {
    const saved = await api.schedules.create.mutate({
      eventId: core,
      employeeId: ada,
      startsAt: MON_1045,
      withSupervisor: false,
    });
    expect(saved.paired).toBeNull();
    expect(await live(server.database.db)).toHaveLength(1);
  });

  test('with nobody to do the check, the Core is scheduled and the check stays open, in words', async () => {
    await server.database.db.insert(timeOff).values({
      employeeId: sue,
      startsOn: '2026-01-05',
      endsOn: '2026-01-05',
      reason: 'off',
    });
    const saved = await schedule(core);
    expect(saved.paired).toMatchObject({ eventId: check, scheduleId: null });
    expect(saved.paired?.message).toContain('stays open');
    expect(await conditionOf(check)).toBe('Unstaffed');
  });

  test('move together to another day, and stay apart within a day', async () => {
    const { scheduleId } = await schedule(core);
    const sameDay = await api.schedules.reschedule.mutate({ scheduleId, version: 1, startsAt: MON_1115 });
    expect(sameDay).toMatchObject({ version: 2, paired: null });
    const moved = await api.schedules.reschedule.mutate({ scheduleId, version: 2, startsAt: TUE_1045 });
    expect(moved.paired).toMatchObject({ eventId: check, startsAt: TUE_NOON, employeeId: sue });
    expect(await live(server.database.db)).toMatchObject([
      { eventId: core, workDate: '2026-01-06', version: 3 },
      { eventId: check, workDate: '2026-01-06', version: 2, startsAt: TUE_NOON },
    ]);
  });

  test('moved to a day on which nobody can do the check, the check is open again', async () => {
    const { scheduleId } = await schedule(core);
    await server.database.db.insert(timeOff).values({
      employeeId: sue,
      startsOn: '2026-01-06',
      endsOn: '2026-01-06',
      reason: 'off',
    });
    const moved = await api.schedules.reschedule.mutate({ scheduleId, version: 1, startsAt: TUE_1045 });
    expect(moved.paired).toMatchObject({ eventId: check, scheduleId: null });
    expect(await live(server.database.db)).toMatchObject([{ eventId: core }]);
    expect(await conditionOf(check)).toBe('Unstaffed');
  });

  test('are unscheduled together', async () => {
    const { scheduleId } = await schedule(core);
    await api.schedules.unschedule.mutate({ scheduleId, version: 1 });
    expect(await live(server.database.db)).toEqual([]);
    expect((await board()).tray.map((open) => open.eventId).sort()).toEqual([core, check].sort());
    expect(await jobs(server.database.db)).toEqual([
      `sync_schedule_deletion event:${core}`,
      `sync_schedule_deletion event:${check}`,
    ]);
  });

  test('the check stays while another Core of its number is on that day', async () => {
    const twin = await event(coreName(612345));
    const first = await schedule(core);
    await schedule(twin, ben);
    await api.schedules.unschedule.mutate({ scheduleId: first.scheduleId, version: 1 });
    expect((await live(server.database.db)).map((one) => one.eventId).sort()).toEqual([check, twin].sort());
  });

  test('a change of the Core’s person leaves the check alone', async () => {
    const { scheduleId } = await schedule(core);
    await api.schedules.changeEmployee.mutate({ scheduleId, version: 1, employeeId: ben });
    expect(await live(server.database.db)).toMatchObject([
      { eventId: core, employeeId: ben, version: 2 },
      { eventId: check, employeeId: sue, version: 1 },
    ]);
  });

  test('are found by the rules of scheduling and not by who asked first: two Cores of one number, one check', async () => {
    const twin = await event(coreName(612345));
    const results = await Promise.all([schedule(core), schedule(twin, ben)]);
    expect(results.filter((saved) => saved.paired !== null)).toHaveLength(1);
    expect(await live(server.database.db)).toHaveLength(3);
  });
});

describe('changing', () => {
  test('a move doesn’t conflict with itself, and bumps the version', async () => {
    const { scheduleId } = await schedule(await event());
    const moved = await api.schedules.reschedule.mutate({ scheduleId, version: 1, startsAt: MON_1115 });
    expect(moved).toMatchObject({ scheduleId, version: 2 });
  });

  test('to what it is already writes nothing', async () => {
    const { scheduleId } = await schedule(await event());
    const before = await everything(server.database.db);
    const same = await api.schedules.changeEmployee.mutate({ scheduleId, version: 1, employeeId: ada });
    expect(same.version).toBe(1);
    expect(await everything(server.database.db)).toEqual(before);
  });

  test('on a stale version is refused with who changed what, and writes nothing', async () => {
    const { scheduleId } = await schedule(await event());
    const admin = await server.as('admin');
    await admin.schedules.reschedule.mutate({ scheduleId, version: 1, startsAt: TUE_1045, employeeId: ben });
    const before = await everything(server.database.db);
    for (const edit of [
      () => api.schedules.reschedule.mutate({ scheduleId, version: 1, startsAt: MON_1115 }),
      () => api.schedules.changeEmployee.mutate({ scheduleId, version: 1, employeeId: ben }),
      () => api.schedules.unschedule.mutate({ scheduleId, version: 1 }),
    ]) {
      const refused = await refusalOf(edit());
      expect(refused.code).toBe('CONFLICT');
      expect(refused.reason).toMatchObject({ code: 'stale', currentVersion: 2 });
      expect(refused.reason.changes).toMatchObject([
        {
          by: 'Admin Person',
          what: 'moved it from Mon Jan 5, 10:45 AM to Tue Jan 6, 10:45 AM and gave it from Ada Example to Ben Sample',
        },
      ]);
      expect(refused.message).toContain('Admin Person moved it');
    }
    expect(await everything(server.database.db)).toEqual(before);
  });

  test('what somebody unscheduled is refused with who did', async () => {
    const { scheduleId } = await schedule(await event());
    await (await server.as('admin')).schedules.unschedule.mutate({ scheduleId, version: 1 });
    const refused = await refusalOf(
      api.schedules.reschedule.mutate({ scheduleId, version: 1, startsAt: TUE_1045 }),
    );
    expect(refused.reason).toMatchObject({ code: 'stale', currentVersion: null });
    expect(refused.message).toContain('Admin Person unscheduled it');
  });

  test('by two at once on one version: one is saved, one is told', async () => {
    const { scheduleId } = await schedule(await event());
    const results = await Promise.allSettled([
      api.schedules.reschedule.mutate({ scheduleId, version: 1, startsAt: MON_1115 }),
      api.schedules.changeEmployee.mutate({ scheduleId, version: 1, employeeId: ben }),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await live(server.database.db)).toMatchObject([{ version: 2 }]);
  });
});

describe('unscheduling', () => {
  test('puts the event back into the tray at once and keeps the schedule as history', async () => {
    const eventId = await event();
    const { scheduleId } = await schedule(eventId);
    expect((await board()).tray).toEqual([]);
    await api.schedules.unschedule.mutate({ scheduleId, version: 1 });
    const now = await board();
    expect(now.schedules).toEqual([]);
    expect(now.tray).toMatchObject([{ eventId, condition: 'Unstaffed' }]);
    const { db } = server.database;
    expect(await db.select().from(schedules)).toMatchObject([{ id: scheduleId, version: 2 }]);
    expect(await jobs(db)).toEqual([`sync_schedule_deletion event:${eventId}`]);
  });

  test('and scheduling again works while Crossmark still holds the old booking', async () => {
    const eventId = await event();
    const { scheduleId } = await schedule(eventId);
    const { db } = server.database;
    await db.update(eventSyncs).set({ state: 'synced', syncedVersion: 1, bookingId: '555' as never });
    await api.schedules.unschedule.mutate({ scheduleId, version: 1 });
    await schedule(eventId, ben);
    expect(await live(db)).toMatchObject([{ eventId, employeeId: ben, version: 1 }]);
  });

  test('work that was reported as done is refused', async () => {
    const eventId = await event();
    const { scheduleId } = await schedule(eventId);
    await server.database.db.update(events).set({ condition: 'Submitted' });
    await server.database.db.update(eventSyncs).set({ state: 'synced', syncedVersion: 1 });
    const refused = await refusalOf(api.schedules.unschedule.mutate({ scheduleId, version: 1 }));
    expect(refused.message).toContain('reissue');
  });

  test('of a change that came too late for work reported as done takes the change away', async () => {
    const eventId = await event();
    const { scheduleId } = await schedule(eventId);
    await server.database.db.update(eventSyncs).set({ state: 'failed', wantedVersion: 2, syncedVersion: 1 });
    await server.database.db.update(events).set({ condition: 'Submitted' });
    await api.schedules.unschedule.mutate({ scheduleId, version: 1 });
    expect(await live(server.database.db)).toEqual([]);
    expect(await conditionOf(eventId)).toBe('Submitted');
  });
});

describe('trading', () => {
  beforeEach(() => itIs('2026-01-02T15:00:00.000Z'));
  const two = async (secondDay = TUE_1045) => {
    const a = await schedule(await event(coreName(600001)), ada, MON_1045);
    const b = await schedule(await event(coreName(600002)), ben, secondDay);
    return { a: { scheduleId: a.scheduleId, version: 1 }, b: { scheduleId: b.scheduleId, version: 1 } };
  };

  test('swaps the people of two Cores, each with its job', async () => {
    const sides = await two();
    const traded = await api.schedules.trade.mutate(sides);
    expect(traded).toMatchObject({ a: { version: 2 }, b: { version: 2 } });
    expect(await live(server.database.db)).toMatchObject([
      { employeeId: ben, startsAt: MON_1045 },
      { employeeId: ada, startsAt: TUE_1045 },
    ]);
    expect(await jobs(server.database.db)).toHaveLength(2);
  });

  test('on one day is no conflict with what is traded away', async () => {
    await api.schedules.trade.mutate(await two(MON_1115));
    expect((await live(server.database.db)).map((one) => one.employeeId)).toEqual([ben, ada]);
  });

  test('that one side forbids changes neither', async () => {
    const sides = await two();
    await server.database.db
      .insert(timeOff)
      .values({ employeeId: ada, startsOn: '2026-01-06', endsOn: '2026-01-06', reason: 'exam' });
    const before = await everything(server.database.db);
    const refused = await refusalOf(api.schedules.trade.mutate(sides));
    expect(refused.message).toContain('exam');
    expect(await everything(server.database.db)).toEqual(before);
  });

  test('gives nobody of another store work of this one, in the preview as in the deed', async () => {
    const sides = await two();
    const { db } = server.database;
    const elsewhere = await addStore(db, '8136');
    await db.update(employees).set({ storeId: elsewhere }).where(eq(employees.id, ben));
    const before = await everything(db);
    const preview = await refusalOf(api.schedules.tradePreview.query(sides));
    const trade = await refusalOf(api.schedules.trade.mutate(sides));
    for (const { message } of [preview, trade])
      expect(message).toContain('Ben Sample belongs to another store');
    expect(await everything(db)).toEqual(before);
  });

  test('with one stale side changes neither', async () => {
    const sides = await two();
    await api.schedules.reschedule.mutate({ ...sides.b, startsAt: MON_1115 });
    const before = await everything(server.database.db);
    const refused = await refusalOf(api.schedules.trade.mutate(sides));
    expect(refused.reason.code).toBe('stale');
    expect(await everything(server.database.db)).toEqual(before);
  });

  test('is refused once one of them is over, in the preview as in the deed', async () => {
    const sides = await two();
    itIs('2026-01-05T22:15:00.000Z');
    const before = await everything(server.database.db);
    expect((await api.schedules.tradePreview.query(sides)).a).toMatchObject([{ code: 'trade_over' }]);
    const refused = await refusalOf(api.schedules.trade.mutate(sides));
    expect(refused.message).toContain('Core 600001 was over on Mon Jan 5 at 5:15 PM');
    expect(await everything(server.database.db)).toEqual(before);
  });

  test('crosswise by two at once ends without a deadlock', async () => {
    const { a, b } = await two();
    const results = await Promise.allSettled([
      api.schedules.trade.mutate({ a, b }),
      api.schedules.trade.mutate({ a: b, b: a }),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await live(server.database.db)).map((one) => one.employeeId)).toEqual([ben, ada]);
  });
});

describe('reissuing', () => {
  /** A Core of last week that was booked in Crossmark and is over. */
  async function workedCore(condition: 'Scheduled' | 'Submitted' = 'Scheduled') {
    const eventId = await event();
    const { scheduleId } = await schedule(eventId);
    const { db } = server.database;
    await db.update(events).set({ condition }).where(eq(events.id, eventId));
    await db
      .update(eventSyncs)
      .set({ state: 'synced', syncedVersion: 1, bookingId: bookingId('50000001') })
      .where(eq(eventSyncs.eventId, eventId));
    return { eventId, scheduleId };
  }
  // Past its window; the expiry takes that one's place.
  const again = { startsAt: '2026-02-02T15:45:00.000Z', expiresOn: '2026-02-05' };

  test.each(['Scheduled', 'Submitted'] as const)(
    'reopens %s work for a person: what was worked is history, the new schedule is pending, with audit row and job',
    async (condition) => {
      const { eventId, scheduleId } = await workedCore(condition);
      const { db } = server.database;
      const saved = await api.schedules.reissue.mutate({ eventId, employeeId: ben, ...again });
      expect(saved).toMatchObject({ eventId, version: 1, paired: null });
      expect(saved.scheduleId).not.toBe(scheduleId);
      expect(await live(db)).toMatchObject([
        { employeeId: ben, workDate: '2026-02-02', reissueOf: '50000001', reissueExpiresOn: '2026-02-05' },
      ]);
      expect(await conditionOf(eventId)).toBe('Reissued');
      expect(await db.query.eventSyncs.findFirst()).toMatchObject({ state: 'pending', wantedVersion: 2 });
      expect(await jobs(db)).toEqual([`sync_schedule event:${eventId}`]);
      expect(await db.select().from(auditLog).orderBy(asc(auditLog.id))).toMatchObject([
        { action: 'schedule.create' },
        {
          action: 'schedule.reissue',
          before: { employeeName: 'Ada Example' },
          after: { employeeName: 'Ben Sample', reissueExpiresOn: '2026-02-05', reissueResponses: false },
        },
      ]);
      expect((await board('2026-02-02')).schedules).toMatchObject([
        { scheduleId: saved.scheduleId, flags: [] },
      ]);
      // A move is held against the expiry as well.
      const { version } = await api.schedules.reschedule.mutate({
        scheduleId: saved.scheduleId,
        version: 1,
        startsAt: '2026-02-04T15:45:00.000Z',
      });
      const refused = await refusalOf(
        api.schedules.reschedule.mutate({
          scheduleId: saved.scheduleId,
          version,
          startsAt: '2026-02-05T15:45:00.000Z',
        }),
      );
      expect(refused.message).toMatch(/reopened until Wed Feb 4/);
    },
  );

  test('by two at once reopens it once, and the second is told to wait', async () => {
    const { eventId } = await workedCore();
    const results = await Promise.allSettled([
      api.schedules.reissue.mutate({ eventId, employeeId: ada, ...again }),
      api.schedules.reissue.mutate({ eventId, employeeId: ben, ...again }),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await live(server.database.db)).toHaveLength(1);
  });

  test('is refused for work that isn’t over, that isn’t synced, or whose booking isn’t known', async () => {
    const { db } = server.database;
    const { eventId } = await workedCore();
    const reissue = () => refusalOf(api.schedules.reissue.mutate({ eventId, employeeId: ben, ...again }));
    const before = await everything(db);
    const late = api.schedules.reissue.mutate({
      eventId,
      employeeId: ben,
      ...again,
      expiresOn: '2026-02-02',
    });
    expect((await refusalOf(late)).message).toMatch(/reopened until Sun Feb 1/);
    expect(await everything(db)).toEqual(before);
    await db.update(eventSyncs).set({ bookingId: null });
    expect((await reissue()).message).toMatch(/number of the booking .* isn’t known here/);
    await db.update(eventSyncs).set({ state: 'waiting' });
    expect((await reissue()).message).toMatch(/hasn’t reached Crossmark yet/);
    await db.update(schedules).set({ workDate: '2099-01-05' });
    expect((await reissue()).message).toMatch(/nothing to reissue. Schedule or move it instead/);
  });
});

describe('the board', () => {
  test('flags what breaks a rule as things stand, and forgets a Submitted event’s condition', async () => {
    const { scheduleId } = await schedule(await event());
    await server.database.db
      .insert(timeOff)
      .values({ employeeId: ada, startsOn: '2026-01-05', endsOn: '2026-01-05', reason: 'ill' });
    const view = await board();
    expect(view.weekOf).toBe('2026-01-04');
    expect(view.schedules).toMatchObject([{ scheduleId, flags: [{ code: 'time_off' }] }]);
    expect(view.people.find((person) => person.id === ada)?.off).toEqual([
      { day: '2026-01-05', reason: 'ill' },
    ]);
    expect(await api.schedules.get.query({ scheduleId })).toEqual(need(view.schedules[0]));
  });

  test('offers no Canceled or Expired work, and none outside its window', async () => {
    const [canceled, expired] = [await event(coreName(600001)), await event(coreName(600002))];
    await server.database.db.update(events).set({ condition: 'Canceled' }).where(eq(events.id, canceled));
    await server.database.db.update(events).set({ condition: 'Expired' }).where(eq(events.id, expired));
    await event(coreName(600003), { startsOn: '2026-02-01', dueOn: '2026-02-10' });
    expect((await board()).tray).toEqual([]);
    // The due day itself is too late: a window that ends on the week's Sunday is over.
    const over = await event(coreName(600004), { startsOn: '2025-12-28', dueOn: '2026-01-04' });
    expect((await board()).tray).toEqual([]);
    expect((await board('2026-01-03')).tray).toMatchObject([{ eventId: over }]);
  });

  test('options name the slots of the day and, per person, what speaks against each', async () => {
    const core = await event();
    await event(supervisorName(612345));
    await server.database.db
      .insert(timeOff)
      .values({ employeeId: ada, startsOn: '2026-01-05', endsOn: '2026-01-05', reason: 'ill' });
    const options = await api.events.options.query({ eventId: core, day: '2026-01-05' });
    expect(options.slots[0]).toEqual({ time: '10:45', startsAt: MON_1045 });
    expect(options.people.map((person) => person.name)).toEqual(['Ben Sample', 'Ada Example']);
    expect(options.people[1]?.reasonsBySlot['10:45']).toMatchObject([{ code: 'time_off' }]);
    expect(options.supervisorEvent?.type).toBe('Supervisor');
  });
});

test('a service that is called directly tells the driver’s errors apart from refusals', async () => {
  const eventId = await event();
  const actor = { id: 'u1', name: 'Somebody', requestId: 'r1' };
  await expect(
    createSchedule(server.database.db, actor, {
      eventId,
      employeeId: 999_999,
      startsAt: MON_1045,
      withSupervisor: true,
    }),
  ).rejects.toMatchObject({ reason: { code: 'not_found' } });
});

describe('several people who schedule at one time', () => {
  const by = (name: string) => ({ id: `u-${name}`, name, requestId: `r-${name}` });
  /** Does what a request of that person does. Everything in one call is one group. */
  const ask = (
    name: string,
    input: { eventId: number; employeeId: number; startsAt?: string; overrideReason?: string },
  ) =>
    inScope({ requestId: `r-${name}` }, () =>
      createSchedule(server.database.db, by(name), { startsAt: MON_1045, withSupervisor: true, ...input }),
    );
  const reasonOf = (told: PromiseSettledResult<unknown> | undefined) =>
    told?.status === 'rejected' ? told.reason : undefined;

  test('give no noon check to somebody who became a supervisor while locks were awaited, and is not locked', async () => {
    const { sql: connection } = server.database;
    const core = await event(coreName(600003));
    await event(supervisorName(600003));
    const saving = await connection.begin(async (holder) => {
      await holder`select id from events where id = ${core} for update`;
      const saved = ask('one', { eventId: core, employeeId: ada });
      await vi.waitFor(async () => {
        const waiting = await connection`
          select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%locked_events%'`;
        expect(waiting).toHaveLength(1);
      });
      await connection`update employees set role = 'Club Supervisor' where id = ${ben}`;
      return { saved };
    });
    expect(await saving.saved).toMatchObject({ eventId: core, paired: { employeeId: null } });
  });

  test('are saved in one transaction, each as themselves, in their order and under the rules', async () => {
    const { db } = server.database;
    const elsewhere = await addStore(db, '8136');
    const eve = await addPerson(db, { storeId: elsewhere, name: 'Eve Elsewhere' });
    const [first, second, third] = [
      await event(),
      await event(coreName(600001)),
      await event(coreName(600002)),
    ];
    const far = await addEvent(db, { storeId: elsewhere, name: coreName(600001) });
    const check = await addEvent(db, { storeId: elsewhere, name: supervisorName(600001) });
    await addPerson(db, { storeId: elsewhere, name: 'Sue Pervisor', role: 'Club Supervisor' });
    const evening = '2026-01-05T23:00:00.000Z';
    const told = await Promise.allSettled([
      ask('alone', { eventId: first, employeeId: ada, startsAt: TUE_1045 }),
      ask('one', { eventId: second, employeeId: ada }),
      ask('two', { eventId: second, employeeId: ben }),
      ask('three', { eventId: third, employeeId: ada, startsAt: evening }),
      ask('four', { eventId: third, employeeId: ada, startsAt: evening, overrideReason: 'nobody else' }),
      ask('five', { eventId: far, employeeId: eve }),
      ask('six', { eventId: 999_999, employeeId: ada }),
      ask('seven', { eventId: far, employeeId: ada }),
    ]);
    expect(told.map(({ status }) => status === 'fulfilled')).toEqual([
      ...[true, true, false, false, true, true, false, false],
    ]);
    expect(reasonOf(told[2])).toMatchObject({
      message: expect.stringContaining('is already scheduled for Ada Example on Mon Jan 5'),
      reason: { code: 'rules', reasons: [{ code: 'already_scheduled' }] },
    });
    expect(reasonOf(told[3])).toMatchObject({
      reason: { code: 'needs_reason', reasons: [{ code: 'second_core' }, { code: 'unusual_start' }] },
    });
    expect(reasonOf(told[6])).toMatchObject({ reason: { code: 'not_found' } });
    expect(reasonOf(told[7])).toMatchObject({ message: expect.stringContaining('belongs to another store') });
    expect(told[5]).toMatchObject({ value: { eventId: far, paired: { eventId: check } } });

    const written = await db.execute<{
      actor: string;
      name: string;
      request: string;
      event: number;
      job: string;
    }>(sql`
      select actor_id actor, actor_name name, request_id request, event_id event, payload ->> 'requestId' job
      from audit_log join schedules on schedules.id::text = subject_id
      join graphile_worker._private_jobs on key = 'event:' || event_id order by schedules.id`);
    const row = (name: string, of: number) => ({
      actor: `u-${name}`,
      name,
      request: `r-${name}`,
      event: of,
      job: `r-${name}`,
    });
    expect(written).toEqual([
      row('alone', first),
      row('one', second),
      row('four', third),
      row('five', far),
      row('five', check),
    ]);
    const [{ transactions } = {}] = await db.execute<{ transactions: number }>(
      sql`select count(distinct xmin::text)::int transactions from schedules`,
    );
    expect(transactions).toBe(1);
    expect((await live(db)).find((one) => one.eventId === third)?.overrideReason).toBe('nobody else');
  });

  test('aren’t told of each other’s failures: where all of it fails, each is saved alone', async () => {
    const [first, second, third] = [
      await event(),
      await event(coreName(600001)),
      await event(coreName(600002)),
    ];
    const told = await Promise.allSettled([
      ask('alone', { eventId: first, employeeId: ada, startsAt: TUE_1045 }),
      ask('one', { eventId: second, employeeId: ada }),
      ask('two', { eventId: third, employeeId: ben, startsAt: 'no time at all' }),
      ask('three', { eventId: third, employeeId: ben }),
    ]);
    expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(reasonOf(told[2])).toBeInstanceOf(RangeError);
    expect((await live(server.database.db)).map((one) => one.eventId).sort()).toEqual([first, second, third]);
    expect(await jobs(server.database.db)).toHaveLength(3);
  });

  test.each([
    {
      what: 'a commit that Postgres refuses saved nothing: each is saved alone',
      atCommit: `raise exception 'at the commit'`,
      told: ['fulfilled', 'fulfilled', 'rejected'],
    },
    {
      what: 'a full disk would refuse each of them as well: none is saved alone',
      atCommit: `raise exception 'the disk is full' using errcode = 'disk_full'`,
      told: ['fulfilled', 'rejected', 'rejected'],
    },
    {
      what: 'a commit without an answer may have gone through: all are told, and none is saved once more',
      atCommit: 'perform pg_terminate_backend(pg_backend_pid())',
      told: ['fulfilled', 'rejected', 'rejected'],
    },
  ])('are saved once at most: $what', async ({ atCommit, told }) => {
    const { db } = server.database;
    const [first, second, third] = [
      await event(),
      await event(coreName(600001)),
      await event(coreName(600002)),
    ];
    await db.execute(sql`create function refuse_commit() returns trigger language plpgsql as
      $$ begin if new.employee_id = ${sql.raw(String(ben))} then ${sql.raw(atCommit)}; end if; return null; end $$`);
    await db.execute(sql`create constraint trigger refuse_commit after insert on schedules
      deferrable initially deferred for each row execute function refuse_commit()`);
    // The first is a batch of its own, and the others are the next one.
    const alone = ask('alone', { eventId: first, employeeId: ada, startsAt: TUE_1045 });
    await Promise.allSettled([alone]);
    const answers = await Promise.allSettled([
      alone,
      ask('one', { eventId: second, employeeId: ada }),
      ask('two', { eventId: third, employeeId: ben }),
    ]);
    await db.execute(sql`drop function refuse_commit() cascade`);
    expect(answers.map(({ status }) => status)).toEqual(told);
    const saved = [first, second, third].filter((_, n) => told[n] === 'fulfilled');
    expect((await live(db)).map(({ eventId }) => eventId).sort()).toEqual(saved);
    expect(await jobs(db)).toHaveLength(saved.length);
  });
});

describe('several at once', () => {
  test('are saved each for itself: what a rule speaks against is listed with why, and leaves no trace', async () => {
    const [first, second, third] = [await event(), await event(coreName(612399)), await event()];
    const rows = await api.schedules.createMany.mutate({
      items: [
        { eventId: first, employeeId: ada, startsAt: MON_1045 },
        { eventId: second, employeeId: ada, startsAt: MON_1115 },
        { eventId: first, employeeId: ben, startsAt: MON_1045 },
        { eventId: third, employeeId: ben, startsAt: MON_1115 },
      ],
    });
    expect(rows).toMatchObject([
      { eventId: first, saved: { version: 1 }, message: null },
      { eventId: second, saved: null, message: expect.stringContaining('already has a Core') },
      {
        eventId: first,
        saved: null,
        message: expect.stringContaining('is already scheduled for Ada Example on Mon Jan 5'),
      },
      { eventId: third, saved: { version: 1 }, message: null },
    ]);
    const { db } = server.database;
    expect((await live(db)).map((row) => row.eventId)).toEqual([first, third]);
    expect(await jobs(db)).toHaveLength(2);
    expect(await db.select().from(auditLog)).toHaveLength(2);
    expect(await conditionOf(second)).toBe('Unstaffed');
  });

  test('are changed each for itself: moved, given to somebody else and ended; what can’t be is listed and stays', async () => {
    const first = await schedule(await event(), ada);
    const second = await schedule(await event(), ben);
    const { db } = server.database;
    const rows = await api.schedules.changeMany.mutate({
      items: [
        { scheduleId: first.scheduleId, version: first.version, unschedule: true },
        { scheduleId: second.scheduleId, version: 7, unschedule: true },
        // Ada is free by now: her own was ended before.
        { scheduleId: second.scheduleId, version: second.version, employeeId: ada },
      ],
    });
    expect(rows).toMatchObject([
      { scheduleId: first.scheduleId, saved: { version: 2 }, message: null },
      {
        scheduleId: second.scheduleId,
        saved: null,
        message: expect.stringContaining('changed after you opened it'),
      },
      { scheduleId: second.scheduleId, saved: { version: 2 }, message: null },
    ]);
    expect(await live(db)).toMatchObject([{ id: second.scheduleId, employeeId: ada }]);
    const again = await api.schedules.changeMany.mutate({
      items: [{ scheduleId: second.scheduleId, version: 2, startsAt: MON_1115 }],
    });
    expect(again).toMatchObject([{ saved: { version: 3 }, message: null }]);
  });

  test('leave a row of history each for their events: who, from what to what, and with which reason', async () => {
    const eventId = await event(coreName(612399));
    await schedule(await event(), ada);
    const refused = await refusalOf(
      api.schedules.create.mutate({ eventId, employeeId: ada, startsAt: MON_1115 }),
    );
    expect(refused.reason).toMatchObject({ code: 'needs_reason' });
    const saved = await api.schedules.create.mutate({
      eventId,
      employeeId: ada,
      startsAt: MON_1115,
      overrideReason: 'Both agreed',
    });
    const { scheduleId } = saved;
    await api.schedules.changeMany.mutate({ items: [{ scheduleId, version: 1, startsAt: TUE_1045 }] });
    await api.schedules.changeMany.mutate({ items: [{ scheduleId, version: 2, employeeId: ben }] });
    await api.schedules.changeMany.mutate({ items: [{ scheduleId, version: 3, unschedule: true }] });
    const viewer = await server.as('viewer');
    const { entries, next } = await viewer.activity.ofEvent.query({ eventId, limit: 3 });
    expect(entries.map(({ what }) => what)).toEqual([
      'unscheduled it',
      'gave it from Ada Example to Ben Sample',
      'moved it from Mon Jan 5, 11:15 AM to Tue Jan 6, 10:45 AM',
    ]);
    expect(new Set(entries.map(({ by }) => by))).toEqual(new Set(['Dispatcher Person']));
    const rest = await viewer.activity.ofEvent.query({ eventId, limit: 3, cursor: need(next) });
    expect(rest).toMatchObject({
      entries: [{ what: 'scheduled it for Ada Example on Mon Jan 5, 11:15 AM', reason: 'Both agreed' }],
      next: null,
    });
  });

  describe('a Core and its noon check that are chosen together', () => {
    let core: Awaited<ReturnType<typeof schedule>>;
    let checkId: number;
    beforeEach(async () => {
      const check = await event(supervisorName(612345));
      await addPerson(server.database.db, { storeId, name: 'Sue Pervisor', role: 'Club Supervisor' });
      core = await schedule(await event(coreName(612345)), ada);
      checkId = need((await live(server.database.db)).find(({ eventId }) => eventId === check)).id;
    });

    test('end once each, and a later move of one that ended is refused', async () => {
      const { db } = server.database;
      const rows = await api.schedules.changeMany.mutate({
        items: [
          { scheduleId: core.scheduleId, version: 1, unschedule: true },
          { scheduleId: checkId, version: 1, unschedule: true },
          { scheduleId: core.scheduleId, version: 1, employeeId: ben },
        ],
      });
      expect(rows).toMatchObject([
        { saved: { version: 2 }, message: null },
        { scheduleId: checkId, saved: { version: 2 }, message: null },
        { saved: null, message: expect.stringContaining('is unscheduled by the same change') },
      ]);
      expect(await live(db)).toEqual([]);
      const ends = await db.select().from(auditLog).where(eq(auditLog.action, 'schedule.unschedule'));
      expect(ends.map(({ subjectId }) => subjectId).sort()).toEqual(
        [core.scheduleId, checkId].map(String).sort(),
      );
    });

    test('move together: the check that followed its Core is not taken for changed', async () => {
      const rows = await api.schedules.changeMany.mutate({
        items: [
          { scheduleId: core.scheduleId, version: 1, startsAt: TUE_1045 },
          { scheduleId: checkId, version: 1, startsAt: TUE_NOON },
        ],
      });
      expect(rows).toMatchObject([
        { saved: { version: 2 }, message: null },
        { scheduleId: checkId, saved: { version: 2 }, message: null },
      ]);
      expect((await live(server.database.db)).map(({ workDate }) => workDate)).toEqual([
        '2026-01-06',
        '2026-01-06',
      ]);
    });

    test.each(['the Core first', 'the check first'])(
      'move together and back as an undo does, and again: %s',
      async (order) => {
        const places = async () =>
          (await live(server.database.db)).map(({ id, employeeId, startsAt }) => ({
            id,
            employeeId,
            startsAt,
          }));
        const versions = async () =>
          new Map((await live(server.database.db)).map(({ id, version }) => [id, version]));
        // The check is somebody else's than the move would choose, and at a time of its own.
        await api.schedules.reschedule.mutate({
          scheduleId: checkId,
          version: 1,
          employeeId: await addPerson(server.database.db, {
            storeId,
            name: 'Lee Lead',
            role: 'Lead Event Specialist',
          }),
          startsAt: MON_1115,
        });
        const before = await places();
        const sorted = <Item>(items: readonly [Item, Item]) =>
          order === 'the Core first' ? items : items.toReversed();
        const change = async (
          to: readonly { scheduleId: number; startsAt: string; employeeId?: number }[],
        ) => {
          const current = await versions();
          const rows = await api.schedules.changeMany.mutate({
            items: to.map((item) => ({
              version: need(current.get(item.scheduleId)),
              overrideReason: 'Undone: back to how it was',
              ...item,
            })),
          });
          expect(rows.map(({ message }) => message)).toEqual([null, null]);
          // The answer's versions are what the next change names.
          const saved = rows.map(({ scheduleId, saved }) => [scheduleId, saved?.version]);
          expect(new Map(saved as [number, number][])).toEqual(await versions());
        };
        const move = sorted([
          { scheduleId: core.scheduleId, startsAt: TUE_1045 },
          { scheduleId: checkId, startsAt: TUE_NOON },
        ]);
        const back = before
          .map(({ id: scheduleId, employeeId, startsAt }) => ({ scheduleId, employeeId, startsAt }))
          .toSorted(
            (a, b) =>
              move.findIndex(({ scheduleId }) => scheduleId === a.scheduleId) -
              move.findIndex(({ scheduleId }) => scheduleId === b.scheduleId),
          );
        await change(move);
        const moved = await places();
        expect(moved.map(({ startsAt }) => startsAt).sort()).toEqual([TUE_1045, TUE_NOON]);
        await change(back);
        expect(await places()).toEqual(before);
        await change(move);
        expect(await places()).toEqual(moved);
      },
    );
  });

  test('a failure that is no refusal undoes all of the changes, those made before it too', async () => {
    const { db } = server.database;
    const [first, second] = [await schedule(await event(), ada), await schedule(await event(), ben)];
    const before = [await live(db), await jobs(db), await db.select().from(auditLog)];
    const actor = { id: '1', name: 'Dispatcher', requestId: 'r' };
    const changes = [
      { scheduleId: first.scheduleId, version: 1, unschedule: true as const },
      { scheduleId: second.scheduleId, version: 1, startsAt: 'no time at all' },
    ];
    await expect(changeSchedules(db, actor, changes)).rejects.toThrow();
    expect([await live(db), await jobs(db), await db.select().from(auditLog)]).toEqual(before);
  });

  test('a failure that is no refusal undoes all of it', async () => {
    const [first, second] = [await event(), await event()];
    const items = [
      { eventId: first, employeeId: ada, startsAt: MON_1045, withSupervisor: true },
      { eventId: second, employeeId: ben, startsAt: 'no time at all', withSupervisor: true },
    ];
    const actor = { id: '1', name: 'Dispatcher', requestId: 'r' };
    await expect(createSchedules(server.database.db, actor, items)).rejects.toThrow();
    expect(await live(server.database.db)).toEqual([]);
  });
});

describe('the week board', () => {
  test('carries what the rules ask, so that a browser judges a cell as the server will', async () => {
    const { db } = server.database;
    await db.insert(timeOff).values([
      { employeeId: ada, startsOn: '2026-01-06', endsOn: '2026-01-07', reason: 'Wedding' },
      { employeeId: ada, startsOn: '2026-03-06', endsOn: '2026-03-07', reason: null },
    ]);
    await schedule(await event(), ben);
    const sunday = await event(coreName(612398), {
      startsOn: '2026-01-11',
      dueOn: '2026-01-12',
    });
    await schedule(sunday, ben, '2026-01-11T15:45:00.000Z');
    const week = await board();
    const person = week.people.find(({ id }) => id === ada);
    expect(person?.timeOff).toEqual([
      {
        startsOn: '2026-01-06',
        endsOn: '2026-01-07',
        reason: 'Wedding',
        fromTime: null,
        untilTime: null,
      },
    ]);
    expect(week.schedules).toHaveLength(1);
    expect(week.besides).toMatchObject([{ eventId: sunday, employeeId: ben, workDate: '2026-01-11' }]);
  });
});
