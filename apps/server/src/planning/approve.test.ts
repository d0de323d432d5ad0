import { proposalLines, proposals, timeOff } from '@scheduler/db';
import { addMinutes } from '@scheduler/scheduling';
import { eq } from 'drizzle-orm';
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
  startTestServer,
  supervisorName,
  type TestServer,
} from '../../test/fixture.ts';
import { SUNDAY_NOON, WEEK } from '../../test/plans.ts';

let server: TestServer;
let dispatcher: Client;
let colleague: Client;
let store: number;
let people: number[];

beforeAll(async () => {
  server = await startTestServer();
  dispatcher = await server.as('dispatcher');
  colleague = await server.as('admin');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  store = await addStore(server.database.db);
  people = [];
  for (const name of ['Ada Example', 'Ben Example', 'Cleo Example', 'Dan Example']) {
    people.push(await addPerson(db(), { storeId: store, name }));
  }
});

const db = () => server.database.db;
const at = (day: string) => `${day}T15:45:00.000Z`;
const personOf = (n: number) => need(people[n % people.length]);

interface Scheduled {
  eventId: number;
  scheduleId: number;
  employeeId: number;
  version: number;
}

/** Schedules a Core for each day, each for another person. */
async function scheduled(days: readonly string[]): Promise<Scheduled[]> {
  const all: Scheduled[] = [];
  for (const [n, day] of days.entries()) {
    const eventId = await addEvent(db(), {
      storeId: store,
      name: coreName(612_345 + n),
      dueOn: '2026-01-15',
    });
    const employeeId = personOf(n);
    const { scheduleId, version } = await dispatcher.schedules.create.mutate({
      eventId,
      employeeId,
      startsAt: at(day),
    });
    all.push({ eventId, scheduleId, employeeId, version });
  }
  return all;
}

/** Adds a plan under review that moves schedules to other days, in the order of these days. */
async function planOf(moves: readonly (Scheduled & { to: string; by?: number })[]) {
  const [proposal] = await db()
    .insert(proposals)
    .values({
      storeId: store,
      state: 'ready',
      requestedBy: 'u1',
      requestedByName: 'Morgan',
      ...WEEK,
      options: {},
    })
    .returning();
  const { id: proposalId, version } = need(proposal);
  const standing = new Map((await live(db())).map((schedule) => [schedule.id, schedule]));
  await db()
    .insert(proposalLines)
    .values(
      moves.map(({ eventId, scheduleId, employeeId, version: fromVersion, to, by = employeeId }) => ({
        proposalId,
        kind: 'moved' as const,
        eventId,
        employeeId: by,
        startsAt: at(to),
        endsAt: addMinutes(at(to), 390),
        workDate: to,
        fromScheduleId: scheduleId,
        fromVersion,
        fromEmployeeId: employeeId,
        fromStartsAt: need(standing.get(scheduleId)).startsAt,
        why: 'Because.',
      })),
    );
  return { proposalId, version };
}

test('an approval locks all its events before any person, so it waits for nobody who waits for it', async () => {
  itIs(SUNDAY_NOON);
  const [first, second] = await scheduled(['2026-01-05', '2026-01-05']);
  const plan = await planOf([
    { ...need(second), to: '2026-01-06' },
    { ...need(first), to: '2026-01-07' },
  ]);
  const release = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const holding = server.database.sql.begin(async (tx) => {
    await tx`select id from employees where id = ${need(second).employeeId} for update`;
    isHeld.resolve();
    await release.promise;
  });
  await isHeld.promise;
  const approving = dispatcher.plan.approve.mutate(plan);
  await vi.waitFor(async () => {
    const waiting = await server.database.sql`
      select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())
      union all select from pg_locks where not granted and locktype = 'transactionid'`;
    expect(waiting.length).toBeGreaterThan(0);
  });
  const free = await server.database.sql`select id from events for no key update skip locked`;
  release.resolve();
  await holding;
  expect(free).toEqual([]);
  expect(await approving).toMatchObject({ saved: [{}, {}], refused: [] });
});

