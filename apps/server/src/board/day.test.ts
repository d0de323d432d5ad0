import { auditLog, eventSyncs, events, holidays, timeOff } from '@scheduler/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

/** Monday 5 January 2026 in the club, five hours behind UTC. */
const MON = '2026-01-05';
const at = (time: string, day = MON) => `${day}T${time}:00.000Z`;
const MON_1045 = at('15:45');
const MON_NOON = at('17:00');
const setupName = '01.05-DD-Acme-Scales (260105123456)  - 01.05 Digital Setup';
const freeoskName = '01.05-LKD-FSK-Nuts-9AM (260105123456)  - V2 - Freeosk';

let server: TestServer;
let api: Client;
let storeId: number;
let ada: number;
let lea: number;
let lou: number;
let sue: number;

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  const { db } = server.database;
  await empty(server.database);
  storeId = await addStore(db);
  ada = await addPerson(db, { storeId, name: 'Ada Example' });
  lea = await addPerson(db, { storeId, name: 'Lea Lead', role: 'Lead Event Specialist' });
  lou = await addPerson(db, { storeId, name: 'Lou Lead', role: 'Lead Event Specialist' });
  sue = await addPerson(db, { storeId, name: 'Sue Pervisor', role: 'Club Supervisor' });
});

const event = (name?: string, window?: { startsOn: string; dueOn: string }) =>
  addEvent(server.database.db, { storeId, ...(name ? { name } : {}), ...window });
const schedule = async (eventId: number, employeeId: number, startsAt = MON_1045, withSupervisor = false) =>
  api.schedules.create.mutate({ eventId, employeeId, startsAt, withSupervisor });
const dayOf = (day = MON) => api.day.get.query({ day });
const seen = ({ scheduleId, version }: { scheduleId: number; version: number }) => ({ scheduleId, version });
const offOn = (employeeId: number, day = MON) =>
  server.database.db.insert(timeOff).values({ employeeId, startsOn: day, endsOn: day, reason: 'dentist' });

/** Lea's short work of Monday: setup, Freeosk, noon check and a vendor's; and a Core that is hers too. */
async function leasMonday() {
  const setup = await schedule(await event(setupName), lea, at('15:15'));
  const freeosk = await schedule(await event(freeoskName), lea, at('15:00'));
  const check = await schedule(await event(supervisorName(600001)), lea, MON_NOON);
  const vendor = await schedule(
    await event('630200-VP-Acme-Nuts (260105123456)  - Vendor Performed'),
    lea,
    at('16:00'),
  );
  const core = await schedule(await event(coreName(600001)), lea, MON_1045);
  return { setup, freeosk, check, vendor, core };
}

