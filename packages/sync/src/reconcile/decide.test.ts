import {
  type BookingId,
  bookingId,
  CrossmarkError,
  mplanId,
  type PlannedEvent,
  repId,
  storeId,
} from '@scheduler/crossmark';
import { describe, expect, test } from 'vitest';
import { type Action, decide, NOTHING_OBSERVED, type Observation } from './decide.ts';
import type { EventState, JournalStep } from './ledger.ts';

const ADA = repId('100001');
const BOB = repId('100002');
const STARTS = '2026-01-08T15:45:00.000Z';
const ENDS = '2026-01-08T22:15:00.000Z';
const LATER = '2026-01-09T15:45:00.000Z';
const NOW = '2026-01-05T12:00:00.000Z';
const LONG_AGO = '2026-01-05T11:00:00.000Z';
const B1 = bookingId('50000001');
const B2 = bookingId('50000002');
const PLAN = mplanId('40000001');

interface Given {
  /** Who is scheduled here; nobody where null. */
  schedule?: Partial<NonNullable<EventState['schedule']>> | null;
  employee?: Partial<NonNullable<EventState['employee']>>;
  sync?: Partial<EventState['sync']>;
  event?: Partial<EventState['event']>;
  /** Newest first. */
  steps?: Partial<JournalStep>[];
}

/**
 * An event with Ada scheduled at {@link STARTS} and nothing known of Crossmark's side, but for what
 * is given.
 */
function stateOf({ schedule, employee, sync, event, steps = [] }: Given): EventState {
  const some = { id: 7, eventId: 1, employeeId: 3, startsAt: STARTS, endsAt: ENDS, workDate: '2026-01-08' };
  return {
    sync: {
      wantedVersion: 1,
      wantedAt: LONG_AGO,
      bookingId: null,
      bookedRepId: null,
      bookedRepNames: null,
      bookedStartsAt: null,
      bookedEndsAt: null,
      ...sync,
    },
    event: { id: 1, mplanId: PLAN, condition: 'Unstaffed', missingRuns: 0, ...event },
    store: { crossmarkStoreId: storeId('300001'), timeZone: 'America/Chicago' },
    schedule: schedule === null ? null : { ...some, reissueOf: null, ...schedule },
    employee: schedule === null ? null : { id: 3, name: 'Ada', repId: ADA, terminatedOn: null, ...employee },
    steps: steps.map((step, index) => ({
      id: 100 - index,
      state: 'done',
      repId: null,
      scheduleId: null,
      startsAt: null,
      endsAt: null,
      bookingId: null,
      sentAt: LONG_AGO,
      ...step,
    })),
  } as unknown as EventState;
}

const rowOf = (row: Partial<PlannedEvent> = {}): PlannedEvent => ({
  mplanId: PLAN,
  storeId: storeId('300001'),
  storeName: 'Club',
  name: 'Event',
  startsOn: '2026-01-01',
  dueOn: '2026-02-01',
  condition: 'Unstaffed',
  staffedReps: [],
  repId: null,
  bookingId: null,
  startsAt: null,
  instructionsUrl: null,
  ...row,
});
const bookedRow = (id: BookingId, rep = ADA, startsAt = STARTS): PlannedEvent =>
  rowOf({
    condition: 'Scheduled',
    bookingId: id,
    repId: rep,
    startsAt,
    staffedReps: [rep === ADA ? 'Ada' : 'Bob'],
  });
/** The columns of a sync row that knows a booking. */
const knows = (id: BookingId, rep = ADA, startsAt = STARTS, endsAt = ENDS) => ({
  bookingId: id,
  bookedRepId: rep,
  bookedRepNames: rep === ADA ? 'Ada' : 'Bob',
  bookedStartsAt: startsAt,
  bookedEndsAt: endsAt,
});
const made = (id: BookingId | null, step: Partial<JournalStep> = {}): Partial<JournalStep> => ({
  kind: 'create',
  repId: ADA,
  startsAt: STARTS,
  endsAt: ENDS,
  bookingId: id,
  ...step,
});
const removal = (id: BookingId, step: Partial<JournalStep> = {}): Partial<JournalStep> => ({
  kind: 'delete',
  bookingId: id,
  ...step,
});
const reissue = (step: Partial<JournalStep> = {}): Partial<JournalStep> => ({
  kind: 'reissue',
  bookingId: B1,
  repId: ADA,
  scheduleId: 7,
  startsAt: STARTS,
  ...step,
});
const asksForReissue = { reissueOf: B1, reissueExpiresOn: '2026-03-01', reissueResponses: false };