test('two approvals of the same moves in opposite orders, beside edits: each schedule moves once', async () => {
  itIs(SUNDAY_NOON);
  const days = ['2026-01-05', '2026-01-05', '2026-01-05', '2026-01-05'];
  for (let round = 0; round < 5; round += 1) {
    await empty(server.database);
    store = await addStore(db());
    people = [];
    for (const name of ['Ada Example', 'Ben Example', 'Cleo Example', 'Dan Example']) {
      people.push(await addPerson(db(), { storeId: store, name }));
    }
    const all = await scheduled(days);
    const later = ['2026-01-06', '2026-01-07', '2026-01-08', '2026-01-09'];
    const forwards = await planOf(all.map((each, n) => ({ ...each, to: need(later[n]) })));
    const backwards = await planOf(
      all.map((each, n) => ({ ...each, to: need(later[3 - n]), by: personOf(n + 1) })),
    );
    const open = await addEvent(db(), { storeId: store, name: coreName(612_399), dueOn: '2026-01-15' });
    const edited = need(all[round % 4]);
    const [one, two, edit] = await Promise.allSettled([
      dispatcher.plan.approve.mutate(forwards),
      colleague.plan.approve.mutate(backwards),
      colleague.schedules.reschedule.mutate({
        scheduleId: edited.scheduleId,
        version: edited.version,
        startsAt: at('2026-01-10'),
      }),
      colleague.schedules.create.mutate({
        eventId: open,
        employeeId: personOf(round),
        startsAt: at('2026-01-12'),
      }),
    ]);
    if (one.status === 'rejected') throw one.reason;
    if (two.status === 'rejected') throw two.reason;
    const saved = [...one.value.saved, ...two.value.saved].map(({ eventId }) => eventId);
    if (edit.status === 'fulfilled') saved.push(edited.eventId);
    // A change that came too late is refused, and everything moved exactly once.
    expect(saved.toSorted((a, b) => a - b)).toEqual(all.map(({ eventId }) => eventId));
    const now = (await live(db())).filter(({ eventId }) => eventId !== open);
    expect(now.map(({ version }) => version)).toEqual([2, 2, 2, 2]);
    for (const { message } of [...one.value.refused, ...two.value.refused]) {
      expect(message).toMatch(/was changed after you opened it/);
    }
  }
});

test('a move is saved although the move that makes room for it stands after it', async () => {
  itIs(SUNDAY_NOON);
  const [monday, tuesday] = await scheduled(['2026-01-05', '2026-01-06']);
  await dispatcher.schedules.changeEmployee.mutate({
    scheduleId: need(tuesday).scheduleId,
    version: need(tuesday).version,
    employeeId: need(monday).employeeId,
  });
  const second = { ...need(tuesday), employeeId: need(monday).employeeId, version: 2 };
  const plan = await planOf([
    { ...need(monday), to: '2026-01-06' },
    { ...second, to: '2026-01-07' },
  ]);
  expect(await dispatcher.plan.approve.mutate(plan)).toMatchObject({ saved: [{}, {}], refused: [] });
  expect((await live(db())).map(({ workDate }) => workDate).sort()).toEqual(['2026-01-06', '2026-01-07']);
});

