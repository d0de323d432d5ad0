import { describe, expect, test } from 'vitest';
import {
  ANN,
  BOOKING,
  connect,
  EVENT,
  failureOf,
  hostAnswering,
  hostAnsweringJson,
  INDIANA,
  OTHER_CLUB,
  PHOENIX,
  PLAN,
  simulate,
} from './test-support.ts';

describe('answers of an unexpected form are errors, never empty lists', () => {
  /** The fields that tie an answer to {@link BOOKING}. */
  const NAMED = { mPlanID: BOOKING.mplanId, LocationID: BOOKING.storeId };
  test.each([
    [{ representatives: {} }],
    [{ reps: [{ repId: '1', title: 'X' }] }],
    [{ reps: { 5: { title: '' } } }],
  ])('rep list %j', async (body) => {
    const failure = await failureOf(connect(await hostAnsweringJson(body)).availableReps());
    expect(failure).toMatchObject({ kind: 'transient' });
  });

  test('an empty rep list comes as [] or {}', async () => {
    expect(await connect(await hostAnsweringJson({ reps: [] })).availableReps()).toEqual([]);
    expect(await connect(await hostAnsweringJson({ reps: {} })).availableReps()).toEqual([]);
  });

  test.each([
    [{ condition: 'Scheduled' }],
    [{ ok: 1, condition: 'Lost', reps: '', key: '31000001_200101' }],
    [{ ok: 1, condition: 'Unstaffed', reps: '' }],
    // These name somebody in an unknown form, so nobody is not the answer.
    [{ ok: 1, condition: 'Unstaffed', reps: { 140001: 'Ann Archer' }, key: '31000001_200101' }],
    [{ ok: 1, condition: 'Unstaffed', reps: ['Ann Archer'], key: '31000001_200101' }],
    ['<html><body>Please try again</body></html>'],
    ['nothing'],
    ['null'],
  ])('condition %j', async (body) => {
    const failure = await failureOf(connect(await hostAnsweringJson(body)).locationCondition(EVENT));
    expect(failure).toMatchObject({ kind: 'transient' });
  });

  test.each([
    [{ ok: 0, message: 'There is no such plan.' }],
    [{ ok: 1 }],
    [{ ok: 1, reps: '', condition: '', key: '_' }],
    [{}],
    [[]],
    [''],
  ])('a condition of %j means an unknown plan, which is neither a condition nor a failure', async (body) => {
    expect(await connect(await hostAnsweringJson(body)).locationCondition(EVENT)).toEqual({
      kind: 'unknownPlan',
      reason: expect.stringMatching(/./),
    });
  });

  test.each([400, 404, 410, 422])('a bare status %i is no refusal: a write stays unknown', async (status) => {
    const host = await hostAnswering((_request, response) => response.writeHead(status).end('<html>'));
    const client = connect(host);
    expect(await failureOf(client.locationCondition(EVENT))).toMatchObject({ kind: 'transient', status });
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'unknown', status });
  });

  test('a 404 with an explicit no is a refusal', async () => {
    const host = await hostAnswering((_request, response) =>
      response.writeHead(404).end('{"success":false}'),
    );
    expect(await connect(host).locationCondition(EVENT)).toMatchObject({ kind: 'unknownPlan' });
    expect(await failureOf(connect(host).schedule(BOOKING))).toMatchObject({ kind: 'rejected' });
  });

  test.each([
    [{ ok: 1 }],
    [{ ok: 1, MVScheduledEvent: {} }],
    [{ ok: 1, MVScheduledEvent: { ID: '' } }],
    [{ ok: 1, MVScheduledEvent: { ...NAMED, ID: 0 } }],
    [{ scheduleEventID: 50000001 }],
    [{ success: true, id: 50000001 }],
    [[]],
    [''],
    ['<html><body>OK, scheduled</body></html>'],
    [{ ok: 1, MVScheduledEvent: { ID: 50000001, Start: 'soon' } }],
    [{ ok: 1, MVScheduledEvent: { ID: 50000001, Start: BOOKING.endsAt, End: BOOKING.startsAt } }],
    // This booking id could belong to any event.
    [{ ok: 1, MVScheduledEvent: { ID: 50000001, RepID: '140001' }, repName: 'Ann Archer' }],
  ])('a booking answered by %j is no success, because it may have been made', async (body) => {
    expect(await failureOf(connect(await hostAnsweringJson(body)).schedule(BOOKING))).toMatchObject({
      kind: 'unknown',
    });
  });

  test.each([
    [{ ok: 0 }],
    [{ ok: '0', MVScheduledEvent: { ID: 50000001 } }],
    [{ ok: false, message: 'No.' }],
  ])('a booking answered by %j is rejected', async (body) => {
    expect(await failureOf(connect(await hostAnsweringJson(body)).schedule(BOOKING))).toMatchObject({
      kind: 'rejected',
    });
  });

  test.each([
    [{ ok: 1, MVScheduledEvent: { ...NAMED, ID: 50000001, RepID: '140001' }, repName: 'Ann Archer' }],
    [
      {
        ok: '1',
        MVScheduledEvent: { ...NAMED, ID: '50000001', RepID: 140001, Start: '2026-01-05T15:45:00+00:00' },
      },
    ],
    [{ ok: true, MVScheduledEvent: { ...NAMED, ID: 50000001 } }],
  ])('a booking answered by %j succeeds', async (body) => {
    expect(await connect(await hostAnsweringJson(body)).schedule(BOOKING)).toMatchObject({
      bookingId: '50000001',
      repId: ANN,
      startsAt: BOOKING.startsAt,
      endsAt: BOOKING.endsAt,
    });
  });

  test('a redirect to another page leaves a write unknown', async () => {
    const host = await hostAnswering((_request, response) =>
      response.writeHead(302, { location: '/planning/' }).end(),
    );
    expect(await failureOf(connect(host).schedule(BOOKING))).toMatchObject({ kind: 'unknown', status: 302 });
  });
});