describe('a day', () => {
  test('shows its work by time, each slot with who takes it, people off, and what is due', async () => {
    const core = await schedule(await event(), ada);
    await schedule(await event(coreName(600002)), lou, at('15:45', '2026-01-06'));
    await offOn(lea);
    const due = await event(coreName(600003), { startsOn: '2026-01-01', dueOn: '2026-01-06' });
    await event(coreName(600004), { startsOn: '2026-01-01', dueOn: '2026-01-07' });
    const board = await dayOf();
    expect(board).toMatchObject({ day: MON, holiday: null, due: [{ eventId: due }] });
    expect(board.schedules.map(({ scheduleId }) => scheduleId)).toEqual([core.scheduleId]);
    expect(board.people.map(({ name, off }) => [name, off])).toEqual([
      ['Sue Pervisor', null],
      ['Lea Lead', 'dentist'],
      ['Lou Lead', null],
      ['Ada Example', null],
    ]);
    expect(board.coverage.find(({ type }) => type === 'Core')?.slots.slice(0, 2)).toEqual([
      { time: '10:45', usual: true, scheduleIds: [core.scheduleId] },
      { time: '11:15', usual: true, scheduleIds: [] },
    ]);
  });

  test('tells where the instructions of its work are', async () => {
    const { db } = server.database;
    const core = await event();
    await schedule(core, ada);
    await schedule(await event(coreName(600002)), lou, at('15:45'));
    const instructionsUrl = 'https://files.example.test/a.pdf';
    await db.update(events).set({ instructionsUrl }).where(eq(events.id, core));
    expect((await dayOf()).instructions).toEqual({ [core]: instructionsUrl });
  });

  test('shows a Core with its noon check, open or at noon', async () => {
    const core = await event(coreName(612345));
    const check = await event(supervisorName(612345));
    await schedule(core, ada);
    expect((await dayOf()).noonChecks).toMatchObject([
      { coreEventId: core, state: 'open', event: { eventId: check }, workDate: null },
    ]);
    await schedule(check, sue, MON_NOON);
    expect((await dayOf()).noonChecks).toMatchObject([{ state: 'at_noon', workDate: MON }]);
  });

  test('leaves out noon checks that are canceled, gone or booked by a stranger in Crossmark', async () => {
    const { db } = server.database;
    await schedule(await event(coreName(612345)), ada);
    const check = await event(supervisorName(612345));
    const states = async () => (await dayOf()).noonChecks.map(({ state }) => state);
    expect(await states()).toEqual(['open']);
    await db.update(events).set({ condition: 'Canceled' }).where(eq(events.id, check));
    expect(await states()).toEqual([]);
    await db.update(events).set({ condition: 'Unstaffed' }).where(eq(events.id, check));
    await db.insert(eventSyncs).values({ eventId: check, bookedRepNames: 'ZED UNKNOWN' });
    expect(await states()).toEqual([]);
  });

  test('is verified: each broken rule is found, and found no more once it is mended', async () => {
    const broken = async () =>
      (await dayOf()).checks.filter(({ findings }) => findings.length > 0).map(({ code }) => code);
    expect(await broken()).toEqual([]);
    const due = await event(coreName(600003), { startsOn: '2026-01-01', dueOn: '2026-01-06' });
    expect(await broken()).toEqual(['due_scheduled']);
    const { scheduleId, version } = await schedule(due, lea);
    expect(await broken()).toEqual([]);
    await offOn(lea);
    expect(await broken()).toEqual(['nobody_off']);
    await api.schedules.changeEmployee.mutate({ scheduleId, version, employeeId: ada });
    expect(await broken()).toEqual([]);
  });

  test('tells the holiday and whose booking in Crossmark keeps work from being due', async () => {
    const { db } = server.database;
    await db.insert(holidays).values({ day: '2020-01-05', name: 'Stocktaking', yearly: true });
    const due = await event(coreName(600003), { startsOn: '2026-01-01', dueOn: '2026-01-06' });
    await db.insert(eventSyncs).values({ eventId: due, bookedRepNames: 'ZED UNKNOWN' });
    expect(await dayOf()).toMatchObject({ holiday: 'Stocktaking', due: [] });
  });
});

