import type { BookingId, PlannedEvent } from '@scheduler/crossmark';
import { describe, expect, test } from 'vitest';
import {
  ADA,
  asksForReissue,
  B1,
  B2,
  BOB,
  bookedRow,
  ENDS,
  type Given,
  knows,
  LATER,
  LONG_AGO,
  made,
  NOW,
  reissue,
  removal,
  rowOf,
  STARTS,
  stateOf,
} from '../../test/event-states.ts';
import type { Held, Wanted } from './diff.ts';
import type { JournalStep } from './ledger.ts';
import {
  bookingOf,
  confirmedRemovals,
  dueReissue,
  hasBookingInDoubt,
  interpretListing,
  isHistory,
  isInDoubt,
  type KnownBooking,
  knownBooking,
  lastKnownBooking,
  leavesOpen,
  mayBeFromBefore,
  mayHaveRemoved,
  reopenedBookings,
  sameBooking,
  saysBooked,
  unseenReissue,
  wasRemovalRequested,
  writesBeneath,
} from './observe.ts';

const ZONE = 'America/Chicago';
const B3 = '50000003' as BookingId;
type Steps = Partial<JournalStep>[];
/** A journal, newest first: its steps are numbered 100, 99, 98 and so on. */
const journal = (steps: Steps): JournalStep[] => stateOf({ steps }).steps;
const idsOf = (steps: readonly JournalStep[]) => steps.map(({ id }) => id);
const held = (more: Partial<KnownBooking> = {}): KnownBooking => ({
  bookingId: B1,
  repId: ADA,
  startsAt: STARTS,
  endsAt: ENDS,
  names: 'Ada',
  ...more,
});
const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  repId: ADA,
  startsAt: STARTS,
  endsAt: ENDS,
  reissue: null,
  ...more,
});
const STATES = ['sent', 'unknown', 'done', 'refused', 'not_done', 'settled'] as const;
/** An hour that comes twice in Chicago, an hour apart. */
const [FIRST_HALF_PAST_ONE, SECOND_HALF_PAST_ONE] = ['2026-11-01T06:30:00.000Z', '2026-11-01T07:30:00.000Z'];

describe('the booking in a row', () => {
  test.each<[string, Partial<PlannedEvent> | null, Partial<KnownBooking> | null]>([
    ['is none without a row', null, null],
    ['is none where the row tells nothing of one', {}, null],
    ['is there with a number alone', { bookingId: B1 }, { bookingId: B1, repId: null, names: null }],
    ['is there with a rep alone', { repId: ADA }, { repId: ADA, bookingId: null }],
    ['is there with a start alone', { startsAt: STARTS }, { startsAt: STARTS }],
    ['is there with names alone', { staffedReps: ['Ada', 'Bob'] }, { names: 'Ada, Bob' }],
    ['is none of closed work that tells names alone', { condition: 'Submitted', staffedReps: ['Ada'] }, null],
    ['is there of closed work with a number', { condition: 'Expired', bookingId: B1 }, { bookingId: B1 }],
  ])('%s', (_, row, booking) => {
    const read = bookingOf(row && rowOf(row));
    if (booking === null) expect(read).toBeNull();
    else expect(read).toMatchObject({ endsAt: null, ...booking });
  });
});

test('a write is in doubt while it has no outcome', () => {
  const steps = journal(STATES.map((state) => made(null, { state })));
  expect(steps.filter(isInDoubt).map(({ state }) => state)).toEqual(['sent', 'unknown']);
  expect(hasBookingInDoubt(steps)).toBe(true);
  expect(hasBookingInDoubt(journal([removal(B1, { state: 'sent' }), made(B1)]))).toBe(false);
});

test('a condition alone says that somebody is booked, unless it is open or closed', () => {
  const conditions = [
    'Unstaffed',
    'Reissued',
    'Scheduled',
    'Staffed',
    'In Progress',
    'Paused',
    'Canceled',
    'Expired',
    'Submitted',
  ] as PlannedEvent['condition'][];
  expect(conditions.filter(saysBooked)).toEqual(['Scheduled', 'Staffed', 'In Progress', 'Paused']);
});

