import { employeeNumber, repId } from '@scheduler/crossmark';
import { auditLog, crossmarkReps, employees, eventSyncs, repReadings } from '@scheduler/db';
import { desc, eq } from 'drizzle-orm';
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
import { properName } from './reps.ts';

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

/** As a worker keeps what it read. */
async function listed(...reps: [id: number, name: string, number?: string][]) {
  const { db } = server.database;
  await db
    .insert(repReadings)
    .values({ requestedBy: 'u', state: 'done', finishedAt: '2026-01-05T12:00:00.000Z' });
  await db.insert(crossmarkReps).values(
    reps.map(([id, name, number]) => ({
      repId: repId(id),
      name,
      employeeNumber: number ? employeeNumber(number) : null,
    })),
  );
}
const rows = async () =>
  (await api.reps.preview.query()).rows.map(({ rep, status, employee }) => [
    rep.name,
    status,
    employee?.name ?? null,
  ]);
const people = () => server.database.db.select().from(employees).orderBy(employees.id);

describe('an import from Crossmark', () => {
  test('asks a worker for the list, and says that none was read yet', async () => {
    expect(await api.reps.preview.query()).toEqual({ reading: null, readAt: null, rows: [] });
    const { readingId } = await api.reps.read.mutate();
    expect(await jobs(server.database.db)).toEqual([`sync_employee reps:${readingId}`]);
    expect((await api.reps.preview.query()).reading).toMatchObject({ readingId, state: 'queued' });
    expect(await api.reps.read.mutate()).toEqual({ readingId });
  });

  test('tells new, changed, same and what it can’t tell', async () => {
    const { db } = server.database;
    await addPerson(db, { storeId, name: 'Robert Sample', linked: false, employeeNumber: 'US100002' });
    await addPerson(db, { storeId, name: 'cy unlinked', linked: false });
    await addPerson(db, { storeId, name: 'Dee Double', linked: false });
    await addPerson(db, { storeId, name: 'Eve Known', employeeNumber: 'US100007' });
    await db
      .update(employees)
      .set({ repId: repId(700_007) })
      .where(eq(employees.name, 'Eve Known'));
    await listed(
      [700_001, 'ADA NEW', 'US100001'],
      [700_002, 'SAMPLE,BOB', 'US100002'],
      [700_003, 'Cy Unlinked', 'US100003'],
      [700_004, 'Dee Double', 'US100004'],
      [700_005, 'Dee Double', 'US100005'],
      [700_006, 'Eve Known', 'US100006'],
      [700_007, 'EVE KNOWN', 'US100007'],
    );
    expect(await rows()).toEqual([
      ['Dee Double', 'conflict', null],
      ['Dee Double', 'conflict', null],
      ['Bob Sample', 'changed', 'Robert Sample'],
      ['Cy Unlinked', 'changed', 'cy unlinked'],
      ['Ada New', 'new', null],
      ['Eve Known', 'new', null],
      ['Eve Known', 'same', 'Eve Known'],
    ]);
    const [first, , bob, , , eve] = (await api.reps.preview.query()).rows;
    expect(first?.note).toContain('Choose which one');
    expect(bob?.changes).toEqual([
      { field: 'name', from: 'Robert Sample', to: 'Bob Sample' },
      { field: 'repId', from: null, to: '700002' },
    ]);
    expect(eve?.note).toContain('Somebody else of that name is here already (US100007)');
  });

  test('twice, and twice at once, makes nobody twice; retired people aren’t made anew', async () => {
    await listed([700_001, 'ADA NEW', 'US100001'], [700_002, 'BOB SAMPLE', 'US100002']);
    const choices = [
      { repId: '700001', employeeId: null },
      { repId: '700002', employeeId: null },
    ];
    const results = await Promise.all([
      api.reps.import.mutate({ choices }),
      api.reps.import.mutate({ choices }),
    ]);
    expect(results.map((result) => result.created).sort()).toEqual([0, 2]);
    expect(await api.reps.import.mutate({ choices })).toEqual({ created: 0, changed: 0 });
    expect(await people()).toMatchObject([
      { name: 'Ada New', repId: '700001', employeeNumber: 'US100001', linkState: 'linked' },
      { name: 'Bob Sample', repId: '700002', linkState: 'linked' },
    ]);
    await server.database.db.update(employees).set({ terminatedOn: '2026-01-01' });
    expect(await rows()).toEqual([
      ['Ada New', 'same', 'Ada New'],
      ['Bob Sample', 'same', 'Bob Sample'],
    ]);
    const kept = await server.database.db.select().from(auditLog);
    expect(kept.map((entry) => [entry.action, entry.actorName])).toEqual([
      ['employee.import', 'Dispatcher Person'],
      ['employee.import', 'Dispatcher Person'],
    ]);
  });

  test('links somebody who is here, and sends what is planned for them', async () => {
    const { db } = server.database;
    const employeeId = await addPerson(db, { storeId, name: 'Ada Example', employeeNumber: 'US100001' });
    const eventId = await addEvent(db, { storeId, startsOn: '2026-01-01', dueOn: '2099-01-01' });
    await api.schedules.create.mutate({ eventId, employeeId, startsAt: '2098-12-01T15:45:00.000Z' });
    await db.update(eventSyncs).set({ state: 'synced' });
    await server.database.sql`delete from graphile_worker._private_jobs`;
    await listed([700_001, 'ADA EXAMPLE', 'US100001']);
    expect(await rows()).toEqual([['Ada Example', 'changed', 'Ada Example']]);
    expect(await api.reps.import.mutate({ choices: [{ repId: '700001', employeeId }] })).toEqual({
      created: 0,
      changed: 1,
    });
    expect(await people()).toMatchObject([{ repId: '700001', version: 2 }]);
    expect(await db.select().from(eventSyncs)).toMatchObject([{ state: 'pending' }]);
    expect(await jobs(db)).toEqual([`sync_schedule_update event:${eventId}`]);
  });

  test('that is another matter by now is refused as a whole', async () => {
    await listed([700_001, 'ADA NEW', 'US100001'], [700_002, 'BOB SAMPLE', 'US100002']);
    const choices = [
      { repId: '700002', employeeId: null },
      { repId: '700001', employeeId: null },
    ];
    await api.employees.create.mutate({ name: 'Ada New' });
    const refused = await refusalOf(api.reps.import.mutate({ choices }));
    expect(refused.message).toMatch(
      /Ada New \(RepID 700001\) is another matter by now.*Nothing was imported/,
    );
    expect(refused.reason.code).toBe('stale');
    expect(await people()).toHaveLength(1);
    const gone = await refusalOf(
      api.reps.import.mutate({ choices: [{ repId: '799999', employeeId: null }] }),
    );
    expect(gone.message).toContain('no longer on Crossmark’s list');
  });

  test('spells names as people do', () => {
    expect(['ADA EXAMPLE', 'EXAMPLE,ADA', "O'BRIEN-LEE, ZOË", 'Ada van Dyk'].map(properName)).toEqual([
      'Ada Example',
      'Ada Example',
      "Zoë O'Brien-Lee",
      'Ada van Dyk',
    ]);
  });
});

