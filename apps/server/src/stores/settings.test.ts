import { auditLog, events, refreshRuns, schedules, stores } from '@scheduler/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  jobs,
  refusalOf,
  startTestServer,
  supervisorName,
  type TestServer,
} from '../../test/fixture.ts';

let server: TestServer;
let api: Client;
let admin: Client;
let storeId: number;

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
  admin = await server.as('admin');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  storeId = await addStore(server.database.db);
});

const core = async () => (await api.settings.get.query()).types.find((one) => one.type === 'Core');
const store = () => ({ name: 'Club 8135', number: '8135', timeZone: 'America/Indiana/Indianapolis' });

describe('settings', () => {
  test('are seen by everybody and changed by admins alone', async () => {
    const viewer = await server.as('viewer');
    expect((await viewer.settings.get.query()).store.version).toBe(1);
    const change = { storeId, version: 1, type: 'Core' as const, slots: ['09:00'], minutes: 390 };
    const refused = await refusalOf(api.settings.setEventType.mutate(change));
    expect(refused.message).toContain('only an admin');
  });

  test('of starts: the dialog offers them, and the hint about an unusual start follows', async () => {
    const { db } = server.database;
    const eventId = await addEvent(db, { storeId });
    const employeeId = await addPerson(db, { storeId, name: 'Ada Example' });
    const change = { storeId, type: 'Core' as const, minutes: 390 };
    await admin.settings.setEventType.mutate({ ...change, version: 1, slots: ['14:00', '09:30', '09:30'] });
    expect(await core()).toMatchObject({ slots: ['09:30', '14:00'], minutes: 390 });
    const options = await api.events.options.query({ eventId, day: '2026-01-05', time: '10:45' });
    expect(options.slots.map((slot) => slot.time)).toEqual(['09:30', '10:45', '14:00']);
    const reasons = options.people.find((person) => person.employeeId === employeeId)?.reasonsBySlot;
    expect(reasons?.['09:30']).toEqual([]);
    expect(reasons?.['10:45']).toMatchObject([
      { code: 'unusual_start', message: expect.stringContaining('9:30 AM, 2:00 PM') },
    ]);
    expect((await api.board.week.query({ weekOf: '2026-01-05' })).store.slots).toEqual({
      Core: ['09:30', '14:00'],
    });
    // Back to the usual is nothing set.
    const usual = (await core())?.usualSlots ?? [];
    const back = await admin.settings.setEventType.mutate({ ...change, version: 2, slots: usual });
    expect(back).toMatchObject({ slots: {}, durations: {}, version: 3 });
    expect((await admin.settings.setEventType.mutate({ ...change, version: 3, slots: usual })).version).toBe(
      3,
    );
  });

  test('of lunches and ends are kept where they differ from the product’s own, and every page has them', async () => {
    const change = { storeId, type: 'Core' as const, minutes: 390, slots: ['10:45', '11:15'] };
    const set = { '10:45': { lunchAt: '13:30', endsAt: null }, '11:15': { lunchAt: null, endsAt: '17:00' } };
    const kept = { Core: { '11:15': set['11:15'] } };
    const saved = await admin.settings.setEventType.mutate({ ...change, version: 1, slotTimes: set });
    expect(saved.slotTimes).toEqual(kept);
    expect((await api.day.get.query({ day: '2026-01-05' })).store.slotTimes).toEqual(kept);
    // An older page says nothing of them.
    const older = await admin.settings.setEventType.mutate({ ...change, version: 2, minutes: 380 });
    expect(older.slotTimes).toEqual(kept);
    // A start that goes takes its times along.
    const fewer = await admin.settings.setEventType.mutate({ ...change, version: 3, slots: ['10:45'] });
    expect(fewer.slotTimes).toEqual({});
    const rows = await server.database.db.select().from(auditLog).orderBy(auditLog.id).limit(1);
    expect(rows[0]?.after).toMatchObject({ slotTimes: 'Core 11:15 lunch none, end 17:00' });
  });

  test('of minutes count for what comes from now on', async () => {
    const { db } = server.database;
    await addEvent(db, { storeId });
    await admin.settings.setEventType.mutate({
      storeId,
      version: 1,
      type: 'Core',
      minutes: 420,
      slots: ['10:45'],
    });
    const header =
      'Project Name,Project Reference Number,Location MVID,Store Number,Store Name,Start Date/Time,Due Date/Time,Estimated Time,Rep Name,Employee ID,Schedule Date/Time';
    const row =
      '612999-Acme-Oat (260105123456)  - V2-CORE,123456789,0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f,8135,Club,01/01/2026 12:00:00 AM,01/15/2026 12:01:00 AM,,,,';
    await api.csv.import.mutate({ text: `${header}\r\n${row}\r\n` });
    const rows = await db.select().from(events).orderBy(events.id);
    expect(rows.map((event) => event.durationMinutes)).toEqual([390, 420]);
  });

  test('of roles: a type takes others with a reason or not at all; saved, listed, and written down', async () => {
    const { db } = server.database;
    const ada = await addPerson(db, { storeId, name: 'Ada Example' });
    const freeosk = { storeId, name: '01.05-LKD-FSK-Oat-9AM (260105123456)  - V2 - Freeosk' };
    const [first, second] = [await addEvent(db, freeosk), await addEvent(db, freeosk)];
    const plan = (eventId: number, overrideReason?: string) =>
      api.schedules.create.mutate({
        eventId,
        employeeId: ada,
        startsAt: '2026-01-05T15:00:00.000Z',
        ...(overrideReason && { overrideReason }),
      });
    expect((await refusalOf(plan(first))).reason).toMatchObject({ code: 'needs_reason' });
    await plan(first, 'trained for it');
    const change = { storeId, type: 'Freeosk' as const, minutes: 15, slots: ['10:00'] };
    await admin.settings.setEventType.mutate({ ...change, version: 1, roleLimit: 'hard' });
    expect((await refusalOf(plan(second, 'trained for it'))).reason).toMatchObject({ code: 'rules' });
    const board = await api.board.week.query({ weekOf: '2026-01-05' });
    expect(board.store.roleLimits).toEqual({ Freeosk: 'hard' });
    expect(board.schedules[0]?.flags).toMatchObject([{ code: 'role', severity: 'hard' }]);
    expect(await db.select().from(auditLog).where(eq(auditLog.subjectType, 'store'))).toMatchObject([
      { after: { roleLimits: 'Freeosk by its roles alone' } },
    ]);
    // An older page that doesn't know the limit leaves it.
    await admin.settings.setEventType.mutate({ ...change, version: 2, minutes: 20 });
    expect((await api.settings.get.query()).store.roleLimits).toEqual({ Freeosk: 'hard' });
  });

  test('of noon checks: a Lead with a Core first, or the Club Supervisor; the plan dialog says the same', async () => {
    const { db } = server.database;
    const sue = await addPerson(db, { storeId, name: 'Sue', role: 'Club Supervisor' });
    const lea = await addPerson(db, { storeId, name: 'Lea', role: 'Lead Event Specialist' });
    const ada = await addPerson(db, { storeId, name: 'Ada' });
    const cores: number[] = [];
    for (const number of [612_001, 612_002]) {
      cores.push(await addEvent(db, { storeId, name: coreName(number) }));
      await addEvent(db, { storeId, name: supervisorName(number) });
    }
    const [first = 0, second = 0] = cores;
    const by = async (eventId: number) => {
      const { people } = await api.events.options.query({ eventId, day: '2026-01-05' });
      return Object.fromEntries(people.map(({ name, noonCheckBy }) => [name, noonCheckBy?.name]));
    };
    const startsAt = '2026-01-05T15:45:00.000Z';
    expect(await by(first)).toEqual({ Sue: 'Sue', Lea: 'Lea', Ada: 'Sue' });
    const { paired } = await api.schedules.create.mutate({ eventId: first, employeeId: lea, startsAt });
    expect(paired?.employeeId).toBe(lea);
    expect(await by(second)).toEqual({ Sue: 'Lea', Lea: 'Lea', Ada: 'Lea' });
    await admin.settings.setNoonCheck.mutate({ storeId, version: 1, noonCheckBy: 'club_supervisor' });
    expect(await by(second)).toEqual({ Sue: 'Sue', Lea: 'Sue', Ada: 'Sue' });
    const other = await api.schedules.create.mutate({ eventId: second, employeeId: ada, startsAt });
    expect(other.paired?.employeeId).toBe(sue);
    expect(await db.select().from(auditLog).where(eq(auditLog.action, 'store.settings'))).toMatchObject([
      { after: { noonCheckBy: 'the Club Supervisor first' } },
    ]);
  });

  test('changed by two: the second is refused with who changed what', async () => {
    await admin.settings.setStore.mutate({ storeId, version: 1, ...store(), name: 'Maple Grove' });
    const refused = await refusalOf(
      admin.settings.setEventType.mutate({
        storeId,
        version: 1,
        type: 'Core',
        slots: ['09:00'],
        minutes: 390,
      }),
    );
    expect(refused.message).toContain('Admin Person changed the name');
    expect(refused.reason).toMatchObject({ code: 'stale', currentVersion: 2 });
    expect(
      await server.database.db.select().from(auditLog).where(eq(auditLog.subjectType, 'store')),
    ).toMatchObject([{ before: { name: 'Club 8135' }, after: { name: 'Maple Grove', version: 2 } }]);
  });

  test('of the zone: instants stay, work days follow, Crossmark’s list is read again', async () => {
    const { db } = server.database;
    const employeeId = await addPerson(db, { storeId, name: 'Ada Example' });
    const eventId = await addEvent(db, { storeId });
    // 11:30 PM in Indianapolis, half past one the next day in Halifax.
    const startsAt = '2026-01-06T04:30:00.000Z';
    await api.schedules.create.mutate({ eventId, employeeId, startsAt });
    await server.database.sql`delete from graphile_worker._private_jobs`;
    expect(await db.select().from(schedules)).toMatchObject([{ workDate: '2026-01-05' }]);
    await admin.settings.setStore.mutate({ storeId, version: 1, ...store(), timeZone: 'America/Halifax' });
    expect(await db.select().from(schedules)).toMatchObject([{ startsAt, workDate: '2026-01-06' }]);
    expect(await jobs(db)).toEqual(['refresh_events refresh:1']);
    expect((await db.select().from(stores))[0]).toMatchObject({ timeZone: 'America/Halifax', version: 2 });
  });

  test('of the zone wait for a reading that takes times for those of the old one', async () => {
    await server.database.db.insert(refreshRuns).values({ requestedBy: 'schedule', state: 'running' });
    const refused = await refusalOf(
      admin.settings.setStore.mutate({ storeId, version: 1, ...store(), timeZone: 'America/Halifax' }),
    );
    expect(refused.message).toContain('being read just now');
    expect((await server.database.db.select().from(stores))[0]?.version).toBe(1);
  });

  test('of holidays: nobody is planned on one, once or every year', async () => {
    const { db } = server.database;
    const employeeId = await addPerson(db, { storeId, name: 'Ada Example' });
    const plan = async () =>
      api.schedules.create.mutate({
        eventId: await addEvent(db, { storeId }),
        employeeId,
        startsAt: '2026-01-06T15:45:00.000Z',
      });
    const { holidayId } = await admin.settings.addHoliday.mutate({
      day: '2020-01-06',
      name: 'Founders’ day',
      yearly: true,
    });
    expect((await refusalOf(plan())).message).toContain('Founders’ day');
    expect((await api.settings.get.query()).holidays).toMatchObject([{ id: holidayId, yearly: true }]);
    await admin.settings.removeHoliday.mutate({ holidayId });
    await plan();
    expect((await db.select().from(auditLog)).map((entry) => entry.action)).toEqual([
      'holiday.add',
      'holiday.remove',
      'schedule.create',
    ]);
  });
});
