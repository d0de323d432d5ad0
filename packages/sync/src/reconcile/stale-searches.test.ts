import { type CrossmarkClient, mplanId } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { eventSyncs, events, schedules } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, addMinutes, type Instant, instantAt, workDateOf } from '@scheduler/scheduling';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  addEmployee,
  addSchedule,
  addStore,
  chooseSide,
  clearTables,
  clientOf,
  decisions,
  jobOf as job,
  need,
  STORE,
  storiesOf,
} from '../../test/fixture.ts';
import { DEFAULT_RETRY_POLICY } from '../attempts/retry-policy.ts';
import { DEFAULT_CONFIRM_AFTER_MS, type SyncContext } from '../context.ts';
import { createDownloads } from '../instructions/download.ts';
import { requestRefresh, wantChange } from '../queue/enqueue.ts';
import { refresh } from '../refresh/refresh.ts';
import { reconcile } from './reconcile.ts';

/**
 * The number of stories for each way of handling a second booking. STALE_SEEDS sets another number,
 * STALE_SEED another first seed.
 */
const SEEDS = Number(process.env.STALE_SEEDS ?? 4);
const FIRST = Number(process.env.STALE_SEED ?? 1);
const DEEDS = 25;
const PLAN = '40000001';
const REPS = ['100001', '100002', '100003'];

const today = workDateOf(currentInstant(), 'UTC');
const slots: Instant[] = ['10:45', '11:15', '12:00'].map((time) =>
  instantAt(addDays(today, 5), time, STORE.timeZone),
);

let database: TestDatabase;
let people: number[];
beforeAll(async () => {
  database = await createTestDatabase();
  const storeId = await addStore(database.db);
  people = [
    await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' }),
    await addEmployee(database.db, { storeId, name: 'Bob Sample', repId: '100002' }),
  ];
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, refresh_runs, audit_log');
});