describe('a link chosen by hand', () => {
  test('names the rep where the list doesn’t, keeps who did it, and sends what is planned', async () => {
    const { db } = server.database;
    const employeeId = await addPerson(db, { storeId, name: 'Dee Double' });
    const eventId = await addEvent(db, { storeId, startsOn: '2026-01-01', dueOn: '2099-01-01' });
    await api.schedules.create.mutate({ eventId, employeeId, startsAt: '2098-12-01T15:45:00.000Z' });
    await db.update(employees).set({ repId: null, linkState: 'ambiguous', linkReason: 'several reps' });
    await db.update(eventSyncs).set({ state: 'failed' });
    await server.database.sql`delete from graphile_worker._private_jobs`;
    await listed([700_004, 'Dee Double', 'US100004'], [700_005, 'Dee Double', 'US100005']);
    const linked = await api.reps.link.mutate({ employeeId, version: 1, repId: '700005' });
    expect(linked).toMatchObject({
      repId: '700005',
      employeeNumber: 'US100005',
      linkState: 'linked',
      linkReason: null,
      version: 2,
    });
    expect(await db.select().from(eventSyncs)).toMatchObject([{ state: 'pending' }]);
    expect(await jobs(db)).toEqual([
      `sync_employee employee:${employeeId}`,
      `sync_schedule_update event:${eventId}`,
    ]);
    const [entry] = await db.select().from(auditLog).orderBy(desc(auditLog.id)).limit(1);
    expect(entry).toMatchObject({ action: 'employee.link', after: { repId: '700005', version: 2 } });
    // The same again changes nothing.
    expect((await api.reps.link.mutate({ employeeId, version: 2, repId: '700005' })).version).toBe(2);
    expect((await api.reps.list.query()).reps.map((rep) => rep.holder?.name ?? null)).toEqual([
      null,
      'Dee Double',
    ]);
  });
});