describe('a Core and its noon check', () => {
  const MONDAY = '2026-01-05';
  const noon = (day: string) => `${day}T17:00:00.000Z`;
  let pair: { core: Scheduled; check: Scheduled };
  let lead: number;

  /** Schedules a Core with its noon check on Monday, and returns a plan that moves both to Tuesday. */
  const planForPair = async () => {
    itIs(SUNDAY_NOON);
    lead = await addPerson(db(), { storeId: store, name: 'Lee Lead', role: 'Lead Event Specialist' });
    const dueOn = '2026-01-15';
    const eventId = await addEvent(db(), { storeId: store, name: coreName(612_400), dueOn });
    const checkId = await addEvent(db(), { storeId: store, name: supervisorName(612_400), dueOn });
    const employeeId = personOf(0);
    const core = await dispatcher.schedules.create.mutate({ eventId, employeeId, startsAt: at(MONDAY) });
    const check = await dispatcher.schedules.create.mutate({
      eventId: checkId,
      employeeId: lead,
      startsAt: noon(MONDAY),
    });
    pair = {
      core: { ...core, employeeId },
      check: { ...check, employeeId: lead },
    };
    const TUESDAY = '2026-01-06';
    const seen = await planOf([
      { ...pair.core, to: TUESDAY },
      { ...pair.check, to: TUESDAY },
    ]);
    await db()
      .update(proposalLines)
      .set({ coreEventId: pair.core.eventId, startsAt: noon(TUESDAY), endsAt: addMinutes(noon(TUESDAY), 5) })
      .where(eq(proposalLines.eventId, pair.check.eventId));
    return seen;
  };
  const places = async () =>
    Object.fromEntries(
      (await live(db())).map(({ eventId, employeeId, startsAt }) => [eventId, { employeeId, startsAt }]),
    );
  const stateOf = async (proposalId: number) => {
    const { lines } = await dispatcher.plan.get.query({ proposalId });
    return Object.fromEntries(lines.map(({ eventId, state, refusal }) => [eventId, { state, refusal }]));
  };

  test('move together', async () => {
    const { proposalId, version } = await planForPair();
    const answer = await dispatcher.plan.approve.mutate({ proposalId, version });
    expect([answer.saved.length, answer.refused]).toEqual([2, []]);
    expect(await places()).toEqual({
      [pair.core.eventId]: { employeeId: personOf(0), startsAt: at('2026-01-06') },
      [pair.check.eventId]: { employeeId: lead, startsAt: noon('2026-01-06') },
    });
  });

  test.each(['changed meanwhile', 'forbidden by a rule by now'])(
    'move neither where the noon check is %s; the Core alone takes it along',
    async (why) => {
      const { proposalId, version } = await planForPair();
      if (why === 'changed meanwhile') {
        await colleague.schedules.changeEmployee.mutate({
          scheduleId: pair.check.scheduleId,
          version: pair.check.version,
          employeeId: await addPerson(db(), { storeId: store, name: 'Sue', role: 'Club Supervisor' }),
        });
      } else {
        await addPerson(db(), { storeId: store, name: 'Sue', role: 'Club Supervisor' });
        await db().insert(timeOff).values({ employeeId: lead, startsOn: '2026-01-06', endsOn: '2026-01-06' });
      }
      const before = [await live(db()), await jobs(db())];
      const answer = await dispatcher.plan.approve.mutate({ proposalId, version });
      expect([answer.saved, answer.approvalId]).toEqual([[], null]);
      expect([await live(db()), await jobs(db())]).toEqual(before);
      const alone =
        'Its noon check was not saved, and both go together. Untick the noon check to save the Core alone.';
      expect(await stateOf(proposalId)).toEqual({
        [pair.core.eventId]: { state: 'refused', refusal: alone },
        [pair.check.eventId]: {
          state: 'refused',
          refusal: expect.stringMatching(why === 'changed meanwhile' ? /changed after you/ : /time off/),
        },
      });
      const [core, check] = [pair.core, pair.check].map((each) =>
        need(answer.refused.find(({ eventId }) => eventId === each.eventId)),
      );
      const marked = await dispatcher.plan.markLines.mutate({
        proposalId,
        version: answer.version,
        lines: [{ lineId: need(check).lineId, ticked: false }],
      });
      const again = await dispatcher.plan.approve.mutate({ ...marked, lineIds: [need(core).lineId] });
      expect(again.saved).toMatchObject([{ eventId: pair.core.eventId }]);
      const now = await live(db());
      expect(now.map(({ workDate }) => workDate)).toEqual(['2026-01-06', '2026-01-06']);
      expect(now.every(({ employeeId }) => employeeId !== lead)).toBe(true);
    },
  );

  test('move neither where the Core is refused, and are saved together once it is free', async () => {
    const { proposalId, version } = await planForPair();
    const [busy] = await scheduled(['2026-01-06']);
    const before = await places();
    const answer = await dispatcher.plan.approve.mutate({ proposalId, version });
    expect(answer.saved).toEqual([]);
    expect(await places()).toEqual(before);
    expect((await stateOf(proposalId))[pair.check.eventId]).toEqual({
      state: 'refused',
      refusal: 'A noon check goes with its Core, which was not saved.',
    });
    const { scheduleId, version: seen } = need(busy);
    await colleague.schedules.unschedule.mutate({ scheduleId, version: seen });
    const again = await dispatcher.plan.approve.mutate({
      proposalId,
      version: answer.version,
      lineIds: answer.refused.map(({ lineId }) => lineId),
    });
    expect([again.saved.length, again.refused]).toEqual([2, []]);
  });

  test('move together where the Core was refused alone, its noon check is ticked since and the Core is approved again', async () => {
    const { proposalId, version } = await planForPair();
    const [busy] = await scheduled(['2026-01-06']);
    const { lines } = await dispatcher.plan.get.query({ proposalId });
    const { lineId } = need(lines.find(({ eventId }) => eventId === pair.check.eventId));
    const mark = (seen: number, ticked: boolean) =>
      dispatcher.plan.markLines.mutate({ proposalId, version: seen, lines: [{ lineId, ticked }] });
    const unticked = await mark(version, false);
    const { refused, ...answer } = await dispatcher.plan.approve.mutate(unticked);
    expect(refused).toMatchObject([{ eventId: pair.core.eventId }]);
    const { scheduleId, version: seen } = need(busy);
    await colleague.schedules.unschedule.mutate({ scheduleId, version: seen });
    const again = await dispatcher.plan.approve.mutate({
      ...(await mark(answer.version, true)),
      lineIds: refused.map((line) => line.lineId),
    });
    expect(again.saved.map(({ eventId }) => eventId)).toEqual([pair.core.eventId, pair.check.eventId]);
    expect((await places())[pair.check.eventId]).toEqual({ employeeId: lead, startsAt: noon('2026-01-06') });
  });

  test('move back together or not at all', async () => {
    const { proposalId, version } = await planForPair();
    const { approvalId } = await dispatcher.plan.approve.mutate({ proposalId, version });
    await db().insert(timeOff).values({ employeeId: lead, startsOn: MONDAY, endsOn: MONDAY });
    const before = await live(db());
    const undone = await dispatcher.plan.undoApproval.mutate({ approvalId: need(approvalId) });
    expect(undone.restored).toEqual([]);
    expect(undone.kept).toMatchObject([
      { eventId: pair.core.eventId, message: 'Its noon check stays, and a noon check goes with its Core.' },
      { eventId: pair.check.eventId, message: expect.stringContaining('time off') },
    ]);
    expect(await live(db())).toEqual(before);
    await db().delete(timeOff);
    const back = await dispatcher.plan.undoApproval.mutate({ approvalId: need(approvalId) });
    expect([back.restored.length, back.kept]).toEqual([2, []]);
    expect(await places()).toEqual({
      [pair.core.eventId]: { employeeId: personOf(0), startsAt: at(MONDAY) },
      [pair.check.eventId]: { employeeId: lead, startsAt: noon(MONDAY) },
    });
  });

  test('do nothing where only the check is ticked, and say so where it is named', async () => {
    const { proposalId, version } = await planForPair();
    const { lines } = await dispatcher.plan.get.query({ proposalId });
    const lineOf = (eventId: number) => need(lines.find((line) => line.eventId === eventId)).lineId;
    const marked = await dispatcher.plan.markLines.mutate({
      proposalId,
      version,
      lines: [{ lineId: lineOf(pair.core.eventId), ticked: false }],
    });
    const before = await everything(db());
    const ticked = await dispatcher.plan.approve.mutate(marked);
    expect(ticked).toEqual({ ...marked, approvalId: null, saved: [], refused: [] });
    const named = await dispatcher.plan.approve.mutate({ ...marked, lineIds: [lineOf(pair.check.eventId)] });
    expect(named.saved).toEqual([]);
    expect(named.refused).toMatchObject([
      { eventId: pair.check.eventId, message: 'A noon check goes with its Core. Approve both.' },
    ]);
    expect(await everything(db())).toEqual(before);
  });
});