describe('the removals of a booking', () => {
  test('were requested unless they are known to have failed', () => {
    const requested = STATES.filter((state) => wasRemovalRequested(B1, journal([removal(B1, { state })])));
    expect(requested).toEqual(['sent', 'unknown', 'done', 'refused']);
    expect(wasRemovalRequested(B2, journal([removal(B1)]))).toBe(false);
    expect(wasRemovalRequested(B1, journal([reissue()]))).toBe(false);
  });

  test('are confirmed where Crossmark said so, the newest first', () => {
    const steps = journal([
      removal(B1),
      removal(B2),
      removal(B1, { state: 'refused' }),
      reissue(),
      removal(B1),
    ]);
    expect(idsOf(confirmedRemovals(B1, steps))).toEqual([100, 96]);
    expect(confirmedRemovals(null, journal([removal(B1), made(null)]))).toEqual([]);
    expect(mayHaveRemoved(null, journal([reissue({ bookingId: null })]), NOW)).toEqual([]);
  });

  test('of an earlier booking with the same number don’t count', () => {
    const steps = journal([made(B1), removal(B1)]);
    expect([
      wasRemovalRequested(B1, steps),
      confirmedRemovals(B1, steps),
      mayHaveRemoved(B1, steps, NOW),
    ]).toEqual([false, [], []]);
  });

  test.each([
    ['sent', NOW, true],
    ['unknown', '2026-01-09T12:00:00.000Z', true],
    ['done', '2026-01-09T12:00:00.000Z', true],
    // A day after it was sent, a refused write can’t arrive any more.
    ['refused', '2026-01-06T10:59:59.999Z', true],
    ['refused', '2026-01-06T11:00:00.000Z', false],
    ['settled', '2026-01-06T10:59:59.999Z', true],
    ['settled', '2026-01-06T11:00:00.000Z', false],
    ['not_done', NOW, false],
  ] as const)('that are %s may be why it isn’t shown at %s: %s', (state, at, may) => {
    expect(mayHaveRemoved(B1, journal([removal(B1, { state })]), at)).toHaveLength(may ? 1 : 0);
    expect(mayHaveRemoved(B1, journal([reissue({ state })]), at)).toHaveLength(may ? 1 : 0);
  });
});

describe('reissued work', () => {
  test('has reopened bookings, until one of the same number is made', () => {
    const steps = journal([
      reissue({ bookingId: B3, state: 'refused' }),
      made(B2),
      reissue({ bookingId: B2 }),
      reissue(),
      removal(B3),
    ]);
    expect([...reopenedBookings(steps)]).toEqual([B1]);
    expect([...reopenedBookings(journal([reissue({ bookingId: null })]))]).toEqual([]);
  });

  const schedule = (more: object = {}) => {
    const of = stateOf({ schedule: { ...asksForReissue, ...more } }).schedule;
    if (!of) throw new Error('Somebody is scheduled.');
    return of;
  };
  const due = { bookingId: B1, scheduleId: 7, expiresOn: '2026-03-01', includeResponses: false };
  test.each<[string, object, Steps, object | null]>([
    ['is due', {}, [], due],
    ['is due with its responses', { reissueResponses: true }, [], { ...due, includeResponses: true }],
    ['is due without responses if that was never chosen', { reissueResponses: null }, [], due],
    ['is not due without a booking to open', { reissueOf: null }, [], null],
    ['is not due without an expiry', { reissueExpiresOn: null }, [], null],
    ['is not due once it was done', {}, [reissue()], null],
    ['is due while its outcome is unknown', {}, [reissue({ state: 'unknown' })], due],
    ['is due where it was done for another schedule', {}, [reissue({ scheduleId: 6 })], due],
    ['is not due where it was done for an unnamed schedule', {}, [reissue({ scheduleId: null })], null],
    ['is due where another was', {}, [reissue({ scheduleId: null, bookingId: B2 })], due],
    ['is not due where the booking has another number by now', {}, [reissue({ bookingId: B2 })], null],
    ['is due where only the booking was made', {}, [made(B1, { scheduleId: 7 })], due],
  ])('%s', (_, more, steps, action) => {
    expect(dueReissue(schedule(more), journal(steps))).toEqual(action);
  });

  const closed = bookedRow(B1);
  const submitted = { ...closed, condition: 'Submitted' as const };
  test.each<[string, Given, PlannedEvent | null, boolean]>([
    ['is unseen where the row is as before', { steps: [reissue()] }, submitted, true],
    ['is unseen where the row has the same booking open', { steps: [reissue()] }, closed, true],
    [
      'is unseen where the row has a booking without a number',
      { steps: [reissue()] },
      { ...closed, bookingId: null },
      true,
    ],
    [
      'is unseen of closed work with another booking',
      { steps: [reissue({ bookingId: B2 })] },
      submitted,
      true,
    ],
    ['is seen where the row has another booking', { steps: [reissue({ bookingId: B2 })] }, closed, false],
    ['is seen where the row has none', { steps: [reissue()] }, rowOf(), false],
    [
      'is unseen where the work is still closed',
      { steps: [reissue()] },
      rowOf({ condition: 'Expired' }),
      true,
    ],
    ['is seen in its own condition', { steps: [reissue()] }, { ...closed, condition: 'Reissued' }, false],
    ['can’t be seen in canceled work', { steps: [reissue()] }, { ...closed, condition: 'Canceled' }, false],
    ['can’t be seen without a row', { steps: [reissue()] }, null, false],
    [
      'is none where none was asked for',
      { schedule: { reissueOf: null }, steps: [reissue()] },
      submitted,
      false,
    ],
    ['is none where nobody is scheduled', { schedule: null, steps: [reissue()] }, submitted, false],
    ['is none before it was confirmed', { steps: [reissue({ state: 'unknown' })] }, submitted, false],
    ['is none where it was never sent', { steps: [made(B1)] }, submitted, false],
    ['is none of another schedule', { steps: [reissue({ scheduleId: 6 })] }, submitted, false],
    [
      'is none once a booking was asked for',
      { steps: [made(null, { state: 'sent' }), reissue()] },
      submitted,
      false,
    ],
    [
      'is none once a booking was made for the schedule',
      { steps: [made(B2, { scheduleId: 7 }), reissue()] },
      submitted,
      false,
    ],
    ['is unseen after another removal', { steps: [removal(B2), reissue(), made(B1)] }, submitted, true],
  ])('%s', (_, event, row, isUnseen) => {
    const state = stateOf({ schedule: asksForReissue, ...event });
    const unseen = unseenReissue(state, row);
    expect(unseen).toEqual(isUnseen ? state.steps.find(({ kind }) => kind === 'reissue') : undefined);
  });
});