describe('an answer to another request', () => {
  /** Connects to a host that gives this answer to every call. */
  const answering = async (body: unknown) => connect(await hostAnsweringJson(body));
  const answer = {
    ID: 50000001,
    RepID: 140001,
    mPlanID: '31000001',
    LocationID: 200101,
    Start: '2026-01-05T15:45:00+00:00',
    End: '2026-01-05T22:15:00+00:00',
  };

  test.each([
    { RepID: 140002 },
    { mPlanID: 31000002 },
    { LocationID: '200102' },
    { Start: '2026-01-05T16:00:00+00:00' },
    { End: '2026-01-05T22:30:00+00:00' },
    // The wall time is right and the instant is wrong.
    { Start: '2026-01-05T15:45:00-05:00' },
  ])('a booking answered with %j in place of the requested value is unknown', async (other) => {
    const client = await answering({ ok: 1, MVScheduledEvent: { ...answer, ...other } });
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({
      kind: 'unknown',
      status: 200,
      signedOut: false,
      message: expect.stringContaining('about another booking'),
    });
  });

  test('two bookings with crossed answers are unknown, each sent once', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await client.schedule({ ...BOOKING, storeId: OTHER_CLUB, timeZone: PHOENIX });
    simulator.addFaults({ kind: 'crossed', call: 'scheduleMplanEvent' });
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'unknown' });
    expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toMatchObject({ repId: ANN });
    expect(simulator.log.filter(({ call }) => call === 'scheduleMplanEvent')).toHaveLength(2);
  });

  test('a booking with a fraction of a second is answered with the whole second', async () => {
    const client = await answering({ ok: 1, MVScheduledEvent: answer });
    const request = { ...BOOKING, startsAt: '2026-01-05T15:45:00.250Z' };
    expect(await client.schedule(request)).toMatchObject({ bookingId: '50000001' });
  });

  test.each(['31000002_200101', '31000001_200102', ''])(
    'a condition with the key “%s” is not this event’s',
    async (key) => {
      const client = await answering({ ok: 1, condition: 'Unstaffed', reps: '', key });
      expect(await failureOf(client.locationCondition(EVENT))).toMatchObject({ kind: 'transient' });
    },
  );

  test('instructions of events that were not requested are ignored', async () => {
    const entry = (id: string) => ({ mPlanID: id, salesTools: [{ salesToolURL: 'https://x.test/a.pdf' }] });
    const both = await answering({ mplans: [entry('31000002'), entry(PLAN)] });
    expect((await both.instructions({ events: [EVENT] })).map((one) => one.mplanId)).toEqual([PLAN]);
    const other = await answering([entry('31000002')]);
    expect(await failureOf(other.instructions({ events: [EVENT] }))).toMatchObject({ kind: 'transient' });
  });
});
