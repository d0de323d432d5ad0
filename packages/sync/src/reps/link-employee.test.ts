import { type CrossmarkClient, employeeNumber, repId } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { employees, eventSyncs, syncAttempts } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  addEmployee,
  addEvent,
  addSchedule,
  addStore,
  clearTables,
  clientOf,
  contextOf,
  jobOf,
  need,
  queuedJobs,
} from '../../test/fixture.ts';
import type { SyncContext } from '../context.ts';
import { syncEmployee } from './link-employee.ts';

let database: TestDatabase;
let simulator: Simulator;
let client: CrossmarkClient;
let ctx: SyncContext;
let storeId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, employees');
  simulator = createSimulator({
    state: {
      reps: [
        { repId: '100001', employeeNumber: 'US100001', firstName: 'ADA', lastName: 'EXAMPLE' },
        { repId: '100002', employeeNumber: 'US100002', firstName: 'Bob', lastName: 'Sample' },
        { repId: '100003', employeeNumber: 'US100003', firstName: 'Bob', lastName: 'Sample' },
      ],
    },
  });
  await simulator.listen();
  client = clientOf(simulator.url);
  ctx = contextOf(database.db, client);
});
afterEach(async () => {
  await client.close();
  await simulator.close();
});

const job = jobOf('sync_employee');
const add = (name: string, rep: string | null = null, number?: string) =>
  addEmployee(database.db, { storeId, name, repId: rep, ...(number ? { employeeNumber: number } : {}) });
const person = async (id: number) =>
  need(await database.db.query.employees.findFirst({ where: eq(employees.id, id) }));
const run = (id: number) => syncEmployee(ctx, id, job);

test('is linked by RepID, then employee number, then name whatever its case', async () => {
  const byId = await add('Somebody Married', '100001');
  await run(byId);
  expect(await person(byId)).toMatchObject({
    linkState: 'linked',
    repId: '100001',
    employeeNumber: 'US100001',
  });
  await database.db.delete(employees);
  const byNumber = await add('Robert S.', null, 'US100003');
  await run(byNumber);
  expect(await person(byNumber)).toMatchObject({ linkState: 'linked', repId: '100003' });
  const byName = await add('ada  example');
  await run(byName);
  expect(await person(byName)).toMatchObject({
    linkState: 'linked',
    repId: '100001',
    employeeNumber: 'US100001',
  });
});

test('a name that several reps have links nobody', async () => {
  const bob = await add('Bob Sample');
  await run(bob);
  expect(await person(bob)).toMatchObject({ linkState: 'ambiguous', repId: null });
  expect((await person(bob)).linkReason).toMatch(/several reps/);
});

test('nobody of that name: said so', async () => {
  const nobody = await add('Nora Nobody');
  await run(nobody);
  expect(await person(nobody)).toMatchObject({ linkState: 'not_found', repId: null });
});

test('a rep belongs to one person only', async () => {
  await add('Ada Example', '100001');
  const second = await add('Ada Example');
  await run(second);
  expect(await person(second)).toMatchObject({ linkState: 'taken', repId: null });
  expect((await person(second)).linkReason).toMatch(/belongs to Ada Example/);
});

test('a RepID that changed has the future schedules sent again, past ones not', async () => {
  const ada = await add('Ada Example', '199999', 'US100001');
  const future = await addEvent(database.db, { storeId, mplanId: '40000001' });
  const past = await addEvent(database.db, { storeId, mplanId: '40000002' });
  await database.db.transaction(async (tx) => {
    await addSchedule(tx, {
      eventId: future,
      employeeId: ada,
      startsAt: new Date(currentTimeMs() + 86_400_000).toISOString(),
    });
    await addSchedule(tx, { eventId: past, employeeId: ada, startsAt: '2026-01-05T15:45:00.000Z' });
  });
  expect(await run(ada)).toMatchObject({ outcome: 'done' });
  expect(await person(ada)).toMatchObject({ repId: repId('100001') });
  expect(await database.db.select().from(eventSyncs)).toMatchObject([{ eventId: future, state: 'pending' }]);
  expect(await queuedJobs(database.db)).toMatchObject([{ key: `event:${future}` }]);
  expect(await run(ada)).toMatchObject({ outcome: 'nothing' });
});

test('a conflict stays open whatever changes about the person: only a decision on its schedule ends it', async () => {
  const ada = await add('Ada Example', '199999', 'US100001');
  const future = await addEvent(database.db, { storeId, mplanId: '40000001' });
  await database.db.transaction((tx) =>
    addSchedule(tx, {
      eventId: future,
      employeeId: ada,
      startsAt: new Date(currentTimeMs() + 86_400_000).toISOString(),
    }),
  );
  const conflict = { bookingId: '50000001', repId: '100003', repNames: 'Eve', startsAt: null, seenAt: '' };
  await database.db.insert(eventSyncs).values({ eventId: future, state: 'conflict', conflict });
  expect(await run(ada)).toMatchObject({ outcome: 'done' });
  expect(await person(ada)).toMatchObject({ repId: repId('100001') });
  expect(await database.db.select().from(eventSyncs)).toMatchObject([{ state: 'conflict', conflict }]);
});

test('somebody who left has the future schedules looked at again', async () => {
  const ada = await add('Ada Example', '100001', employeeNumber('US100001'));
  const future = await addEvent(database.db, { storeId, mplanId: '40000001' });
  await database.db.transaction((tx) =>
    addSchedule(tx, {
      eventId: future,
      employeeId: ada,
      startsAt: new Date(currentTimeMs() + 86_400_000).toISOString(),
    }),
  );
  await database.db.update(employees).set({ terminatedOn: '2026-01-01' });
  await run(ada);
  expect(await queuedJobs(database.db)).toMatchObject([{ key: `event:${future}` }]);
});

test('Crossmark down: retried with the same backoff, counted across jobs', async () => {
  const ada = await add('Ada Example');
  simulator.addFaults({ kind: 'status', status: 503, times: 2 });
  expect(await run(ada)).toMatchObject({ outcome: 'retry' });
  expect(await run(ada)).toMatchObject({ outcome: 'retry' });
  expect(await queuedJobs(database.db)).toMatchObject([{ key: `employee:${ada}` }]);
  expect(await run(ada)).toMatchObject({ outcome: 'done' });
  expect(
    (await database.db.select().from(syncAttempts).orderBy(syncAttempts.id)).map((row) => row.number),
  ).toEqual([1, 2, 3]);
});

test('nothing is written to Crossmark', async () => {
  await run(await add('Ada Example'));
  expect(new Set(simulator.log.map((call) => call.call))).toEqual(
    new Set(['authenticate', 'getUserInfo', 'getAvailableReps']),
  );
});
