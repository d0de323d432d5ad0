import { describe, expect, test } from 'vitest';
import { DEMO_USER } from '../simulator/index.ts';
import type { CrossmarkError } from './errors.ts';
import {
  ALL,
  ANN,
  BOOKING,
  CLUB,
  collect,
  connect,
  EVENT,
  failureOf,
  hostAnswering,
  manyPlans,
  simulate,
  world,
} from './test-support.ts';

describe('every text from Crossmark becomes plain and limited in length', () => {
  const DIRTY = 'Ann\u0000\ud800Archer\r\nof\u0007Acme\u2028';
  const CLEAN = 'Ann \ufffdArcher of Acme';

  test('in the list of events', async () => {
    const [plan, long] = manyPlans(2);
    const row = { name: DIRTY, storeName: DIRTY, staffedReps: `${DIRTY},${DIRTY}`, salesTools: undefined };
    const longUrl = `https://x.test/${'a'.repeat(2_000)}`;
    const simulator = await simulate(
      {},
      {
        ...world(),
        plans: [
          { ...plan, row } as never,
          { ...long, row: { name: '\u{1f600}'.repeat(9_999) }, instructionsUrl: longUrl } as never,
        ],
      },
    );
    const { rows, bad } = await collect(connect(simulator.url).listEvents(ALL));
    expect(bad).toEqual([]);
    expect(rows).toMatchObject([
      { name: CLEAN, storeName: CLEAN, staffedReps: [CLEAN, CLEAN] },
      { name: expect.stringMatching(/^(\u{1f600}){249}…$/u), instructionsUrl: null },
    ]);
  });

  test('in a refusal', async () => {
    const simulator = await simulate({ refusal: { repIds: [ANN], message: `${DIRTY}${'!'.repeat(9_999)}` } });
    const { message } = (await failureOf(connect(simulator.url).schedule(BOOKING))) as CrossmarkError;
    expect(message).toMatch(/^Crossmark refused: Ann \ufffdArcher of Acme !+…$/);
    expect(message.length).toBeLessThanOrEqual(500);
  });

  test('in a refusal that repeats a secret at the point where it is shortened', async () => {
    const message = `${'x'.repeat(295)}${DEMO_USER.password}`;
    const simulator = await simulate({ refusal: { repIds: [ANN], message } });
    const failure = (await failureOf(connect(simulator.url).schedule(BOOKING))) as CrossmarkError;
    expect(failure.message).not.toContain(DEMO_USER.password.slice(0, 4));
  });

  test('in answers about people', async () => {
    const person = { title: DIRTY, lastName: DIRTY, role: DIRTY, email: DIRTY, phone: DIRTY };
    const url = await hostAnswering((request, response) => {
      const answers: Record<string, unknown> = {
        '/planningextcontroller/scheduleMplanEvent': {
          ok: 1,
          MVScheduledEvent: { ID: 50000001, mPlanID: 31000001, LocationID: 200101 },
          repName: DIRTY,
        },
        '/planningextcontroller/getmPlanLocationCondition': {
          ok: 1,
          condition: 'Scheduled',
          reps: DIRTY,
          key: '31000001_200101',
        },
        '/schedulingcontroller/getAvailableReps': { reps: { 140001: person } },
      };
      response.end(JSON.stringify(answers[String(request.url).split('?')[0] ?? '']));
    });
    const client = connect(url);
    expect(await client.schedule(BOOKING)).toMatchObject({ repName: CLEAN });
    expect(await client.locationCondition(EVENT)).toMatchObject({ reps: CLEAN });
    expect(await client.availableReps()).toMatchObject([
      { name: CLEAN, lastName: CLEAN, role: CLEAN, email: CLEAN, phone: CLEAN },
    ]);
  });

  test('in a bad row, which is listed with its id and hides no other row', async () => {
    const odd = [
      { mPlanID: 'x{y' },
      { mPlanID: 'x"y' },
      { mPlanID: '3200\u00000003' },
      { mPlanID: `x${'9'.repeat(9_999)}` },
      { storeID: `${DIRTY}1` },
      { startDate: '02/01/9999', endDate: '02/09/9999' },
      { startDate: '12/31/1999' },
      { endDate: '01/31/2026' },
      { scheduleDate: '01/05/9999 09:00:00 AM' },
      { scheduleDate: '01/05/2026\u000009:00:00 AM' },
      { condition: DIRTY },
      { scheduleEventID: '5000\u00000001' },
    ];
    const plans = manyPlans(13).map((plan, n) => ({ ...plan, ...(odd[n] && { row: odd[n] }) }));
    const simulator = await simulate({}, { ...world(), plans });
    const { rows, bad } = await collect(connect(simulator.url).listEvents(ALL));
    expect(rows.map((row) => row.mplanId)).toEqual(['32000013']);
    expect(bad.map(({ mplanId, storeId, reason }) => [mplanId, storeId, reason.split(':')[0]])).toEqual([
      ['x{y', CLUB, 'mPlanID'],
      ['x"y', CLUB, 'mPlanID'],
      ['3200 0003', CLUB, 'mPlanID'],
      [`x${'9'.repeat(38)}…`, CLUB, 'mPlanID'],
      ['32000005', `${CLEAN} 1`, 'storeID'],
      ['32000006', CLUB, 'startDate'],
      ['32000007', CLUB, 'startDate'],
      ['32000008', CLUB, 'endDate'],
      ['32000009', CLUB, 'scheduleDate'],
      ['32000010', CLUB, 'scheduleDate'],
      ['32000011', CLUB, 'condition'],
      ['32000012', CLUB, 'scheduleEventID'],
    ]);
    for (const { reason } of bad) expect(reason).toMatch(/^[^\p{Cc}\p{Cs}]{1,500}$/u);
  });
});
