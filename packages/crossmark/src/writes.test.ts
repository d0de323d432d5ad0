import { describe, expect, test } from 'vitest';
import type { BookingId, RepId, StoreId } from './ids.ts';
import {
  ALL,
  ANN,
  BEN,
  BOOKING,
  CLUB,
  collect,
  connect,
  EVENT,
  failureOf,
  INDIANA,
  OTHER_CLUB,
  PHOENIX,
  PLAN,
  SOME_BOOKING,
  simulate,
} from './test-support.ts';

describe('writes', () => {
  test('a booking has the id that Crossmark gave it, and unscheduling sends exactly this id', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    const booking = await client.schedule(BOOKING);
    expect(simulator.state.bookings).toMatchObject([
      {
        bookingId: booking.bookingId,
        ...EVENT,
        repId: ANN,
        startsAt: BOOKING.startsAt,
        endsAt: BOOKING.endsAt,
      },
    ]);
    expect(booking).toEqual({
      bookingId: expect.stringMatching(/^\d{8}$/),
      repId: ANN,
      startsAt: BOOKING.startsAt,
      endsAt: BOOKING.endsAt,
      repName: 'Ann Archer',
    });
    await client.unschedule({ bookingId: booking.bookingId });
    expect(simulator.state.bookings).toEqual([]);
    expect(simulator.log.at(-1)?.body).toBe(`id=${booking.bookingId}`);
  });

  test('a booking is sent as Crossmark’s own page sends it', async () => {
    const simulator = await simulate();
    await connect(simulator.url).schedule(BOOKING);
    const sent = simulator.log.find((call) => call.call === 'scheduleMplanEvent');
    expect(sent?.body).toBe(
      'ClassName=MVScheduledmPlan&RepID=140001&mPlanID=31000001&LocationID=200101' +
        '&Start=2026-01-05T10%3A45%3A00-05%3A00&End=2026-01-05T17%3A15%3A00-05%3A00&hash=&v=3.0.1&PlanningOverride=true',
    );
    expect(sent?.headers).toMatchObject({
      accept: '*/*',
      'x-requested-with': 'XMLHttpRequest',
      origin: simulator.url,
      referer: `${simulator.url}/planning/`,
    });
  });

  test('a booking is read back from the list with its person, id and time', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    const { bookingId } = await client.schedule(BOOKING);
    expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toMatchObject({
      ...EVENT,
      bookingId,
      repId: ANN,
      startsAt: BOOKING.startsAt,
      condition: 'Scheduled',
      staffedReps: ['Ann Archer'],
      startsOn: '2026-01-02',
      dueOn: '2026-01-16',
    });
    expect(await client.locationCondition(EVENT)).toEqual({
      kind: 'known',
      condition: 'Scheduled',
      reps: 'Ann Archer',
    });
  });

  test('the same plan in two stores is two events', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await client.schedule(BOOKING);
    const other = await client.findEvent({ mplanId: PLAN, storeId: OTHER_CLUB, timeZone: PHOENIX });
    expect(other).toMatchObject({ storeId: OTHER_CLUB, bookingId: null, condition: 'Unstaffed' });
    expect((await collect(client.listEvents(ALL))).rows.map((row) => row.storeId)).toEqual([
      CLUB,
      OTHER_CLUB,
    ]);
  });

  test.each(['ok', 'success'] as const)(
    'unscheduling succeeds if Crossmark says so (%s)',
    async (deleteAnswer) => {
      const simulator = await simulate({ deleteAnswer });
      const client = connect(simulator.url);
      const { bookingId } = await client.schedule(BOOKING);
      await client.unschedule({ bookingId });
      expect(simulator.state.bookings).toEqual([]);
    },
  );

  test('unscheduling with an empty answer is unknown, not done', async () => {
    const simulator = await simulate({ deleteAnswer: 'empty' });
    const client = connect(simulator.url);
    const { bookingId } = await client.schedule(BOOKING);
    expect(await failureOf(client.unschedule({ bookingId }))).toMatchObject({ kind: 'unknown' });
  });

  test('a reissue opens the work for the requested person and day', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    const { bookingId } = await client.schedule(BOOKING);
    await client.reissue({ ...EVENT, bookingId, repId: BEN, expiresOn: '2026-01-17' });
    expect(simulator.state.pendingWork).toMatchObject([
      { ...EVENT, bookingId, repId: BEN, expiresOn: '2026-01-17' },
    ]);
    expect(simulator.log.at(-1)?.body).toBe(
      `workLogEntryID=${bookingId}&storeID=200101&mPlanID=31000001&reissueBulkJson=%5B%5D&action=reissue&includeResponses=false` +
        '&pendingWorkReasonComments=&public=true&excludeReps=false&excludedRepIDs=%5B%5D&overrideReps=true' +
        '&overriddenRepIDs=%5B140002%5D&expirationDate=2026-01-17T00%3A00%3A00&additionalEmail=',
    );
  });
});

describe('refused by the client, before anything is sent', () => {
  const wrong = {
    'a reissue without a store': (client: ReturnType<typeof connect>) =>
      client.reissue({
        ...EVENT,
        storeId: '' as StoreId,
        bookingId: SOME_BOOKING,
        repId: ANN,
        expiresOn: '2026-01-17',
      }),
    'a booking without a store': (client: ReturnType<typeof connect>) =>
      client.schedule({ ...BOOKING, storeId: '' as StoreId }),
    'an employee number in place of a RepID': (client: ReturnType<typeof connect>) =>
      client.schedule({ ...BOOKING, repId: 'US100001' as RepId }),
    'a plan and store in place of a booking id': (client: ReturnType<typeof connect>) =>
      client.unschedule({ bookingId: '31000001_200101' as BookingId }),
    'an end before the start': (client: ReturnType<typeof connect>) =>
      client.schedule({ ...BOOKING, endsAt: BOOKING.startsAt }),
    'a zone that does not exist': (client: ReturnType<typeof connect>) =>
      client.schedule({ ...BOOKING, timeZone: 'America/Nowhere' }),
  };
  test.each(Object.entries(wrong))('%s', async (_name, call) => {
    const simulator = await simulate();
    expect(await failureOf(call(connect(simulator.url)))).toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('Not sent to Crossmark'),
    });
    expect(simulator.log).toEqual([]);
  });
});