describe('reassigning a day’s short work', () => {
  const preview = (toEmployeeId: number, fromEmployeeId?: number) =>
    api.day.reassignPreview.query({ day: MON, toEmployeeId, ...(fromEmployeeId && { fromEmployeeId }) });

  test('is previewed without writing anything, Cores left out', async () => {
    const { setup, freeosk, check, vendor } = await leasMonday();
    const before = await everything(server.database.db);
    const { to, rows } = await preview(lou);
    expect(to).toEqual({ id: lou, name: 'Lou Lead' });
    expect(rows.map(({ scheduleId, refused }) => [scheduleId, refused])).toEqual(
      [freeosk, setup, vendor, check].map(({ scheduleId }) => [scheduleId, null]),
    );
    expect(await everything(server.database.db)).toEqual(before);
  });

  test('gives each to the other person at its time, with an audit row and a job of its own', async () => {
    const { core, ...short } = await leasMonday();
    const { db } = server.database;
    const auditedBefore = (await db.select().from(auditLog)).length;
    const { rows } = await preview(lou);
    const done = await api.day.reassign.mutate({ toEmployeeId: lou, schedules: rows.map(seen) });
    expect(done.rows.every(({ refused, version }) => refused === null && version === 2)).toBe(true);
    const now = await live(db);
    for (const { scheduleId } of Object.values(short)) {
      const before = need(rows.find((row) => row.scheduleId === scheduleId));
      expect(now.find(({ id }) => id === scheduleId)).toMatchObject({
        employeeId: lou,
        startsAt: before.startsAt,
        version: 2,
      });
    }
    expect(now.find(({ id }) => id === core.scheduleId)).toMatchObject({ employeeId: lea, version: 1 });
    const audited = (await db.select().from(auditLog)).slice(auditedBefore);
    expect(audited.map(({ action }) => action)).toEqual(Array(4).fill('schedule.change_employee'));
    const updates = (await jobs(db)).filter((job) => job.startsWith('sync_schedule_update'));
    expect(updates).toHaveLength(4);
    expect((await preview(lou)).rows).toEqual([]);
  });

  test('lists what a rule forbids with the reason, the preview and the deed alike, and does the rest', async () => {
    const { db } = server.database;
    const { setup, freeosk } = await leasMonday();
    await db.update(events).set({ condition: 'Canceled' }).where(eq(events.id, setup.eventId));
    const { rows } = await preview(lou);
    const refused = rows.filter((row) => row.refused !== null);
    expect(refused).toMatchObject([
      { scheduleId: setup.scheduleId, refused: expect.stringContaining('is Canceled in Crossmark') },
    ]);
    const done = await api.day.reassign.mutate({ toEmployeeId: lou, schedules: rows.map(seen) });
    expect(done.rows.map((row) => [row.scheduleId, row.refused])).toEqual(
      rows.map((row) => [row.scheduleId, row.refused]),
    );
    const now = await live(db);
    expect(now.find(({ id }) => id === setup.scheduleId)?.employeeId).toBe(lea);
    expect(now.find(({ id }) => id === freeosk.scheduleId)?.employeeId).toBe(lou);
  });

  test('takes no override: a soft rule refuses, and offers none', async () => {
    await leasMonday();
    await server.database.db.execute(
      sql`insert into availability_patterns (employee_id, monday) values (${lou}, false)`,
    );
    const { rows } = await preview(lou);
    expect(rows).toHaveLength(4);
    for (const { refused } of rows) {
      expect(refused).toContain('never works on Mondays');
      expect(refused).not.toContain('save it with a reason');
    }
  });

  test('to a person who may not do it moves nothing and tells why of each', async () => {
    await leasMonday();
    const before = await everything(server.database.db);
    const { rows } = await preview(ada);
    const done = await api.day.reassign.mutate({ toEmployeeId: ada, schedules: rows.map(seen) });
    expect(done.rows).toHaveLength(4);
    for (const { refused } of done.rows) expect(refused).toContain('is for a');
    expect(await everything(server.database.db)).toEqual(before);
  });

  test('of one person leaves the others’ alone, and reported work is not asked about', async () => {
    const { db } = server.database;
    const { setup } = await leasMonday();
    await schedule(await event(setupName), lou, at('15:30'));
    await db.update(events).set({ condition: 'Submitted' }).where(eq(events.id, setup.eventId));
    expect((await preview(sue)).rows).toHaveLength(4);
    expect((await preview(sue, lea)).rows.map(({ from }) => from.name)).toEqual(Array(3).fill('Lea Lead'));
  });

  test('leaves what was changed since the preview as it is now, and says who changed it', async () => {
    const { setup, freeosk, check } = await leasMonday();
    const { rows } = await preview(lou);
    const admin = await server.as('admin');
    await admin.schedules.reschedule.mutate({ ...seen(setup), startsAt: at('15:30') });
    await admin.schedules.unschedule.mutate(seen(freeosk));
    const done = await api.day.reassign.mutate({ toEmployeeId: lou, schedules: rows.map(seen) });
    const wordsOf = (scheduleId: number) => done.rows.find((row) => row.scheduleId === scheduleId)?.refused;
    expect(wordsOf(setup.scheduleId)).toContain('Admin Person moved it');
    expect(wordsOf(freeosk.scheduleId)).toContain('Admin Person unscheduled it');
    expect(wordsOf(check.scheduleId)).toBeNull();
    const now = await live(server.database.db);
    expect(now.find(({ id }) => id === setup.scheduleId)).toMatchObject({ employeeId: lea, version: 2 });
  });

  test('of a Core, which is not among it, is listed as refused', async () => {
    const { core } = await leasMonday();
    const done = await api.day.reassign.mutate({ toEmployeeId: lou, schedules: [seen(core)] });
    expect(done.rows).toMatchObject([{ refused: expect.stringContaining('not among the work') }]);
  });

  test('at another store is refused', async () => {
    await leasMonday();
    const elsewhere = await addStore(server.database.db, '8200');
    const stranger = await addPerson(server.database.db, {
      storeId: elsewhere,
      name: 'Stan Stranger',
      role: 'Lead Event Specialist',
    });
    const { rows } = await preview(stranger);
    for (const { refused } of rows) expect(refused).toContain('belongs to another store');
    expect(
      (await api.day.reassignPreview.query({ storeId: elsewhere, day: MON, toEmployeeId: lou })).rows,
    ).toEqual([]);
    const nobody = api.day.reassignPreview.query({ storeId: elsewhere, day: MON, toEmployeeId: 987_654 });
    expect((await refusalOf(nobody)).message).toContain('no person 987654');
  });

  test('that rolls back leaves nothing changed and no job', async () => {
    await leasMonday();
    const { db } = server.database;
    const { rows } = await preview(lou);
    const before = await everything(db);
    await db.execute(sql`create function refuse_commit() returns trigger language plpgsql as
      $$ begin raise exception 'no'; end $$`);
    await db.execute(sql`create constraint trigger refuse_commit after update on schedules
      deferrable initially deferred for each row execute function refuse_commit()`);
    const refused = await refusalOf(
      api.day.reassign.mutate({ toEmployeeId: lou, schedules: rows.map(seen) }),
    );
    await db.execute(sql`drop function refuse_commit() cascade`);
    expect(refused.code).toBe('INTERNAL_SERVER_ERROR');
    expect(await everything(db)).toEqual(before);
  });

  test('by two at once, in opposite order and to different people: each schedule goes over once, no deadlock', async () => {
    for (let round = 0; round < 5; round++) {
      await empty(server.database);
      const { db } = server.database;
      storeId = await addStore(db);
      const lead = (name: string) => addPerson(db, { storeId, name, role: 'Lead Event Specialist' });
      [lea, lou, sue] = [await lead('Lea Lead'), await lead('Lou Lead'), await lead('Sue Lead')];
      await leasMonday();
      const admin = await server.as('admin');
      const { rows } = await preview(lou);
      const [first, second] = await Promise.all([
        api.day.reassign.mutate({ toEmployeeId: lou, schedules: rows.map(seen) }),
        admin.day.reassign.mutate({ toEmployeeId: sue, schedules: rows.map(seen).reverse() }),
      ]);
      const winners = [first, second].filter((each) => each.rows.every(({ refused }) => refused === null));
      expect(winners).toHaveLength(1);
      const loser = need([first, second].find((each) => each !== winners[0]));
      for (const { refused } of loser.rows) expect(refused).toContain('was changed after you opened it');
      const winner = need(winners[0]).to.id;
      const moved = (await live(db)).filter(({ version }) => version === 2);
      expect(moved).toHaveLength(4);
      expect(moved.every(({ employeeId }) => employeeId === winner)).toBe(true);
    }
  });

  test('beside a trade of the same people crosswise, moves and previews ends without a deadlock', async () => {
    itIs('2026-01-02T15:00:00.000Z');
    const { core, ...short } = await leasMonday();
    const other = await schedule(await event(coreName(600002)), lou, at('16:15'));
    const back = await schedule(await event(freeoskName), lou, at('15:00'));
    const [a, b] = [seen(core), seen(other)];
    const results = await Promise.allSettled([
      api.day.reassign.mutate({ toEmployeeId: lou, schedules: Object.values(short).map(seen) }),
      api.schedules.trade.mutate({ a, b }),
      api.day.reassign.mutate({ toEmployeeId: lea, schedules: [seen(back)] }),
      api.schedules.trade.mutate({ a: b, b: a }),
      preview(sue),
      api.schedules.tradePreview.query({ a: b, b: a }),
    ]);
    for (const result of results) {
      if (result.status === 'rejected') {
        expect((await refusalOf(Promise.reject(result.reason))).reason.code).toBe('stale');
      }
    }
    const now = await live(server.database.db);
    const whoHas = ({ scheduleId }: { scheduleId: number }) =>
      now.find(({ id }) => id === scheduleId)?.employeeId;
    expect([whoHas(core), whoHas(other), whoHas(back)]).toEqual([lou, lea, lea]);
    expect(Object.values(short).map(whoHas)).toEqual(Array(4).fill(lou));
    expect(now.every(({ version }) => version === 2)).toBe(true);
  });
});