describe('a booking from before its work was opened again', () => {
  test.each<[string, Partial<Held> | null, Steps, boolean]>([
    ['is history', {}, [reissue()], true],
    ['is history with an unknown start', { startsAt: null }, [reissue()], true],
    ['is another one at another time', { startsAt: LATER }, [reissue()], false],
    ['is none', null, [reissue()], false],
    ['is no history without a number', { bookingId: null }, [reissue({ bookingId: null })], false],
    ['is no history if it was not opened', {}, [made(B1)], false],
    ['is no history before that is confirmed', {}, [reissue({ state: 'unknown' })], false],
    ['is no history once it was made again', {}, [made(B1), reissue()], false],
    // A reissue of unknown time: a write of ours since then at the same time made the booking.
    ['is history where nothing was made since', {}, [reissue({ startsAt: null }), made(B1)], true],
    [
      'is new where a write asked for it since',
      {},
      [made(null, { state: 'unknown' }), reissue({ startsAt: null })],
      false,
    ],
    [
      'is history where that was refused',
      {},
      [made(null, { state: 'refused' }), reissue({ startsAt: null })],
      true,
    ],
    [
      'is history where that was for somebody else',
      {},
      [made(null, { repId: BOB }), reissue({ startsAt: null })],
      true,
    ],
    [
      'is history where that was for later',
      {},
      [made(null, { startsAt: LATER }), reissue({ startsAt: null })],
      true,
    ],
    [
      'is history where that was a removal',
      {},
      [removal(B2, { repId: ADA, startsAt: STARTS }), reissue({ startsAt: null })],
      true,
    ],
  ])('%s', (_, booking, steps, is) => {
    expect(isHistory(booking && held(booking), journal(steps), ZONE)).toBe(is);
  });

  test('is told by wall time where the hour comes twice', () => {
    const steps = journal([reissue({ startsAt: FIRST_HALF_PAST_ONE })]);
    expect(isHistory(held({ startsAt: SECOND_HALF_PAST_ONE }), steps, ZONE)).toBe(true);
    expect(isHistory(held({ startsAt: SECOND_HALF_PAST_ONE }), steps)).toBe(false);
  });

  test('is no longer known, but still remembered', () => {
    const state = stateOf({ sync: knows(B1), steps: [reissue()] });
    expect(knownBooking(state, state.steps)).toBeNull();
    expect(lastKnownBooking(state)).toEqual(held());
    expect(knownBooking(state, [])).toEqual(held());
  });
});