const read = (row: PlannedEvent | null, more: Partial<Observation> = {}): Partial<Observation> => ({
  row,
  at: NOW,
  ...more,
});
const accepted = (row: PlannedEvent | null, more: Partial<Observation> = {}) =>
  read(row, { isAccepted: true, ...more });
const told = (condition: PlannedEvent['condition'], reps = '') => ({
  kind: 'known' as const,
  condition,
  reps,
});
const refused = new CrossmarkError('rejected', 'deleteScheduledMplanEvent', 'No.', { status: 200 });
const transient = (reason: RegExp) => ({
  kind: 'fail',
  error: expect.objectContaining({ kind: 'transient', message: expect.stringMatching(reason) }),
});
const rejected = (reason: RegExp) => ({
  kind: 'fail',
  error: expect.objectContaining({ kind: 'rejected', message: expect.stringMatching(reason) }),
});

type Case = [name: string, given: Given, observed: Partial<Observation>, action: Record<string, unknown>];

const check = (cases: Case[]) =>
  test.each(cases)('%s', (_, state, observed, action) => {
    const observation = { ...NOTHING_OBSERVED, ...observed };
    const decided: Action = decide(stateOf(state), observation, { confirmAfterMs: 600_000 });
    expect(decided).toMatchObject(action);
  });

describe('before Crossmark is asked', () => {
  check([
    [
      'an event without a plan and a schedule waits to be listed',
      { event: { mplanId: null } },
      {},
      { kind: 'wait' },
    ],
    [
      'an event without a plan and a schedule is finished',
      { event: { mplanId: null }, schedule: null },
      {},
      { kind: 'finish', condition: 'Unstaffed' },
    ],
    [
      'somebody who left can’t be booked',
      { employee: { terminatedOn: '2026-01-07' } },
      {},
      rejected(/left on .* Crossmark has nobody booked/),
    ],
    ['somebody without a RepID can’t be booked', { employee: { repId: null } }, {}, rejected(/has no RepID/)],
    ['the list is read before a first booking', {}, {}, { kind: 'observe', mplanId: PLAN }],
    [
      'what is known to be booked as wanted is finished without a read',
      { sync: knows(B1), steps: [made(B1)] },
      {},
      { kind: 'finish', condition: 'Scheduled' },
    ],
    [
      'it is read where a write is in doubt',
      { sync: knows(B1), steps: [made(null, { state: 'sent' })] },
      {},
      { kind: 'observe' },
    ],
    [
      'it is read where a booking of ours may lie beneath',
      { sync: knows(B1), steps: [made(B1), made(B2)] },
      {},
      { kind: 'observe' },
    ],
    [
      'it is read after a removal, whatever is remembered',
      { schedule: null, steps: [] },
      { isRemoved: true },
      { kind: 'observe' },
    ],
  ]);
});

