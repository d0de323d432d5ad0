import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CrossmarkClient } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { eventSyncs, syncAttempts, type Tx } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import type { Instant } from '@scheduler/scheduling';
import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addEmployee,
  addEvent,
  addSchedule,
  addStore,
  BOOKING_HABITS,
  chooseSide,
  clientOf,
  contextOf,
  need,
  STORE,
} from '../../test/fixture.ts';
import type { SyncContext } from '../context.ts';
import { retryNow, wantChange } from '../queue/enqueue.ts';
import { reconcile } from './reconcile.ts';

/** Each run of the property has some ten answers in it. `FUZZ_INPUTS=100000` for the long mode. */
const numRuns = Math.ceil(Number(process.env.FUZZ_INPUTS ?? 1_000) / 20);

const SLOTS: Instant[] = ['2026-01-05T15:45:00.000Z', '2026-01-06T16:15:00.000Z'];
const REPS = ['100001', '100002'];
/**
 * Whether a text can be kept and shown: no controls but tabs and line ends, no half characters, and
 * not without end.
 */
const isPlain = (text: string) =>
  text.isWellFormed() && text.length < 1_500 && [...text].every((one) => one >= ' ' || '\t\n'.includes(one));

/**
 * What is done to an answer on its way: one of its values is replaced or taken out, or all of it is
 * something else.
 */
type Falsification =
  | { do: 'replace'; at: number; by: unknown }
  | { do: 'remove' | 'repeat'; at: number }
  | { do: 'answer'; body: string; status: number };

/** Values that Crossmark's fields never hold, and that nothing plausible could be read from. */
const hostile = fc.constantFrom<unknown>(
  null,
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x{y',
  'x"y',
  "x'); drop table events; --",
  '<script>',
  '99999999999999999999',
  '12/31/9999 11:59:59 PM',
  '02/30/2026 10:00:00 AM',
  '9999-12-31T00:00:00+00:00',
  'Unstaffed\r\nSet-Cookie: a=b',
  'z'.repeat(100_000),
  -1,
  1e308,
  true,
  [],
  {},
  [[[[]]]],
  { __proto__: null, constructor: 'x' },
);
const place = fc.nat({ max: 30 });
const falsification: fc.Arbitrary<Falsification | null> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('replace' as const), at: place, by: hostile }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('remove' as const, 'repeat' as const), at: place }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      body: fc.constantFrom('', '{}', '[]', 'null', '"ok"', '{"ok":1}', '<html>', '{"mplans":[],"total":0}'),
      status: fc.constantFrom(200, 200, 200, 204, 302, 400, 404, 500),
    }),
  },
);

/** Every place of a value in a JSON document, depth first. */
function placesIn(value: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

function falsify(body: string, how: Exclude<Falsification, { do: 'answer' }>): string {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return body;
  }
  const places = placesIn(document);
  const place = places[how.at % Math.max(places.length, 1)];
  if (!place) return how.do === 'replace' ? JSON.stringify(how.by) : '';
  const { holder, key } = place;
  if (how.do === 'replace') holder[key] = how.by;
  else if (how.do === 'remove') delete holder[key];
  else if (Array.isArray(holder)) holder.push(holder[Number(key)]);
  else holder[`${key}${key}`] = holder[key];
  return JSON.stringify(document);
}

let database: TestDatabase;
let simulator: Simulator;
let proxy: Server;
let client: CrossmarkClient;
let ctx: SyncContext;
let storeId: number;
let people: number[];
/**
 * How the next answers to calls about events are changed, one after the other. All later ones pass
 * unchanged.
 */
