import { proposals } from '@scheduler/db';
import { timeOf } from '@scheduler/scheduling';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addStore,
  type Client,
  empty,
  everything,
  itIs,
  need,
  refusalOf,
  startTestServer,
  type TestServer,
  ZONE,
} from '../../test/fixture.ts';
import { addSmallClub, makeProposal, SUNDAY_NOON, seen } from '../../test/plans.ts';
import type { ProposalView } from './types.ts';

let server: TestServer;
let dispatcher: Client;
let admin: Client;
let store: number;

beforeAll(async () => {
  server = await startTestServer();
  dispatcher = await server.as('dispatcher');
  admin = await server.as('admin');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  store = await addStore(server.database.db);
});

const db = () => server.database.db;
const lineOf = ({ lines }: ProposalView, eventId: number | undefined) =>
  need(lines.find((line) => line.eventId === eventId));
/** The sentences of the audit page about lines of plans, the oldest first. */
const told = async () => {
  const { entries } = await admin.audit.list.query({ storeId: store });
  return entries
    .filter(({ action }) => /^proposal\.\w+_/.test(action))
    .map(({ by, what }) => `${by} ${what}`)
    .reverse();
};

describe('a line that the plan does not have', () => {
  test.each(['unknown', 'of another plan'])(
    'is refused by each procedure, which changes nothing: %s',
    async (which) => {
      itIs(SUNDAY_NOON);
      await addSmallClub(db(), store);
      const other = await makeProposal(dispatcher, { storeId: store });
      const proposal = await makeProposal(dispatcher, { storeId: store });
      const [line] = proposal.lines;
      const lineId = which === 'unknown' ? 987_654 : need(other.lines[0]).lineId;
      const before = await everything(db());
      const mine = need(line);
      const calls = [
        () =>
          dispatcher.plan.markLines.mutate({
            ...seen(proposal),
            lines: [
              { lineId: mine.lineId, ticked: false },
              { lineId, ticked: false },
            ],
          }),
        () => dispatcher.plan.markLines.mutate({ ...seen(proposal), lines: [{ lineId, locked: true }] }),
        () =>
          dispatcher.plan.moveLine.mutate({
            ...seen(proposal),
            lineId,
            employeeId: mine.employeeId,
            day: mine.day,
          }),
        () => dispatcher.plan.approve.mutate({ ...seen(proposal), lineIds: [mine.lineId, lineId] }),
      ];
      for (const call of calls) {
        const { message, reason } = await refusalOf(call());
        expect(reason.code).toBe('not_found');
        expect(message).toBe(
          `There is no line ${lineId}. It may have been removed; reload and choose again.`,
        );
        expect(await everything(db())).toEqual(before);
      }
    },
  );
});

describe('a line that is moved away and back', () => {
  test.each([true, false])(
    'is locked as before, which was %s; a lock that is set there stays',
    async (was) => {
      itIs(SUNDAY_NOON);
      const { cores, people } = await addSmallClub(db(), store);
      const proposal = await makeProposal(dispatcher, { storeId: store });
      const { lineId, employeeId, day, startsAt } = lineOf(proposal, cores[1]);
      const read = () => dispatcher.plan.get.query({ proposalId: proposal.proposalId });
      const isLocked = async () => lineOf(await read(), cores[1]).locked;
      const mark = async (locked: boolean) =>
        dispatcher.plan.markLines.mutate({ ...seen(await read()), lines: [{ lineId, locked }] });
      const away = async (to: string) =>
        dispatcher.plan.moveLine.mutate({ ...seen(await read()), lineId, employeeId: people.ben, day: to });
      const time = timeOf(startsAt, ZONE);
      const back = async () =>
        dispatcher.plan.moveLine.mutate({ ...seen(await read()), lineId, employeeId, day, time });
      await mark(was);
      await away('2026-01-09');
      expect(await isLocked()).toBe(true);
      await away('2026-01-10');
      await back();
      expect(await isLocked()).toBe(was);

      await away('2026-01-09');
      await mark(false);
      await mark(true);
      await back();
      expect(await isLocked()).toBe(true);
    },
  );
});

describe('the audit page tells', () => {
  test('what was ticked and locked, once for a call', async () => {
    itIs(SUNDAY_NOON);
    const { cores } = await addSmallClub(db(), store);
    const proposal = await makeProposal(dispatcher, { storeId: store });
    const [first, second] = [lineOf(proposal, cores[0]), lineOf(proposal, cores[1])];
    const marked = await dispatcher.plan.markLines.mutate({
      ...seen(proposal),
      lines: [
        { lineId: first.lineId, ticked: false },
        { lineId: second.lineId, ticked: true, locked: true },
      ],
    });
    // Nothing changes: the lines are marked so already.
    const same = await dispatcher.plan.markLines.mutate({
      ...marked,
      lines: [{ lineId: first.lineId, ticked: false }],
    });
    await dispatcher.plan.markLines.mutate({
      ...same,
      lines: [
        { lineId: first.lineId, ticked: true, locked: true },
        { lineId: second.lineId, locked: false },
      ],
    });
    expect(await told()).toEqual([
      'Dispatcher Person unticked Core 612345; locked Core 612346 in a proposed plan',
      'Dispatcher Person ticked Core 612345; locked Core 612345; unlocked Core 612346 in a proposed plan',
    ]);
  });

  test('which line was moved, from where to where', async () => {
    itIs(SUNDAY_NOON);
    const { cores, people } = await addSmallClub(db(), store);
    const proposal = await makeProposal(dispatcher, { storeId: store });
    const line = lineOf(proposal, cores[1]);
    const employeeId = line.employeeId === people.ben ? people.cleo : people.ben;
    const name = employeeId === people.ben ? 'Ben Specialist' : 'Cleo Specialist';
    await dispatcher.plan.moveLine.mutate({
      ...seen(proposal),
      lineId: line.lineId,
      employeeId,
      day: '2026-01-09',
      time: '12:15',
    });
    expect(await told()).toEqual([
      expect.stringMatching(
        /^Dispatcher Person changed Core 612346 in a proposed plan: moved it from .* to Fri Jan 9, 12:15 PM and gave it from .* to /,
      ),
    ]);
    expect((await told())[0]).toContain(` to ${name}`);
  });

  test('nothing of a change that was refused', async () => {
    itIs(SUNDAY_NOON);
    const { cores, people } = await addSmallClub(db(), store);
    const proposal = await makeProposal(dispatcher, { storeId: store });
    await refusalOf(
      dispatcher.plan.moveLine.mutate({
        ...seen(proposal),
        lineId: lineOf(proposal, cores[1]).lineId,
        employeeId: people.ben,
        day: '2026-02-20',
      }),
    );
    expect(await told()).toEqual([]);
    expect(await db().$count(proposals, sql`version > 2`)).toBe(0);
  });

  test('a line can’t be moved to a day years away, for which everything between would be read', async () => {
    itIs(SUNDAY_NOON);
    const { cores, people } = await addSmallClub(db(), store);
    const proposal = await makeProposal(dispatcher, { storeId: store });
    const refusal = await refusalOf(
      dispatcher.plan.moveLine.mutate({
        ...seen(proposal),
        lineId: lineOf(proposal, cores[1]).lineId,
        employeeId: people.ben,
        day: '2099-12-30',
      }),
    );
    expect(refusal).toMatchObject({ code: 'UNPROCESSABLE_CONTENT', reason: { code: 'not_allowed' } });
    expect(refusal.message).toMatch(/is too far from the days of this plan/);
    expect(await told()).toEqual([]);
  });
});