test.each<[keyof ReturnType<typeof knows>, object | null]>([
  ['bookingId', { bookingId: B1 }],
  ['bookedRepId', { repId: ADA }],
  ['bookedRepNames', { names: 'Ada' }],
  ['bookedStartsAt', { startsAt: STARTS }],
  ['bookedEndsAt', null],
])('a booking of which only %s is remembered is known, unless that is its end', (column, booking) => {
  const known = lastKnownBooking(stateOf({ sync: { [column]: knows(B1)[column] } }));
  if (booking === null) expect(known).toBeNull();
  else
    expect(known).toEqual({
      ...{ bookingId: null, repId: null, names: null, startsAt: null, endsAt: null },
      ...booking,
    });
});

test.each<[string, Partial<Held> | null, Partial<Held> | null, boolean]>([
  ['nobody and nobody', null, null, true],
  ['somebody and nobody', {}, null, false],
  ['nobody and somebody', null, {}, false],
  ['the same', {}, {}, true],
  ['another end', {}, { endsAt: null }, true],
  ['another number', {}, { bookingId: B2 }, false],
  ['an unknown number', {}, { bookingId: null }, true],
  ['an unknown number before', { bookingId: null }, { bookingId: B2 }, true],
  ['another person', {}, { repId: BOB }, false],
  ['another time', {}, { startsAt: '2026-01-08T16:45:00.000Z' }, false],
  ['another day at the same time', {}, { startsAt: LATER }, false],
  ['an unknown time', {}, { startsAt: null }, false],
  ['an unknown time before', { startsAt: null }, {}, false],
  ['two unknown times', { startsAt: null }, { startsAt: null }, true],
  ['the two times of one hour', { startsAt: FIRST_HALF_PAST_ONE }, { startsAt: SECOND_HALF_PAST_ONE }, true],
])('two bookings are the same or not: %s', (_, a, b, are) => {
  expect(sameBooking(a && held(a), b && held(b), ZONE)).toBe(are);
});

describe('a row leaves open whether somebody is booked', () => {
  const worked = bookedRow(B1);
  test.each<[string, PlannedEvent | null, Held | null, Steps, boolean]>([
    ['never without a row', null, held(), [], false],
    ['never where nothing is known and nothing was sent', rowOf(), null, [], false],
    ['where it shows none and one is known', rowOf(), held(), [made(B1)], true],
    ['not of closed work', rowOf({ condition: 'Submitted' }), held(), [made(B1)], false],
    ['not once its removal is confirmed', rowOf(), held(), [removal(B1), made(B1)], false],
    ['where its removal was refused', rowOf(), held(), [removal(B1, { state: 'refused' })], true],
    ['where its removal is in doubt', rowOf(), held(), [removal(B1, { state: 'unknown' })], true],
    ['where a booking is in doubt', rowOf(), null, [made(null, { state: 'sent' })], true],
    ['where a booking was refused', rowOf(), null, [made(null, { state: 'refused' })], true],
    ['not where a booking was made and is gone', rowOf(), null, [made(B1)], false],
    ['not where only a removal is in doubt', rowOf(), null, [removal(B1, { state: 'sent' })], false],
    ['not where it shows another booking', worked, null, [made(null, { state: 'sent' })], false],
    ['where it shows only what was worked', worked, null, [made(null, { state: 'sent' }), reissue()], true],
    ['not where nothing is in doubt beside what was worked', worked, null, [reissue()], false],
  ])('%s', (_, row, known, steps, leaves) => {
    expect(leavesOpen(row, known, journal(steps), ZONE)).toBe(leaves);
  });

  test('… compared by the time of the store', () => {
    const row = { ...worked, startsAt: SECOND_HALF_PAST_ONE };
    const steps = journal([made(null, { state: 'sent' }), reissue({ startsAt: FIRST_HALF_PAST_ONE })]);
    expect([leavesOpen(row, null, steps, ZONE), leavesOpen(row, null, steps)]).toEqual([true, false]);
  });
});