test.each(storiesOf(FIRST, SEEDS))(
  'what a run leaves as synced is what Crossmark holds, whatever searches tell of earlier times (seed $seed, where $way)',
  async ({ seed, habits }) => {
    const simulator: Simulator = createSimulator({
      settings: habits,
      state: {
        stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }],
        reps: [
          { repId: '100001', employeeNumber: 'US100001', firstName: 'Ada', lastName: 'Example' },
          { repId: '100002', employeeNumber: 'US100002', firstName: 'Bob', lastName: 'Sample' },
          { repId: '100003', employeeNumber: 'US100003', firstName: 'Eve', lastName: 'Outsider' },
        ],
        plans: [
          {
            mplanId: PLAN,
            storeId: STORE.crossmarkStoreId,
            name: '612345-Acme-Oat Bars (260105123456)  - V2-CORE',
            startsOn: addDays(today, 1),
            dueOn: addDays(today, 14),
          },
        ],
      },
    });
    await simulator.listen();
    const client: CrossmarkClient = clientOf(simulator.url);
    onTestFinished(async () => {
      await client.close();
      await simulator.close();
    });
    const { db } = database;
    const contextWith = (confirmAfterMs: number): SyncContext => ({
      db,
      crossmark: client,
      downloads: createDownloads(client, { allowedHosts: [] }),
      log: pino({ level: 'silent' }),
      settings: { retry: DEFAULT_RETRY_POLICY, leaseMs: 60_000, confirmAfterMs },
    });
    const readAll = async () => {
      const runId = await db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
      await refresh(contextWith(0), runId, job('refresh_events'));
    };
    await readAll();
    const { id: event } = need(await db.query.events.findFirst({ where: eq(events.mplanId, mplanId(PLAN)) }));
    const syncOf = () => db.query.eventSyncs.findFirst({ where: eq(eventSyncs.eventId, event) });
    const random = decisions(seed);
    const told: string[] = [];
    /** Nobody changed anything on Crossmark's own site since the last decision here. */
    let isOursAlone = true;

    const decide = async () => {
      isOursAlone = true;
      const wanted =
        random.next() < 0.3 ? null : { employeeId: random.pick(people), startsAt: random.pick(slots) };
      await db.transaction(async (tx) => {
        await tx
          .update(schedules)
          .set({ endedAt: sql`app_now()` })
          .where(and(eq(schedules.eventId, event), isNull(schedules.endedAt)));
        if (wanted) await addSchedule(tx, { eventId: event, ...wanted });
        await wantChange(tx, { eventId: event, task: 'sync_schedule' });
      });
      told.push(`wants ${JSON.stringify(wanted)}`);
    };
    const outside = () => {
      isOursAlone = false;
      const held = simulator.state.bookings.at(-1);
      const startsAt = random.pick(slots);
      const to = { repId: random.pick(REPS), startsAt, endsAt: addMinutes(startsAt, 390) };
      if (held && random.next() < 0.7) simulator.moveBooking(held.bookingId, to);
      else if (held) simulator.unbook(held.bookingId);
      // Where second bookings are kept, one that was made by hand may lie beneath ours, and no list
      // shows it.
      else if (habits.secondBooking !== 'duplicate')
        simulator.book({ mplanId: PLAN, storeId: STORE.crossmarkStoreId, ...to });
      told.push(`on Crossmark’s site ${held?.bookingId} becomes ${JSON.stringify(to)}, or goes`);
    };
    const addFaults = () => {
      simulator.clearFaults();
      for (let fault = 0; fault < 3; fault++) {
        const which = random.next();
        if (which < 0.3) {
          const search = { call: 'getPlanningMplans', reading: 'search' } as const;
          const behindWrites = 1 + Math.floor(random.next() * 4);
          simulator.addFaults({
            ...search,
            kind: 'stale',
            behindWrites,
            after: Math.floor(random.next() * 2),
          });
        } else if (which < 0.6) {
          const call = random.pick(['scheduleMplanEvent', 'deleteScheduledMplanEvent'] as const);
          const kind = random.pick(['drop', 'refuse', 'notSignedIn', 'garbage'] as const);
          simulator.addFaults({ call, kind, applied: random.next() < 0.5 });
        } else if (which < 0.7) {
          const after = Math.floor(random.next() * 3);
          simulator.addFaults({ call: 'getPlanningMplans', kind: 'status', reading: 'search', after });
        }
      }
    };
    const push = async () => {
      addFaults();
      const before = simulator.log.length;
      const ended = await reconcile(contextWith(DEFAULT_CONFIRM_AFTER_MS), event, job('sync_schedule'));
      const calls = simulator.log.slice(before);
      told.push(
        `${ended.outcome} ${ended.summary ?? ended.failureReason ?? ''}`,
        ...calls.map(
          ({ call, params, outcome, applied }) =>
            `  ${call} ${params.RepID ?? ''} ${params.Start ?? ''} ${params.id ?? ''} ${outcome} ${applied}`,
        ),
      );
      const isSynced = (await syncOf())?.state === 'synced' && calls.length > 0;
      if (!isSynced || !isOursAlone) return;
      const schedule = await db.query.schedules.findFirst({
        where: and(eq(schedules.eventId, event), isNull(schedules.endedAt)),
      });
      const wanted = schedule
        ? [{ repId: REPS[people.indexOf(schedule.employeeId)], startsAt: schedule.startsAt }]
        : [];
      const held = simulator.state.bookings.map(({ repId, startsAt }) => ({ repId, startsAt }));
      expect(held, told.join('\n')).toEqual(wanted);
    };

    for (let deed = 0; deed < DEEDS; deed++) {
      const which = random.next();
      if (which < 0.35) {
        await decide();
        await push();
      } else if (which < 0.45) outside();
      else if (which < 0.55) {
        simulator.clearFaults();
        await readAll();
        told.push('a refresh');
      } else if (which < 0.7 && (await syncOf())?.state === 'conflict') {
        const choice = random.pick(['mine', 'theirs'] as const);
        isOursAlone = true;
        await db.transaction((tx) => chooseSide(tx, event, choice));
        told.push(`a dispatcher keeps ${choice}`);
        await push();
      } else await push();
    }
  },
);
