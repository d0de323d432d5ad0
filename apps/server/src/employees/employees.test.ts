import { employees, schedules } from '@scheduler/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
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

let server: TestServer;
let api: Client;
let storeId: number;

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  storeId = await addStore(server.database.db);
});

describe('people', () => {
  test('are added with the job that looks them up in Crossmark, and without a RepID until then', async () => {
    const ada = await api.employees.create.mutate({ name: ' Ada Example ', employeeNumber: 'us123456' });
    expect(ada).toMatchObject({
      name: 'Ada Example',
      storeId,
      role: 'Event Specialist',
      employeeNumber: 'US123456',
      repId: null,
      linkState: 'unchecked',
      version: 1,
    });
    expect(await jobs(server.database.db)).toEqual([`sync_employee employee:${ada.id}`]);
    expect(await api.employees.list.query()).toEqual([ada]);
  });

  test('given one number at the same moment are one person, and the other is told', async () => {
    const results = await Promise.allSettled([
      api.employees.create.mutate({ name: 'Ada Example', employeeNumber: 'US123456' }),
      api.employees.create.mutate({ name: 'Ben Sample', employeeNumber: 'US123456' }),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    const rejected = results.find((result) => result.status === 'rejected');
    const refused = await refusalOf(Promise.reject(rejected?.reason));
    expect(refused).toMatchObject({ code: 'CONFLICT', reason: { fields: [{ path: 'employeeNumber' }] } });
    expect(await server.database.db.$count(employees)).toBe(1);
  });

  test('given one name at the same moment, as by a double click, are one person', async () => {
    const { sql } = server.database;
    const { both } = await sql.begin(async (tx) => {
      // The lock admits reads and makes writes wait, so both calls are under way before the first
      // is done.
      await tx`lock table employees in share mode`;
      const both = Promise.allSettled([
        api.employees.create.mutate({ name: 'Ada Example' }),
        api.employees.create.mutate({ name: 'ada example' }),
      ]);
      await vi.waitFor(async () => {
        const waiting = await tx`
          select from pg_locks join pg_database on pg_database.oid = database
          where datname = current_database() and not granted`;
        expect(waiting).toHaveLength(2);
      });
      return { both };
    });
    expect((await both).filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(await server.database.db.$count(employees)).toBe(1);
  });

  test('are changed field by field, looked up again, and a change of nothing is none', async () => {
    const { id: employeeId } = await api.employees.create.mutate({ name: 'Ada Example', phone: '555' });
    await server.database.sql`delete from graphile_worker._private_jobs`;
    const changed = await api.employees.update.mutate({
      employeeId,
      version: 1,
      changes: { role: 'Lead Event Specialist', email: 'ada@example.test' },
    });
    expect(changed).toMatchObject({ role: 'Lead Event Specialist', phone: '555', version: 2 });
    expect(await jobs(server.database.db)).toHaveLength(1);
    const same = await api.employees.update.mutate({
      employeeId,
      version: 2,
      changes: { role: 'Lead Event Specialist' },
    });
    expect(same.version).toBe(2);
  });

  test('edited by two: the second is refused with who changed what', async () => {
    const { id: employeeId } = await api.employees.create.mutate({ name: 'Ada Example' });
    const admin = await server.as('admin');
    await admin.employees.update.mutate({ employeeId, version: 1, changes: { phone: '555' } });
    const refused = await refusalOf(
      api.employees.update.mutate({ employeeId, version: 1, changes: { phone: '556' } }),
    );
    expect(refused.message).toContain('Admin Person changed the phone number');
    expect(refused.reason).toMatchObject({ code: 'stale', currentVersion: 2 });
  });

  test('who never had a schedule are deleted', async () => {
    const { id: employeeId } = await api.employees.create.mutate({ name: 'Ada Example' });
    expect(await api.employees.delete.mutate({ employeeId, version: 1 })).toMatchObject({
      outcome: 'deleted',
    });
    expect((await refusalOf(api.employees.get.query({ employeeId }))).code).toBe('NOT_FOUND');
  });

  test('who have history are retired: it stays, they can’t be planned later, and what they leave open is said', async () => {
    const { db } = server.database;
    const employeeId = await addPerson(db, { storeId, name: 'Ada Example' });
    const plan = async (startsAt: string) =>
      api.schedules.create.mutate({
        eventId: await addEvent(db, { storeId }),
        employeeId,
        startsAt,
        withSupervisor: false,
      });
    await plan('2026-01-05T15:45:00.000Z');
    // From 10 PM of the last work day into the day after it.
    const intoTheNext = await plan('2026-01-07T03:00:00.000Z');
    const later = await plan('2026-01-07T15:45:00.000Z');
    await server.database.sql`delete from graphile_worker._private_jobs`;
    const removed = await api.employees.delete.mutate({ employeeId, version: 1, lastWorkDay: '2026-01-06' });
    expect(removed).toEqual({
      outcome: 'retired',
      terminatedOn: '2026-01-06',
      schedulesToReassign: [intoTheNext.scheduleId, later.scheduleId],
    });
    expect(await jobs(db)).toContain(`sync_employee employee:${employeeId}`);
    expect(await db.$count(schedules)).toBe(3);
    expect((await refusalOf(plan('2026-01-08T15:45:00.000Z'))).reason.reasons).toMatchObject([
      { code: 'retired' },
    ]);
    expect((await api.board.week.query({ weekOf: '2026-01-05' })).schedules).toMatchObject([
      { flags: [] },
      { flags: [{ code: 'retired' }] },
      { flags: [{ code: 'retired' }] },
    ]);
    // And back again.
    await api.employees.update.mutate({ employeeId, version: 2, changes: { terminatedOn: null } });
    const [person] = await db.select().from(employees).where(eq(employees.id, employeeId));
    expect(person?.terminatedOn).toBeNull();
  });

  test('of another store can’t be planned here', async () => {
    const { db } = server.database;
    const elsewhere = await addStore(db, '9000');
    const employeeId = await addPerson(db, { storeId: elsewhere, name: 'Cy Away' });
    const refused = await refusalOf(
      api.schedules.create.mutate({
        eventId: await addEvent(db, { storeId }),
        employeeId,
        startsAt: '2026-01-05T15:45:00.000Z',
      }),
    );
    expect(refused.message).toContain('another store');
    expect((await api.stores.list.query()).map((store) => store.number)).toEqual(['8135', '9000']);
  });
});