describe('a row may be from before what is known', () => {
  test.each<
    [
      string,
      listed: Partial<KnownBooking> | null,
      source: number | undefined,
      agreed: Partial<Held> | null,
      steps: Steps,
      want: Partial<Wanted> | null,
      may: boolean,
    ]
  >([
    ['not where it shows none', null, undefined, {}, [], {}, false],
    ['not where it shows what is known', {}, undefined, {}, [], {}, false],
    [
      'where it shows what is wanted and nobody made',
      {},
      undefined,
      { bookingId: B2, repId: BOB },
      [],
      {},
      true,
    ],
    [
      'not where it shows what is not wanted',
      {},
      undefined,
      { bookingId: B2 },
      [],
      { startsAt: LATER },
      false,
    ],
    ['not where it shows something and nobody is wanted', {}, undefined, { bookingId: B2 }, [], null, false],
    [
      'not where a late write made it',
      {},
      100,
      { bookingId: B2 },
      [made(null, { state: 'unknown' })],
      {},
      false,
    ],
    ['where a confirmed write made it', {}, 100, { bookingId: B2 }, [made(B1)], {}, true],
    ['where nothing is known and a confirmed write made it as wanted', {}, 100, null, [made(B1)], {}, true],
    ['not where nothing is known and it isn’t wanted', {}, 100, null, [made(B1)], { startsAt: LATER }, false],
    ['not where nothing is known and nobody made it', {}, undefined, null, [made(B2)], {}, false],
    [
      'not where the removal of what is known was sent',
      {},
      undefined,
      { bookingId: B2 },
      [removal(B2, { state: 'sent' })],
      {},
      false,
    ],
    [
      'where the known one has no number',
      {},
      undefined,
      { bookingId: null, repId: BOB },
      [removal(B2)],
      {},
      true,
    ],
    [
      'where it shows what was removed',
      {},
      undefined,
      { bookingId: B2 },
      [removal(B1)],
      { startsAt: LATER },
      true,
    ],
  ])('%s', (_, listed, source, agreed, steps, want, may) => {
    const asks = { steps: journal(steps), wanted: want && wanted(want), timeZone: ZONE };
    const row = { held: listed && held(listed), source };
    expect(mayBeFromBefore(row, agreed && held(agreed), asks)).toBe(may);
  });
});

describe('the writes whose bookings may lie beneath the listed one', () => {
  const due = { bookingId: B2, scheduleId: 7, expiresOn: '2026-03-01', includeResponses: false };
  test.each<[string, Partial<Held> | null, Steps, Wanted | null, number[]]>([
    ['are none where none is listed', null, [made(B2)], null, []],
    ['are those that were made and not seen to go', {}, [made(B1), made(B2), made(B3)], null, [99, 98]],
    ['are not the listed one’s', {}, [made(B1), made(B1)], null, []],
    ['are not those without a number', {}, [made(null, { state: 'unknown' })], null, []],
    ['are not the removed ones', {}, [removal(B2), made(B2)], null, []],
    ['are not those whose removal was refused', {}, [removal(B2, { state: 'refused' }), made(B2)], null, []],
    ['are those whose removal is in doubt', {}, [removal(B2, { state: 'unknown' }), made(B2)], null, [99]],
    ['are the newest of each number', {}, [made(B2), made(B2)], null, [100]],
    [
      'are those whose reissue was refused',
      {},
      [reissue({ bookingId: B3, state: 'refused' }), made(B3)],
      null,
      [99],
    ],
    ['are those made again after a removal', {}, [made(B2), removal(B2), made(B2)], null, [100]],
    ['are not those whose work was opened again', {}, [reissue({ bookingId: B2 }), made(B2)], null, []],
    ['are not the one that is to be opened again', {}, [made(B2), made(B3)], wanted({ reissue: due }), [99]],
    [
      'are no removals and no reissues',
      {},
      [reissue({ bookingId: B3, state: 'sent' }), removal(B2)],
      null,
      [],
    ],
  ])('%s', (_, listed, steps, want, ids) => {
    expect(idsOf(writesBeneath(listed && held(listed), journal(steps), want))).toEqual(ids);
  });
});

type Listing = Parameters<typeof interpretListing>[0];
/** Interprets a row where Ada is wanted at {@link STARTS}, but for what is given. */
const interpret = (
  listed: PlannedEvent | null,
  more: Partial<Omit<Listing, 'steps'>> = {},
  steps: Steps = [],
) =>
  interpretListing({
    listed,
    timeZone: ZONE,
    wanted: wanted(),
    last: null,
    at: NOW,
    ...more,
    steps: journal(steps),
  });