describe('a row that was read', () => {
  check([
    [
      'of an empty event is accepted, and tells no news',
      {},
      read(rowOf()),
      { kind: 'accept', held: null, isNews: false },
    ],
    [
      'with a booking that a write in doubt explains is news, and settles that write',
      { steps: [made(null, { state: 'unknown' })] },
      read(bookedRow(B1), { owner: null }),
      {
        kind: 'accept',
        isNews: true,
        held: { bookingId: B1 },
        settled: [{ id: 100, state: 'done', bookingId: B1 }],
      },
    ],
    [
      'with a new number has its owner looked up first',
      {},
      read(bookedRow(B2, BOB)),
      { kind: 'lookUpOwner', bookingId: B2 },
    ],
    [
      'with another event’s number is not believed',
      {},
      read(bookedRow(B2, BOB), { owner: mplanId('40000009') }),
      transient(/belongs to another event here \(plan 40000009\)/),
    ],
    [
      'with a booking that nothing explains is left to a person',
      { sync: knows(B1), schedule: { startsAt: LATER }, steps: [made(B1)] },
      read(bookedRow(B2, BOB), { owner: null }),
      {
        kind: 'leaveToPerson',
        held: { bookingId: B2 },
        reason: expect.stringMatching(/Choose which one stands/),
      },
    ],
    [
      'that lacks the known booking needs the second witness',
      { sync: knows(B1), schedule: null, steps: [made(B1)] },
      read(rowOf()),
      { kind: 'readBack', mplanId: PLAN },
    ],
    [
      '… who may name somebody',
      { sync: knows(B1), schedule: null, steps: [made(B1)] },
      read(rowOf(), { readBack: told('Unstaffed', 'Ada') }),
      transient(/don’t agree about whether somebody is booked/),
    ],
    [
      '… or nobody',
      { sync: knows(B1), schedule: null, steps: [made(B1), removal(B1, { state: 'unknown' })].reverse() },
      read(rowOf(), { readBack: told('Unstaffed') }),
      { kind: 'accept', held: null, settled: [{ state: 'done' }] },
    ],
    [
      'in a booked condition without a booking contradicts itself',
      { sync: knows(B1), schedule: null, steps: [made(B1)] },
      read(rowOf({ condition: 'Scheduled' })),
      transient(/don’t agree/),
    ],
    [
      'that may be from before a change made a moment ago doesn’t count yet',
      { sync: { ...knows(B2, BOB), wantedAt: NOW }, steps: [made(B2, { repId: BOB })] },
      read(bookedRow(B1), { owner: null }),
      transient(/the list may lag behind/),
    ],
    [
      'that shows what is wanted where nothing is known needs the second witness',
      {},
      read(bookedRow(B1), { owner: null }),
      { kind: 'readBack' },
    ],
    [
      '… who has to name somebody too',
      {},
      read(bookedRow(B1), { owner: null, readBack: told('Scheduled') }),
      transient(/don’t agree/),
    ],
  ]);
});

describe('an event that the list leaves out', () => {
  check([
    ['can’t be booked on that word', {}, read(null), transient(/left this event out/)],
    [
      'has the second witness asked where nobody is wanted',
      { schedule: null, sync: knows(B1), steps: [removal(B1), made(B1)] },
      read(null),
      { kind: 'readBack' },
    ],
    [
      '… who says that nobody is booked',
      { schedule: null, sync: knows(B1), steps: [removal(B1), made(B1)] },
      read(null, { readBack: told('Unstaffed') }),
      { kind: 'accept', held: null, row: { condition: 'Unstaffed' } },
    ],
    [
      'twice is gone, and can’t be booked',
      { event: { missingRuns: 2 } },
      read(null),
      rejected(/doesn’t list this event any more/),
    ],
  ]);
});

describe('a reissue that Crossmark confirmed and the list shows nothing of', () => {
  const closed = rowOf({
    condition: 'Submitted',
    bookingId: B1,
    repId: ADA,
    startsAt: STARTS,
    staffedReps: ['Ada'],
  });
  const stateWith = (steps: Partial<JournalStep>[]): Given => ({
    schedule: { ...asksForReissue, startsAt: LATER },
    sync: knows(B1),
    steps: [...steps, made(B1)],
  });
  check([
    [
      'waits a minute',
      stateWith([reissue({ sentAt: NOW })]),
      read(closed),
      transient(/took the reissue but still/),
    ],
    ['has the second witness asked then', stateWith([reissue()]), read(closed), { kind: 'readBack' }],
    [
      '… and is sent once more',
      stateWith([reissue()]),
      read(closed, { readBack: told('Submitted', 'Ada') }),
      { kind: 'takeBack', settled: [{ id: 100, state: 'settled' }], failure: null },
    ],
    [
      '… but not a third time',
      stateWith([reissue(), reissue({ state: 'settled' })]),
      read(closed, { readBack: told('Submitted', 'Ada') }),
      { kind: 'takeBack', failure: expect.objectContaining({ kind: 'rejected' }) },
    ],
  ]);
});

describe('a row that shows only work that was opened again, where a booking is in doubt', () => {
  const worked = rowOf({
    condition: 'Reissued',
    bookingId: B2,
    repId: ADA,
    startsAt: STARTS,
    staffedReps: ['Ada'],
  });
  const state: Given = {
    schedule: asksForReissue,
    steps: [
      made(null, { state: 'unknown' }),
      reissue({ bookingId: B2 }),
      made(B2),
      reissue({ scheduleId: 6 }),
      made(B1),
    ],
  };
  const toldOf = (reps: string) => read(worked, { owner: null, readBack: told('Reissued', reps) });
  const believed = { kind: 'accept', held: null, settled: [{ id: 100, state: 'settled' }] };
  check([
    ['has the second witness asked', state, read(worked, { owner: null }), { kind: 'readBack' }],
    ['… who may name nobody', state, toldOf(''), believed],
    ['… or who worked it last', state, toldOf('Ada'), believed],
    ['… or everybody who worked it', state, toldOf('Ada, Ada'), believed],
    ['… but nobody else', state, toldOf('Bob'), transient(/don’t agree/)],
    ['… and nobody more', state, toldOf('Ada, Ada, Ada'), transient(/don’t agree/)],
  ]);
});

