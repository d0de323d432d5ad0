import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createCrossmarkClient, repId, storeId } from '@scheduler/crossmark';
import {
  auditLog,
  employees,
  events,
  proposalLines,
  proposals,
  schedules,
  stores,
  syncAttempts,
} from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createLogger } from '@scheduler/runtime';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { DEFAULT_RETRY_POLICY, requestPlans } from '@scheduler/sync';
import { asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startWorker, type Worker, type WorkerOptions } from './worker.ts';

/** Nobody answers there: a plan needs no Crossmark. */
const NOWHERE = 'http://127.0.0.1:9';
const ZONE = 'America/Indiana/Indianapolis';
const today = workDateOf(currentInstant(), ZONE);

let database: TestDatabase;
let ourStore: number;
let running: Worker[] = [];
let children: ChildProcess[] = [];
let lines: string[] = [];
const client = createCrossmarkClient({ baseUrl: NOWHERE, userId: 'u', password: 'p' });

beforeEach(async () => {
  database = await createTestDatabase();
  const [store] = await database.db
    .insert(stores)
    .values({
      crossmarkStoreId: storeId('310042'),
      number: '8135',
      name: 'Club',
      timeZone: ZONE,
      planning: { afterImport: true, types: ['Core'] },
    })
    .returning();
  ourStore = store?.id ?? 0;
  await database.db.insert(employees).values(
    ['Ada Example', 'Bob Sample'].map((name, n) => ({
      storeId: ourStore,
      name,
      repId: repId(String(100001 + n)),
      linkState: 'linked' as const,
    })),
  );
  await database.db.insert(events).values(
    [1, 2, 3].map((n) => ({
      storeId: ourStore,
      name: `61000${n}-Acme-Oat (260105123456)  - V2-CORE`,
      type: 'Core' as const,
      startsOn: today,
      dueOn: addDays(today, 10),
      durationMinutes: 390,
    })),
  );
  lines = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(running.map((worker) => worker.stop()));
  running = [];
  children = [];
  await database.close();
});

function start(overrides: Partial<WorkerOptions> = {}): Worker {
  const worker = startWorker({
    databaseUrl: database.appUrl,
    crossmark: client,
    log: createLogger('worker', 'debug', { write: (line) => lines.push(line) }),
    retry: DEFAULT_RETRY_POLICY,
    concurrency: 4,
    drainMs: 100,
    ...overrides,
  });
  running.push(worker);
  return worker;
}

const request = () => database.db.transaction((tx) => requestPlans(tx, [ourStore], 'import'));
const plans = () => database.db.select().from(proposals).orderBy(asc(proposals.id));
const attempts = () =>
  database.db
    .select()
    .from(syncAttempts)
    .where(eq(syncAttempts.task, 'propose_plan'))
    .orderBy(syncAttempts.id);
/** Waits until the plans are in these states. */
const states = (...wanted: string[]) =>
  vi.waitFor(async () => expect((await plans()).map(({ state }) => state)).toEqual(wanted), {
    timeout: 60_000,
    interval: 50,
  });
/**
 * Keeps plans from being made, by a lock on a table that they need. Returns the function that ends
 * this.
 */
async function holdPlans(): Promise<() => Promise<void>> {
  const release = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holding = database.sql.begin(async (tx) => {
    await tx`lock table rotation_turns in access exclusive mode`;
    held.resolve();
    await release.promise;
  });
  await held.promise;
  return async () => {
    release.resolve();
    await holding;
  };
}