let falsifications: (Falsification | null)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
  people = [
    await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' }),
    await addEmployee(database.db, { storeId, name: 'Bob Sample', repId: '100002' }),
  ];
  simulator = createSimulator({
    state: {
      stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }],
      reps: REPS.map((repId, n) => ({
        repId,
        employeeNumber: `US${repId}`,
        firstName: n ? 'Bob' : 'Ada',
        lastName: n ? 'Sample' : 'Example',
      })),
    },
  });
  await simulator.listen();
  proxy = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const {
      host: _,
      connection: __,
      'accept-encoding': ___,
      'content-length': ____,
      ...headers
    } = request.headers;
    const answer = await fetch(`${simulator.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      redirect: 'manual',
      ...(parts.length > 0 && { body: Buffer.concat(parts) }),
    });
    const body = await answer.text();
    const isAboutEvents = request.url?.includes('extcontroller');
    const how = (isAboutEvents && falsifications.shift()) || null;
    const cookies = answer.headers.getSetCookie();
    if (cookies.length > 0) response.setHeader('set-cookie', cookies);
    const status = how?.do === 'answer' ? how.status : answer.status;
    response.writeHead(status, { 'content-type': 'text/html; charset="utf-8"', location: '/planning/' });
    if (!how) response.end(body);
    else response.end(how.do === 'answer' ? how.body : falsify(body, how));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  client = clientOf(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  ctx = contextOf(database.db, client);
});
afterAll(async () => {
  await client.close();
  proxy.closeAllConnections();
  proxy.close();
  await simulator.close();
  await database.close();
});

type Edit = { person: number; slot: number } | null;
const edit: fc.Arbitrary<Edit> = fc.option(
  fc.record({ person: fc.nat({ max: 1 }), slot: fc.nat({ max: 1 }) }),
  {
    freq: 4,
  },
);

let plans = 0;
async function addPlan() {
  plans += 1;
  const mplanId = String(40_000_000 + plans);
  const startsOn = '2026-01-01';
  simulator.putPlans({
    mplanId,
    storeId: STORE.crossmarkStoreId,
    name: `Event ${plans}`,
    startsOn,
    dueOn: '2026-02-01',
  });
  return { mplanId, eventId: await addEvent(database.db, { storeId, mplanId }) };
}

async function decide(eventId: number, to: Edit) {
  await database.db.transaction(async (tx: Tx) => {
    await tx.execute(
      sql`update schedules set ended_at = app_now() where event_id = ${eventId} and ended_at is null`,
    );
    if (to)
      await addSchedule(tx, {
        eventId,
        employeeId: need(people[to.person]),
        startsAt: need(SLOTS[to.slot]),
      });
    await wantChange(tx, { eventId, task: to ? 'sync_schedule_update' : 'sync_schedule_deletion' });
  });
}

let jobs = 0;
const run = (eventId: number) =>
  reconcile(ctx, eventId, {
    id: String(++jobs),
    task: 'sync_schedule_update',
    workerId: 'fuzz',
    signal: new AbortController().signal,
  });
const syncOf = async (eventId: number) =>
  need(await database.db.query.eventSyncs.findFirst({ where: eq(eventSyncs.eventId, eventId) }));
const bookedFor = (mplanId: string) =>
  simulator.state.bookings
    .filter((booking) => booking.mplanId === mplanId)
    .map(({ repId, startsAt }) => ({ repId, startsAt }));

test('whatever an answer says, a run ends, its texts are clean, nothing of another event is lost, and in the end both sides agree', {
  timeout: 120_000 + numRuns * 2_000,
}, async () => {
  const bystander = await addPlan();
  await decide(bystander.eventId, { person: 0, slot: 0 });
  await run(bystander.eventId);
  const untouched = bookedFor(bystander.mplanId);
  expect(untouched).toHaveLength(1);

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...BOOKING_HABITS),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      fc.array(falsification, { minLength: 4, maxLength: 14 }),
      async ({ habits }, edits, answers) => {
        simulator.configure(habits);
        falsifications = [...answers];
        const { mplanId, eventId } = await addPlan();
        for (const wanted of edits) {
          await decide(eventId, wanted);
          for (let n = 0; n < 3 && falsifications.length > 0; n++) await run(eventId);
        }
        const { failureReason, leaseOwner } = await syncOf(eventId);
        expect(leaseOwner).toBeNull();
        const told = await database.db.select().from(syncAttempts).where(eq(syncAttempts.eventId, eventId));
        for (const text of [failureReason, ...told.flatMap((one) => [one.summary, one.failureReason])]) {
          expect(isPlain(text ?? ''), JSON.stringify(text)).toBe(true);
        }

        falsifications = [];
        for (let n = 0; n < 6 && (await syncOf(eventId)).state !== 'synced'; n++) {
          const { state } = await syncOf(eventId);
          // A person decides: in a conflict our side is kept, and a refused change is retried.
          await database.db.transaction(async (tx) => {
            if (state === 'conflict') await chooseSide(tx, eventId, 'mine');
            else await retryNow(tx, eventId);
          });
          await run(eventId);
        }
        expect(await syncOf(eventId)).toMatchObject({ state: 'synced', leaseOwner: null });
        const last = edits.at(-1);
        expect(bookedFor(mplanId)).toEqual(
          last ? [{ repId: REPS[last.person], startsAt: SLOTS[last.slot] }] : [],
        );
        expect(bookedFor(bystander.mplanId)).toEqual(untouched);
      },
    ),
    { numRuns },
  );
});