describe('a listed booking', () => {
  test.each<[string, Parameters<typeof interpret>, object]>([
    ['of nobody, where somebody is wanted', [rowOf()], { held: null, seen: null, explained: true }],
    ['of nobody, with nobody wanted', [rowOf(), { wanted: null }], { held: null, explained: true }],
    [
      'of nobody, where one is known, is unexplained',
      [rowOf(), { last: held() }],
      { held: null, explained: false },
    ],
    [
      'of nobody, where one is known whose removal may have arrived',
      [rowOf(), { last: held() }, [removal(B1, { state: 'refused' })]],
      { held: null, explained: true, settled: [] },
    ],
    [
      'as wanted gets the wanted end',
      [bookedRow(B1)],
      { held: held(), seen: held({ endsAt: null }), explained: true, source: undefined, beneath: [] },
    ],
    [
      'of somebody else is unexplained, and its end unknown',
      [bookedRow(B2, BOB)],
      { held: held({ bookingId: B2, repId: BOB, names: 'Bob', endsAt: null }), explained: false },
    ],
    [
      'that is the known one keeps its end',
      [bookedRow(B1), { last: held(), wanted: wanted({ startsAt: LATER }) }],
      { held: held(), explained: true },
    ],
    [
      'of which the end was never known',
      [bookedRow(B1), { last: held({ endsAt: null }), wanted: null }],
      { held: held({ endsAt: null }), explained: true },
    ],
    [
      'that a write made has that write’s end',
      [bookedRow(B1), { wanted: null }, [made(B1, { endsAt: LATER })]],
      { held: held({ endsAt: LATER }), source: 100, explained: true },
    ],
    [
      'of somebody else, after a removal of ours, is unexplained',
      [bookedRow(B2, BOB), { last: held() }, [removal(B1)]],
      { explained: false },
    ],
    [
      'that lies above another of ours',
      [bookedRow(B1), {}, [made(B1), made(B2)]],
      { held: held(), beneath: [B2], source: 100 },
    ],
  ])('%s', (_, listing, what) => {
    expect(interpret(...listing)).toMatchObject(what);
  });

  const partial = (more: Partial<PlannedEvent>) => ({ ...bookedRow(B1), ...more });
  test.each<[string, PlannedEvent, Partial<KnownBooking> | null, Partial<KnownBooking>]>([
    ['without a number', partial({ bookingId: null }), {}, {}],
    ['without a rep', partial({ repId: null }), {}, {}],
    ['without a start', partial({ startsAt: null }), {}, {}],
    ['without names', partial({ staffedReps: [] }), {}, {}],
    ['with a number alone', partial({ repId: null, startsAt: null, staffedReps: [] }), {}, {}],
    [
      'of another number stays as it is',
      partial({ bookingId: B2, repId: null }),
      {},
      { bookingId: B2, repId: null, endsAt: null },
    ],
    [
      'of another person stays as it is',
      partial({ bookingId: null, repId: BOB, staffedReps: ['Bob'] }),
      {},
      { bookingId: null, repId: BOB, names: 'Bob', endsAt: null },
    ],
    [
      'at another time stays as it is',
      partial({ bookingId: null, startsAt: LATER }),
      {},
      { bookingId: null, startsAt: LATER, endsAt: null },
    ],
    [
      'of another name stays as it is',
      partial({ repId: null, staffedReps: ['Bob'] }),
      {},
      { repId: null, names: 'Bob', endsAt: null },
    ],
    [
      'of a name that is written otherwise',
      partial({ repId: null, staffedReps: ['ADA '] }),
      {},
      { names: 'ADA ' },
    ],
    ['with a name where none is known', partial({ repId: null }), { names: null }, {}],
    [
      'with a name alone where none is known stays as it is',
      partial({ repId: null, bookingId: null }),
      { names: null },
      { repId: null, bookingId: null, endsAt: null },
    ],
    [
      'without a number and a name where a name is known stays as it is',
      partial({ repId: null, bookingId: null, staffedReps: [] }),
      {},
      { repId: null, bookingId: null, names: null, endsAt: null },
    ],
    [
      'without a number and a name where none is known',
      partial({ repId: null, bookingId: null, staffedReps: [] }),
      { names: null },
      { names: null },
    ],
    ['where nothing is known stays as it is', partial({ repId: null }), null, { repId: null, endsAt: null }],
  ])('%s is completed from what is known', (_, row, known, booking) => {
    // What is wanted is another day, so that it completes nothing.
    const last = known && held(known);
    const want = wanted({ startsAt: '2026-02-01T15:45:00.000Z' });
    expect(interpret(row, { last, wanted: want }).held).toEqual(held(booking));
    // The row before completes what the run has seen, too, but never knew an end.
    const seen = known && held({ ...known, endsAt: null });
    const again = interpret(row, { seen, wanted: want });
    expect(again.held).toEqual(held({ ...booking, endsAt: null }));
    expect(again.seen).toEqual(again.held);
  });

  test('from before a reissue, in full or in part, doesn’t count', () => {
    const last = held();
    for (const row of [bookedRow(B1), partial({ bookingId: null }), partial({ repId: null })])
      expect(interpret(row, { last }, [reissue()])).toMatchObject({ held: null, seen: null });
    // Another one does.
    expect(interpret(bookedRow(B1, ADA, LATER), { last }, [reissue()]).held).toMatchObject({
      startsAt: LATER,
    });
    expect(interpret(partial({ bookingId: null }), { last }, []).held).toEqual(held());
    expect(interpret(partial({ bookingId: null }), {}, [reissue()]).held).toMatchObject({ bookingId: null });
  });

  test('that came from a reissue’s removal is explained', () => {
    expect(interpret(rowOf(), { last: held() }, [reissue({ state: 'unknown' })])).toMatchObject({
      held: null,
      explained: true,
    });
  });

  describe('in the hour that comes twice', () => {
    const row = bookedRow(B1, ADA, FIRST_HALF_PAST_ONE);
    test('is at the known one of the two', () => {
      expect(
        interpret(row, { last: held({ startsAt: SECOND_HALF_PAST_ONE }), wanted: null }).held?.startsAt,
      ).toBe(SECOND_HALF_PAST_ONE);
    });
    test('is at the one that a write asked for', () => {
      const steps = [made(B1, { startsAt: SECOND_HALF_PAST_ONE })];
      expect(interpret(row, { wanted: null }, steps).held?.startsAt).toBe(SECOND_HALF_PAST_ONE);
    });
    test('is as listed where only what is wanted says otherwise', () => {
      const want = wanted({ startsAt: SECOND_HALF_PAST_ONE });
      expect(interpret(row, { wanted: want }).held?.startsAt).toBe(FIRST_HALF_PAST_ONE);
    });
  });
});