describe('a trade’s preview', () => {
  beforeEach(() => itIs('2026-01-02T15:00:00.000Z'));

  test('tells of each side what the rules say, and writes nothing', async () => {
    const a = await schedule(await event(coreName(600001)), ada);
    const b = await schedule(await event(coreName(600002)), lou, at('15:45', '2026-01-06'));
    const sides = { a: seen(a), b: seen(b) };
    expect(await api.schedules.tradePreview.query(sides)).toEqual({ allowed: true, a: [], b: [] });
    await offOn(ada, '2026-01-06');
    const before = await everything(server.database.db);
    expect(await api.schedules.tradePreview.query(sides)).toMatchObject({
      allowed: false,
      a: [],
      b: [{ code: 'time_off', severity: 'hard' }],
    });
    expect(await everything(server.database.db)).toEqual(before);
  });

  test('of what was changed since says who changed it', async () => {
    const a = await schedule(await event(coreName(600001)), ada);
    const b = await schedule(await event(coreName(600002)), lou, at('16:15'));
    await api.schedules.unschedule.mutate(seen(b));
    const refused = await refusalOf(api.schedules.tradePreview.query({ a: seen(a), b: seen(b) }));
    expect(refused.reason.code).toBe('stale');
  });
});

describe('a month', () => {
  const month = (name = '2026-01') => api.month.get.query({ month: name });
  const dayIn = async (day: string, name?: string) =>
    need((await month(name)).days.find((each) => each.day === day));

  test('counts what is planned per type and day, in whole weeks', async () => {
    await leasMonday();
    await schedule(await event(coreName(600002)), lou, at('16:15'));
    const view = await month();
    expect(view.days[0]?.day).toBe('2025-12-28');
    expect(view.days).toHaveLength(35);
    expect((await dayIn(MON)).counts).toEqual([
      { type: 'Core', count: 2 },
      { type: 'Supervisor', count: 1 },
      { type: 'Digital Setup', count: 1 },
      { type: 'Freeosk', count: 1 },
      { type: 'Other', count: 1 },
    ]);
    expect((await dayIn('2026-01-06')).counts).toEqual([]);
    expect(await dayIn(MON, '2025-12').catch(() => undefined)).toBeUndefined();
  });

  test('marks only days on which unscheduled work could be done for the last time', async () => {
    const { db } = server.database;
    const due = await event(coreName(600003), { startsOn: '2026-01-01', dueOn: '2026-01-15' });
    const marked = async () => (await month()).days.filter(({ due: count }) => count > 0);
    expect(await marked()).toMatchObject([{ day: '2026-01-14', due: 1 }]);
    const { scheduleId, version } = await schedule(due, ada);
    expect(await marked()).toEqual([]);
    await api.schedules.unschedule.mutate({ scheduleId, version });
    expect(await marked()).toHaveLength(1);
    for (const condition of ['Canceled', 'Expired', 'Submitted'] as const) {
      await db.update(events).set({ condition }).where(eq(events.id, due));
      expect(await marked()).toEqual([]);
    }
    await db
      .update(events)
      .set({ condition: 'Unstaffed', goneSince: at('00:00') })
      .where(eq(events.id, due));
    expect(await marked()).toEqual([]);
    await db.update(events).set({ goneSince: null }).where(eq(events.id, due));
    await db.update(eventSyncs).set({ bookedRepNames: 'ZED UNKNOWN', wantedVersion: 1, syncedVersion: 1 });
    expect(await marked()).toEqual([]);
  });

  test('knows the holidays, and no other store’s work', async () => {
    const { db } = server.database;
    await db.insert(holidays).values({ day: '2026-01-19', name: 'Inventory day' });
    const elsewhere = await addStore(db, '8200');
    await addEvent(db, { storeId: elsewhere });
    expect((await dayIn('2026-01-19')).holiday).toBe('Inventory day');
    expect((await month()).days.every(({ due }) => due === 0)).toBe(true);
    const other = await api.month.get.query({ storeId: elsewhere, month: '2026-01' });
    expect(other.days.filter(({ due }) => due > 0)).toHaveLength(1);
  });

  test('is read by index, not by going through all schedules and events', async () => {
    const { db } = server.database;
    await db.execute(sql`insert into events (store_id, name, type, starts_on, due_on, duration_minutes)
      select ${storeId}, 'Filler ' || n, 'Other', date '2020-01-01' + n % 2000, date '2020-01-02' + n % 2000, 60
      from generate_series(1, 20000) n`);
    await db.execute(sql`insert into schedules (event_id, employee_id, starts_at, ends_at, work_date)
      select id, ${lea}, starts_on + time '15:00', starts_on + time '16:00', starts_on from events where id % 2 = 0 and name like 'Filler%'`);
    await db.execute(sql`analyze events, schedules`);
    const planOf = async (statement: ReturnType<typeof sql>) =>
      (await db.execute<{ 'QUERY PLAN': string }>(sql`explain ${statement}`))
        .map((row) => row['QUERY PLAN'])
        .join('\n');
    expect(
      await planOf(sql`select s.work_date, e.type, count(*) from schedules s join events e on e.id = s.event_id
        where s.ended_at is null and s.work_date between '2023-12-31' and '2024-02-03' and e.store_id = ${storeId}
        group by 1, 2`),
    ).toContain('schedules_live_by_day');
    expect(
      await planOf(sql`select e.* from events e left join schedules s on s.event_id = e.id and s.ended_at is null
        where e.store_id = ${storeId} and e.due_on between '2024-01-01' and '2024-02-04' and s.id is null
        and e.gone_since is null`),
    ).toContain('events_store_due');
  });

  test('that isn’t one is refused in words', async () => {
    expect((await refusalOf(month('2026-13'))).message).toMatch(/month must be a month such as 2026-01/);
  });

  test('says what is not by rotation, and is clean once somebody stands in', async () => {
    itIs('2026-01-04T17:00:00.000Z');
    const { db } = server.database;
    const juicer = await addPerson(db, { storeId, name: 'Jo Juicer', role: 'Juicer Barista' });
    const other = await addPerson(db, { storeId, name: 'Ada Juicer', role: 'Juicer Barista' });
    const turn = { storeId, kind: 'juicer' as const };
    await api.plan.setTurn.mutate({ ...turn, weekday: 1, employeeId: juicer, seen: null });
    const checked = async () => {
      const { checks } = await api.day.get.query({ storeId, day: '2026-01-05' });
      return checks.find(({ code }) => code === 'by_rotation')?.findings.map(({ message }) => message);
    };
    expect(await checked()).toEqual([]);
    const { version } = await api.employees.get.query({ employeeId: juicer });
    const off = { startsOn: '2026-01-05', endsOn: '2026-01-05', reason: null };
    await api.employees.addTimeOff.mutate({ employeeId: juicer, version, ...off });
    expect(await checked()).toEqual([
      expect.stringMatching(/^Jo Juicer is the Juicer on Mon Jan 5 by rotation and is off/),
    ]);
    await api.plan.setException.mutate({ ...turn, day: '2026-01-05', employeeId: other, seen: null });
    expect(await checked()).toEqual([]);
  });
});