describe('what is sent, once the row is accepted', () => {
  check([
    [
      'a booking, which is all there is to do',
      {},
      accepted(rowOf()),
      {
        kind: 'write',
        step: { kind: 'create', repId: ADA, startsAt: STARTS },
        wanted: { repId: ADA },
        condition: 'Unstaffed',
      },
    ],
    [
      'a removal before anything is made',
      { sync: knows(B1), schedule: { startsAt: LATER }, steps: [made(B1)] },
      accepted(bookedRow(B1)),
      { kind: 'write', step: { kind: 'delete', bookingId: B1 }, wanted: null },
    ],
    [
      'the removal of what lies beneath',
      { sync: knows(B2), steps: [made(B2), made(B1)] },
      accepted(bookedRow(B2), { beneath: [B1] }),
      { kind: 'write', step: { kind: 'delete', bookingId: B1 } },
    ],
    [
      'a reissue before its booking',
      { sync: knows(B1), schedule: { ...asksForReissue, startsAt: LATER }, steps: [made(B1)] },
      accepted(rowOf({ condition: 'Submitted', bookingId: B1, repId: ADA, startsAt: STARTS })),
      { kind: 'write', step: { kind: 'reissue', bookingId: B1, scheduleId: 7 } },
    ],
    [
      'nothing where both sides agree',
      { sync: knows(B1), steps: [made(B1)] },
      accepted(bookedRow(B1)),
      { kind: 'finish', condition: 'Scheduled' },
    ],
    [
      'nothing that would take a report along',
      { schedule: null, sync: knows(B1), steps: [made(B1)] },
      accepted(rowOf({ condition: 'Submitted', bookingId: B1 })),
      { kind: 'finish', condition: 'Submitted' },
    ],
    ['nothing for canceled work', {}, accepted(rowOf({ condition: 'Canceled' })), rejected(/as Canceled/)],
    [
      'nothing for a booking without a number',
      { sync: { bookedRepNames: 'Bob', bookedRepId: BOB, bookedStartsAt: STARTS } },
      accepted(rowOf({ condition: 'Scheduled', staffedReps: ['Bob'] })),
      rejected(/without its number/),
    ],
    [
      'no second removal: Crossmark said yes',
      { sync: knows(B1), schedule: null, steps: [made(B1)] },
      accepted(bookedRow(B1), { removals: new Map([[B1, null]]) }),
      transient(/confirmed that it removed the booking but still lists it/),
    ],
    [
      'no second removal: Crossmark said no',
      { sync: knows(B1), schedule: null, steps: [removal(B1, { state: 'refused' }), made(B1)] },
      accepted(bookedRow(B1), { removals: new Map([[B1, refused]]) }),
      { kind: 'fail', error: refused },
    ],
  ]);
});

describe('a booking that was removed, is still listed and is wanted again', () => {
  const stateWith = (sentAt: string): Given => ({
    sync: knows(B1),
    steps: [removal(B1, { sentAt }), made(B1)],
  });
  check([
    ['waits a minute', stateWith(NOW), accepted(bookedRow(B1)), transient(/still lists it/)],
    ['has the second witness asked then', stateWith(LONG_AGO), accepted(bookedRow(B1)), { kind: 'readBack' }],
    [
      '… and stays where that names somebody',
      stateWith(LONG_AGO),
      accepted(bookedRow(B1), { readBack: told('Scheduled', 'Ada') }),
      { kind: 'takeBack', held: { bookingId: B1 }, settled: [{ id: 100, state: 'settled' }] },
    ],
    [
      '… and is looked at again where it names nobody',
      stateWith(LONG_AGO),
      accepted(bookedRow(B1), { readBack: told('Unstaffed') }),
      transient(/still lists it/),
    ],
  ]);
});