describe('the write that made a listed booking', () => {
  test.each<[string, Steps, number | undefined, string]>([
    ['is the newest of its number', [made(B1), made(B1)], 100, NOW],
    ['is none of another number', [made(B2)], undefined, NOW],
    ['is none of another number whose outcome is unknown', [made(B2, { state: 'unknown' })], undefined, NOW],
    [
      'is a lost one where the removed one was another',
      [made(null, { state: 'unknown' }), removal(B1), made(B1, { startsAt: LATER })],
      100,
      NOW,
    ],
    ['is none for another person', [made(B1, { repId: BOB })], undefined, NOW],
    ['is none for another time', [made(B1, { startsAt: LATER })], undefined, NOW],
    ['is one whose answer was lost', [made(null, { state: 'unknown' })], 100, NOW],
    ['is one that was refused', [made(null, { state: 'refused' })], 100, NOW],
    [
      'is one that was refused within a day',
      [made(null, { state: 'refused' })],
      100,
      '2026-01-06T10:59:59.999Z',
    ],
    [
      'is none that was refused a day ago',
      [made(null, { state: 'refused' })],
      undefined,
      '2026-01-06T11:00:00.000Z',
    ],
    ['is none that is known to have done nothing', [made(null, { state: 'not_done' })], undefined, NOW],
    [
      'is a late one with its number',
      [made(B1, { startsAt: LATER }), made(B1, { state: 'unknown' })],
      99,
      NOW,
    ],
    ['is no older one that is done', [made(B1, { startsAt: LATER }), made(B1)], undefined, NOW],
    ['is a lost one before the one that is done', [made(null, { state: 'unknown' }), made(B1)], 100, NOW],
    [
      'is the removed one where a copy from before the removal shows it',
      [made(null, { state: 'unknown' }), removal(B1), made(B1)],
      98,
      NOW,
    ],
    ['is no removal', [removal(B1, { repId: ADA, startsAt: STARTS })], undefined, NOW],
  ])('%s', (_, steps, source, at) => {
    expect(interpret(bookedRow(B1), { at, wanted: null }, steps).source).toBe(source);
  });

  test('is none by a number that neither has', () => {
    const row = { ...bookedRow(B1), bookingId: null };
    expect(
      interpret(row, {}, [made(null, { state: 'done', sentAt: '2026-01-01T00:00:00.000Z' })]).source,
    ).toBe(undefined);
  });
});