test('a plan after an import waits for review: nothing is scheduled, and it says who made it', async () => {
  await request();
  start();
  await states('ready');
  const [plan] = await plans();
  expect(plan).toMatchObject({
    occasion: 'import',
    requestedBy: 'schedule',
    requestedByName: 'Crossmark Scheduler',
    madeBy: 'solver',
    fromDay: addDays(today, 1),
    toDay: addDays(today, 7),
    options: { types: ['Core'], earliestDay: addDays(today, 1) },
  });
  expect(await database.db.$count(proposalLines)).toBe(3);
  expect(await database.db.$count(schedules)).toBe(0);
  expect(await database.db.select().from(auditLog)).toMatchObject([
    { action: 'proposal.start', actorName: 'Crossmark Scheduler', after: { occasion: 'import' } },
  ]);
  await vi.waitFor(async () =>
    expect(await attempts()).toMatchObject([
      { outcome: 'done', summary: `plan ${plan?.id} waits for review` },
    ]),
  );
});

test('where a plan is under review it makes none, and says so', async () => {
  await database.db.insert(proposals).values({
    storeId: ourStore,
    state: 'ready',
    requestedBy: 'u1',
    requestedByName: 'Morgan',
    fromDay: addDays(today, 1),
    toDay: addDays(today, 3),
    options: {},
  });
  await request();
  start();
  await vi.waitFor(async () => expect(await attempts()).toMatchObject([{ outcome: 'nothing' }]), 60_000);
  expect((await attempts())[0]?.summary).toMatch(/plan \d+ by Morgan is under review/);
  await states('ready');
});

test('a plan whose days are over is no review, and one that places nothing waits for nobody', async () => {
  await database.db.insert(proposals).values({
    storeId: ourStore,
    state: 'ready',
    requestedBy: 'u1',
    requestedByName: 'Morgan',
    fromDay: addDays(today, -3),
    toDay: today,
    options: {},
  });
  await database.db.delete(employees);
  await request();
  start();
  await states('replaced', 'discarded');
});

test('a worker that is killed in the middle leaves it interrupted, and its job makes it anew', async () => {
  const release = await holdPlans();
  await request();
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.appUrl,
      CROSSMARK_BASE_URL: NOWHERE,
      WORKER_PORT: '0',
      CROSSMARK_USER_ID: 'u',
      CROSSMARK_PASSWORD: 'p',
      CROSSMARK_SESSION_KEY: randomBytes(32).toString('base64'),
    },
    stdio: 'ignore',
  });
  children.push(child);
  await states('running');
  child.kill('SIGKILL');
  await release();
  start({ silentAfterSeconds: 2 });
  await states('interrupted', 'ready');
  const [, again] = await plans();
  expect(again).toMatchObject({ occasion: 'import' });
  expect(await database.db.$count(proposalLines)).toBe(3);
});

test('a worker that stops hands it back, and another one makes it', async () => {
  const release = await holdPlans();
  await request();
  const first = start();
  await states('running');
  const stopping = first.stop();
  await states('interrupted');
  await release();
  await stopping;
  running = [];
  expect(await attempts()).toMatchObject([{ outcome: 'interrupted' }]);
  start();
  await states('interrupted', 'ready');
});

test('a plan that somebody cancels elsewhere is not kept', async () => {
  const release = await holdPlans();
  await request();
  start();
  await states('running');
  await database.db.update(proposals).set({ state: 'canceled' });
  await release();
  await vi.waitFor(async () => expect(await attempts()).toMatchObject([{ outcome: 'nothing' }]), 60_000);
  await states('canceled');
});

test('a plan that can’t be made is told: why, in the audit log, and as a failed attempt', async () => {
  await database.sql`alter table rotation_turns rename to rotation_turns_away`;
  await request();
  start();
  await states('failed');
  const [plan] = await plans();
  const note =
    'Something went wrong while the plan was made. Nothing was changed; plan fewer days, or try again.';
  expect(plan?.note).toBe(note);
  await vi.waitFor(async () =>
    expect(await attempts()).toMatchObject([
      { outcome: 'dead', summary: `plan ${plan?.id} failed`, failureReason: note },
    ]),
  );
  const told = await database.db.select().from(auditLog).where(eq(auditLog.action, 'proposal.fail'));
  expect(told).toMatchObject([
    { actorName: 'Crossmark Scheduler', after: { proposal: plan?.id, occasion: 'import', note } },
  ]);
});