describe('what a row settles', () => {
  const opened = rowOf({ condition: 'Reissued' });
  test.each<[string, PlannedEvent | null, Steps, object[]]>([
    ['nothing that has an outcome', bookedRow(B1), [made(B1), removal(B2), reissue({ bookingId: B2 })], []],
    [
      'a booking in doubt that it shows: done, with its number',
      bookedRow(B1),
      [made(null, { state: 'sent' })],
      [{ id: 100, state: 'done', bookingId: B1 }],
    ],
    [
      'a booking in doubt that it doesn’t show: it had no effect yet',
      rowOf(),
      [made(null, { state: 'unknown' })],
      [{ id: 100, state: 'settled', bookingId: null }],
    ],
    [
      'a refused booking that it doesn’t show: not done',
      rowOf(),
      [made(null, { state: 'refused' })],
      [{ id: 100, state: 'not_done', bookingId: null }],
    ],
    [
      'a refused booking that it shows: done',
      bookedRow(B1),
      [made(null, { state: 'refused' })],
      [{ id: 100, state: 'done', bookingId: B1 }],
    ],
    [
      'a removal in doubt of what it doesn’t show: done',
      rowOf(),
      [removal(B1, { state: 'sent' })],
      [{ id: 100, state: 'done', bookingId: null }],
    ],
    [
      'a removal in doubt of what it shows: it had no effect yet',
      bookedRow(B1),
      [removal(B1, { state: 'unknown' })],
      [{ id: 100, state: 'settled', bookingId: null }],
    ],
    [
      'a removal in doubt where it shows another booking: nobody knows',
      bookedRow(B1),
      [removal(B2, { state: 'unknown' })],
      [{ id: 100, state: 'settled', bookingId: null }],
    ],
    [
      'a refused removal of what it shows: not done',
      bookedRow(B1),
      [removal(B1, { state: 'refused' })],
      [{ id: 100, state: 'not_done', bookingId: null }],
    ],
    ['no refused removal of another booking', bookedRow(B1), [removal(B2, { state: 'refused' })], []],
    ['no refused removal where it shows none', rowOf(), [removal(B1, { state: 'refused' })], []],
    [
      'a reissue in doubt whose condition it shows: done',
      opened,
      [reissue({ state: 'sent', condition: 'Submitted' })],
      [{ id: 100, state: 'done', bookingId: null }],
    ],
    [
      'a reissue in doubt whose condition it shows, with a booking: done, without a number',
      { ...bookedRow(B2), condition: 'Reissued' },
      [reissue({ state: 'sent', condition: 'Submitted' })],
      [{ id: 100, state: 'done', bookingId: null }],
    ],
    [
      'a reissue in doubt of work that was open before: nobody knows',
      opened,
      [reissue({ state: 'sent', condition: 'Reissued' })],
      [{ id: 100, state: 'settled', bookingId: null }],
    ],
    [
      'a reissue in doubt whose condition it doesn’t show: it had no effect yet',
      rowOf({ condition: 'Submitted' }),
      [reissue({ state: 'sent', condition: 'Submitted' })],
      [{ id: 100, state: 'settled', bookingId: null }],
    ],
    [
      'a reissue in doubt without a row: it had no effect yet',
      null,
      [reissue({ state: 'sent', condition: 'Submitted' })],
      [{ id: 100, state: 'settled', bookingId: null }],
    ],
    [
      'a refused reissue: not done',
      rowOf({ condition: 'Submitted' }),
      [reissue({ state: 'refused' })],
      [{ id: 100, state: 'not_done', bookingId: null }],
    ],
    [
      'only the write that made the booking',
      bookedRow(B1),
      [made(null, { state: 'unknown', sentAt: LONG_AGO }), made(null, { state: 'sent', startsAt: LATER })],
      [
        { id: 100, state: 'done', bookingId: B1 },
        { id: 99, state: 'settled', bookingId: null },
      ],
    ],
  ])('%s', (_, row, steps, settled) => {
    expect(interpret(row, {}, steps).settled).toEqual(settled);
  });
});
