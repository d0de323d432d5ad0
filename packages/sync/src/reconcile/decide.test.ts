import type { BookingId, CrossmarkError, MplanId, PlannedEvent } from '@scheduler/crossmark';
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
  PLAN,
  reissue,
  removal,
  rowOf,
  STARTS,
  stateOf,
} from '../../test/event-states.ts';
import {
  type Action,
  decide,
  NOTHING_OBSERVED,
  neverSettled,
  type Observation,
  withoutRow,
} from './decide.ts';
import type { JournalStep } from './ledger.ts';

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
/** Crossmark's refusal, without its class, which would load the client. */
const refused = Object.assign(new Error('No.'), { kind: 'rejected' }) as unknown as CrossmarkError;
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
      read(bookedRow(B2, BOB), { owner: '40000009' as MplanId }),
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

describe('what a failure says in full', () => {
  const SAVED = 'The schedule is saved here and will be retried.';
  const NOBODY = 'Crossmark has nobody booked for this event.';
  const AT = 'on Thu Jan 8, 9:45 AM';
  const worked = { schedule: { ...asksForReissue, startsAt: LATER }, sync: knows(B1) };
  const closed = { ...bookedRow(B1), condition: 'Submitted' as const };
  test.each<[Given, Partial<Observation>, kind: string, message: string]>([
    [
      { employee: { terminatedOn: '2026-01-07' } },
      {},
      'rejected',
      `Ada left on Wed Jan 7 and can’t be booked for a later day. Choose somebody else. ${NOBODY}`,
    ],
    [
      { employee: { repId: null } },
      {},
      'rejected',
      `Ada has no RepID in Crossmark, so nothing can be booked for them. Link Ada to a rep, or choose somebody else. ${NOBODY}`,
    ],
    [
      { employee: { repId: null, linkReason: 'two of that name' }, sync: knows(B1, BOB) },
      {},
      'rejected',
      `Ada has no RepID in Crossmark (two of that name), so nothing can be booked for them. Link Ada to a rep, or choose somebody else. Crossmark still has Bob ${AT}.`,
    ],
    [
      {},
      read(null),
      'transient',
      `Crossmark’s list left this event out, which says nothing about its booking. ${SAVED.replace('.', '')}; two complete refreshes in a row without the event, some minutes apart, mean that it is gone.`,
    ],
    [
      { event: { missingRuns: 2 } },
      read(null),
      'rejected',
      `Crossmark doesn’t list this event any more, so it can’t be booked. Unschedule it, or try again if it comes back. ${NOBODY}`,
    ],
    [
      {},
      read(bookedRow(B2, BOB), { owner: '40000009' as MplanId }),
      'transient',
      'Crossmark lists this event with booking 50000002, which belongs to another event here (plan 40000009). Nothing is sent before that is clear; it will be retried.',
    ],
    [
      { sync: knows(B1), schedule: null, steps: [made(B1)] },
      read(rowOf({ condition: 'Scheduled' })),
      'transient',
      `Crossmark’s list and its answers don’t agree about whether somebody is booked for this event. ${SAVED}`,
    ],
    [
      { sync: { ...knows(B2, BOB), wantedAt: NOW }, steps: [made(B2, { repId: BOB })] },
      read(bookedRow(B1), { owner: null }),
      'transient',
      `Crossmark’s list shows this event as it was before something else is known to have been there: the list may lag behind. ${SAVED}`,
    ],
    [
      { ...worked, steps: [reissue({ sentAt: NOW }), made(B1)] },
      read(closed),
      'transient',
      `Crossmark took the reissue but still has this event as Submitted. ${SAVED}`,
    ],
    [
      {},
      accepted(rowOf({ condition: 'Canceled' })),
      'rejected',
      `Crossmark has this event as Canceled, so it can’t be booked. Unschedule it here. ${NOBODY}`,
    ],
    [
      { sync: { bookedRepNames: 'Bob', bookedRepId: BOB, bookedStartsAt: STARTS } },
      accepted(rowOf({ condition: 'Scheduled', staffedReps: ['Bob'] })),
      'rejected',
      `Crossmark lists a booking of this event without its number, so it can’t be removed from here. Remove it on Crossmark’s site, then try again. Crossmark still has Bob ${AT}.`,
    ],
    [
      { sync: knows(B1), schedule: null, steps: [made(B1)] },
      accepted(bookedRow(B1), { removals: new Map([[B1, null]]) }),
      'transient',
      'Crossmark confirmed that it removed the booking but still lists it. Nothing else is sent before that is clear; it will be retried.',
    ],
  ])('case %#', (event, observed, kind, message) => {
    const action = decide(stateOf(event), { ...NOTHING_OBSERVED, ...observed }, { confirmAfterMs: 600_000 });
    expect(action).toEqual({ kind: 'fail', error: expect.objectContaining({ kind, message }) });
  });

  test('of a reissue that had no effect twice', () => {
    const state = stateOf({ ...worked, steps: [reissue(), reissue({ state: 'settled' }), made(B1)] });
    const observed = { ...NOTHING_OBSERVED, ...read(closed, { readBack: told('Submitted', 'Ada') }) };
    const action = decide(state, observed, { confirmAfterMs: 600_000 });
    const message = `Crossmark confirmed that it opened this work again, but still has it as Submitted, also after a second time. Look at it on Crossmark’s site, then try again, or unschedule it here. Crossmark still has Ada ${AT}.`;
    expect(action).toMatchObject({ failure: expect.objectContaining({ kind: 'rejected', message }) });
  });

  test('of an event that waits, and of a run without an end', () => {
    const state = stateOf({ event: { mplanId: null } });
    expect(decide(state, NOTHING_OBSERVED, { confirmAfterMs: 600_000 })).toEqual({
      kind: 'wait',
      reason:
        'Crossmark hasn’t listed this event yet, so it can’t be booked there. The schedule is saved here and goes out with the first refresh that lists the event.',
    });
    expect(neverSettled()).toMatchObject({
      name: 'AttemptFailedError',
      kind: 'transient',
      message: `Crossmark’s list and its answers don’t agree about this event. ${SAVED}`,
    });
  });
});

test('a run begins without anything, and reads a row anew as if it had never read one', () => {
  const nothing = {
    row: undefined,
    at: '',
    isAccepted: false,
    beneath: [],
    readBack: undefined,
    owner: undefined,
    seen: null,
    isRemoved: false,
    unclear: new Set(),
    removals: new Map(),
  };
  expect(NOTHING_OBSERVED).toEqual(nothing);
  const kept = {
    at: NOW,
    seen: null,
    isRemoved: true,
    unclear: new Set(['create'] as const),
    removals: new Map([[B1, null]]),
  };
  const observed: Observation = {
    ...kept,
    row: rowOf(),
    isAccepted: true,
    beneath: [B2],
    readBack: told('Unstaffed'),
    owner: null,
  };
  expect(withoutRow(observed)).toEqual({ ...nothing, ...kept });
});

const UNKNOWN = { kind: 'unknownPlan' as const, reason: 'No such plan.' };
const closed = (condition: PlannedEvent['condition'], id: BookingId | null = null) =>
  id === null ? rowOf({ condition }) : { ...bookedRow(id), condition };

describe('the second witness', () => {
  const nobody: Given = { schedule: null, sync: knows(B1), steps: [removal(B1), made(B1)] };
  const gone: Given = {
    sync: knows(B1),
    schedule: null,
    steps: [removal(B1, { state: 'unknown' }), made(B1)],
  };
  const leftOut = transient(/left this event out/);
  const disagree = transient(/don’t agree about whether somebody is booked/);
  const worked = rowOf({
    condition: 'Reissued',
    bookingId: B2,
    repId: ADA,
    startsAt: STARTS,
    staffedReps: ['Ada', 'Bob'],
  });
  const opened: Given = {
    schedule: asksForReissue,
    steps: [made(null, { state: 'unknown' }), reissue({ bookingId: B2 }), made(B2)],
  };
  const openedTwice: Given = {
    ...opened,
    steps: [...(opened.steps ?? []), reissue({ scheduleId: 6 }), made(B1)],
  };
  const said = (reps: string, row = worked) => read(row, { owner: null, readBack: told('Reissued', reps) });
  const believed = { kind: 'accept', held: null };
  check([
    [
      'that names somebody doesn’t show a left out event as empty',
      nobody,
      read(null, { readBack: told('Unstaffed', 'Ada') }),
      leftOut,
    ],
    ['in another condition doesn’t either', nobody, read(null, { readBack: told('Scheduled') }), leftOut],
    ['that knows nothing of it doesn’t either', nobody, read(null, { readBack: UNKNOWN }), leftOut],
    [
      'in another condition than the row’s shows no row as empty',
      gone,
      read(rowOf(), { readBack: told('Scheduled') }),
      disagree,
    ],
    [
      'that knows nothing of it doesn’t either, for a row',
      gone,
      read(rowOf(), { readBack: UNKNOWN }),
      disagree,
    ],
    [
      'confirms nothing as wanted that it doesn’t know',
      {},
      read(bookedRow(B1), { owner: null, readBack: UNKNOWN }),
      disagree,
    ],
    [
      'confirms what is wanted by a name',
      {},
      read(bookedRow(B1), { owner: null, readBack: told('Scheduled', 'Ada') }),
      { kind: 'accept', held: { bookingId: B1 } },
    ],
    [
      'confirms what is wanted without a name, where the row has none',
      {},
      read({ ...bookedRow(B1), staffedReps: [] }, { owner: null, readBack: told('Scheduled') }),
      { kind: 'accept', held: { bookingId: B1 } },
    ],
    ['confirms what was worked by all the row’s names', opened, said('Ada, Bob'), believed],
    ['confirms what was worked by fewer than the row’s names in no case', opened, said('Ada'), disagree],
    [
      'confirms what was worked by one name for each time',
      openedTwice,
      said('Cy, Ada', { ...worked, staffedReps: ['Ada'] }),
      believed,
    ],
    ['knows nothing of what was worked', opened, read(worked, { owner: null, readBack: UNKNOWN }), disagree],
    [
      'in another condition confirms nothing',
      opened,
      read(worked, { owner: null, readBack: told('Scheduled', 'Ada, Bob') }),
      disagree,
    ],
  ]);
});

describe('a number in a row', () => {
  check([
    ['is not looked up where it is remembered', { sync: knows(B1) }, read(bookedRow(B1)), { kind: 'accept' }],
    [
      'is not looked up where a write of ours had it',
      { steps: [made(B1)] },
      read(bookedRow(B1)),
      { kind: 'accept' },
    ],
    [
      'is looked up where only another one is known',
      { steps: [made(B2)] },
      read(bookedRow(B1)),
      { kind: 'lookUpOwner', bookingId: B1 },
    ],
  ]);
});

describe('what is accepted of a row', () => {
  const inDoubt: Given = {
    schedule: { ...asksForReissue, startsAt: LATER },
    sync: knows(B1),
    steps: [reissue({ state: 'unknown', condition: 'Submitted' }), made(B1)],
  };
  check([
    [
      'is all of a row without anybody, where nobody is wanted',
      { schedule: null },
      read(rowOf()),
      {
        kind: 'accept',
        row: rowOf(),
        held: null,
        seen: null,
        beneath: [],
        settled: [],
        isNews: false,
        isReissueSettled: false,
      },
    ],
    [
      'is the whole row that a left out event would have',
      {
        schedule: null,
        sync: knows(B1),
        steps: [removal(B1), made(B1)],
        event: { name: 'Oats', startsOn: '2026-01-02', dueOn: '2026-01-20' },
      },
      read(null, { readBack: told('Unstaffed') }),
      {
        kind: 'accept',
        row: { ...rowOf(), storeName: '', name: 'Oats', startsOn: '2026-01-02', dueOn: '2026-01-20' },
        isNews: true,
      },
    ],
    [
      'is nobody, where an event is gone and nobody is wanted',
      { event: { missingRuns: 2 }, schedule: null },
      read(null),
      { kind: 'accept', row: null, held: null },
    ],
    [
      'is news where it tells one thing more',
      { sync: { ...knows(B1), bookedRepNames: null } },
      read(bookedRow(B1)),
      { kind: 'accept', isNews: true, settled: [] },
    ],
    [
      'is no news where it tells the same',
      { sync: knows(B1) },
      read(bookedRow(B1)),
      { kind: 'accept', isNews: false, held: { endsAt: ENDS } },
    ],
    [
      'tells that a reissue was done',
      inDoubt,
      read(rowOf({ condition: 'Reissued' }), { readBack: told('Reissued') }),
      { kind: 'accept', settled: [{ id: 100, state: 'done' }], isReissueSettled: true },
    ],
    [
      'tells nothing of a reissue that has an outcome',
      { ...inDoubt, steps: [made(null, { state: 'unknown', startsAt: LATER }), reissue(), made(B1)] },
      read({ ...bookedRow(B1), condition: 'Reissued' }, { readBack: told('Reissued', 'Ada') }),
      { kind: 'accept', settled: [{ id: 100 }], isReissueSettled: false },
    ],
    [
      'tells what lies beneath',
      { steps: [made(B1), made(B2)] },
      read(bookedRow(B1)),
      { kind: 'accept', beneath: [B2], seen: { bookingId: B1, endsAt: null } },
    ],
  ]);
});

describe('a minute', () => {
  const MINUTE_AGO = '2026-01-05T11:59:00.000Z';
  const LESS_AGO = '2026-01-05T11:59:00.001Z';
  const wantedAt = (at: string | null): Given => ({
    sync: { ...knows(B2, BOB), wantedAt: at },
    steps: [made(B2, { repId: BOB })],
  });
  const opened = (sentAt: string): Given => ({
    schedule: { ...asksForReissue, startsAt: LATER },
    sync: knows(B1),
    steps: [reissue({ sentAt }), made(B1)],
  });
  const removed = (sentAt: string): Given => ({
    sync: knows(B1),
    steps: [removal(B1, { sentAt }), made(B1)],
  });
  const ofBefore = read(bookedRow(B1), { owner: null });
  check([
    [
      'after a change, the list may lag behind',
      wantedAt(LESS_AGO),
      ofBefore,
      transient(/the list may lag behind/),
    ],
    ['later, it may not', wantedAt(MINUTE_AGO), ofBefore, { kind: 'accept' }],
    ['where nothing was changed, it may not', wantedAt(null), ofBefore, { kind: 'accept' }],
    [
      'after a reissue, the list may lag behind',
      opened(LESS_AGO),
      read(closed('Submitted', B1)),
      transient(/took the reissue/),
    ],
    [
      'later, the second witness is asked about a reissue',
      opened(MINUTE_AGO),
      read(closed('Submitted', B1)),
      { kind: 'readBack' },
    ],
    [
      'after a removal, the list may lag behind',
      removed(LESS_AGO),
      accepted(bookedRow(B1)),
      transient(/still lists it/),
    ],
    [
      'later, the second witness is asked about a removal',
      removed(MINUTE_AGO),
      accepted(bookedRow(B1)),
      { kind: 'readBack' },
    ],
  ]);

  test('is less where the list is known to lag behind for less', () => {
    const decided = (at: string) =>
      decide(stateOf(wantedAt(at)), { ...NOTHING_OBSERVED, ...ofBefore }, { confirmAfterMs: 10_000 });
    expect(decided('2026-01-05T11:59:50.001Z')).toMatchObject(transient(/the list may lag behind/));
    expect(decided('2026-01-05T11:59:50.000Z')).toMatchObject({ kind: 'accept' });
  });
});

describe('a reissue without effect', () => {
  const stateWith = (...steps: Partial<JournalStep>[]): Given => ({
    schedule: { ...asksForReissue, startsAt: LATER },
    sync: knows(B1),
    steps: [reissue(), ...steps, made(B1)],
  });
  const seen = (readBack: Observation['readBack']) => read(closed('Submitted', B1), { readBack });
  const again = { kind: 'takeBack', held: { bookingId: B1 }, failure: null };
  check([
    [
      'is not believed where the second witness knows nothing of it',
      stateWith(),
      seen(UNKNOWN),
      transient(/took the reissue/),
    ],
    [
      'is not believed where that says otherwise',
      stateWith(),
      seen(told('Reissued')),
      transient(/took the reissue/),
    ],
    [
      'is the first where another schedule’s had none',
      stateWith(reissue({ state: 'settled', scheduleId: 6 })),
      seen(told('Submitted')),
      again,
    ],
    [
      'is the first where a booking had none',
      stateWith(made(null, { state: 'settled', scheduleId: 7 })),
      seen(told('Submitted')),
      again,
    ],
  ]);
});

describe('what is sent about closed work', () => {
  const moved = { schedule: { startsAt: LATER }, sync: knows(B1), steps: [made(B1)] };
  const opens = { ...asksForReissue, startsAt: LATER };
  const isNo = (condition: string) => rejected(new RegExp(`as ${condition}, so it can’t be booked`));
  const waits = (condition: string) =>
    transient(new RegExp(`took the reissue but still has this event as ${condition}`));
  const removes = (bookingId: BookingId, condition: string | null) => ({
    kind: 'write',
    step: { kind: 'delete', bookingId },
    condition,
  });
  check([
    ['is no booking', {}, accepted(closed('Expired')), isNo('Expired')],
    ['is no removal of a report', moved, accepted(closed('Submitted', B1)), isNo('Submitted')],
    [
      'is no removal in place of which nothing can be booked',
      moved,
      accepted(closed('Expired', B1)),
      isNo('Expired'),
    ],
    [
      'is a removal where nobody is wanted',
      { ...moved, schedule: null },
      accepted(closed('Expired', B1)),
      removes(B1, 'Expired'),
    ],
    [
      'is a removal from canceled work where nobody is wanted',
      { ...moved, schedule: null },
      accepted(closed('Canceled', B1)),
      removes(B1, 'Canceled'),
    ],
    [
      'is a removal of what is not the report',
      { schedule: opens, sync: knows(B2), steps: [made(B2)] },
      accepted(closed('Submitted', B1)),
      removes(B2, 'Submitted'),
    ],
    [
      'is a removal of what lies beneath the report, which is what is wanted',
      { sync: knows(B2), steps: [made(B1)] },
      accepted(closed('Submitted', B2), { beneath: [B1] }),
      removes(B1, 'Submitted'),
    ],
    [
      'is no removal of the report for a reissue',
      { schedule: { ...opens, reissueOf: B2 }, sync: knows(B1), steps: [made(B1)] },
      accepted(closed('Submitted', B1)),
      isNo('Submitted'),
    ],
    [
      'is no reissue of canceled work',
      { schedule: opens, sync: knows(B1), steps: [made(B1)] },
      accepted(closed('Canceled', B1)),
      isNo('Canceled'),
    ],
    [
      'waits after a reissue',
      { schedule: opens, steps: [reissue()] },
      accepted(closed('Expired')),
      waits('Expired'),
    ],
    [
      'waits after a reissue and a refused booking',
      { schedule: opens, steps: [made(null, { state: 'refused' }), reissue(), made(B1)] },
      accepted(closed('Expired')),
      waits('Expired'),
    ],
    [
      'waits after a reissue and a removal',
      { schedule: opens, steps: [removal(B2), reissue()] },
      accepted(closed('Expired')),
      waits('Expired'),
    ],
    [
      'waits no longer after the booking',
      { schedule: opens, steps: [made(B2), removal(B2), reissue()] },
      accepted(closed('Expired')),
      isNo('Expired'),
    ],
    [
      'waits no longer after the booking and another reissue',
      { schedule: opens, steps: [reissue({ scheduleId: 6 }), made(B2), reissue()] },
      accepted(closed('Expired')),
      isNo('Expired'),
    ],
    [
      'waits no longer after the booking and its removal',
      { schedule: opens, steps: [removal(B2, { scheduleId: 7 }), made(B2), reissue()] },
      accepted(closed('Expired')),
      isNo('Expired'),
    ],
  ]);
});

describe('once a row is accepted', () => {
  check([
    [
      'an event that is gone is finished',
      { schedule: null, event: { missingRuns: 2 } },
      accepted(null),
      { kind: 'finish', condition: 'Unstaffed' },
    ],
    [
      'what is known of a gone event is removed',
      { schedule: null, sync: knows(B1), steps: [made(B1)] },
      accepted(null),
      {
        kind: 'write',
        step: { kind: 'delete', bookingId: B1 },
        condition: null,
        held: { bookingId: B1 },
        mplanId: PLAN,
      },
    ],
    [
      'it is read again where nothing is left to do and a write is in doubt',
      { schedule: null, steps: [made(null, { state: 'sent' })] },
      accepted(rowOf()),
      { kind: 'observeAgain' },
    ],
    [
      '… and where what is wanted is there',
      { sync: knows(B1), steps: [made(null, { state: 'unknown' }), made(B1)] },
      accepted(bookedRow(B1)),
      { kind: 'observeAgain' },
    ],
    [
      'what was removed before and is refused now is waited for',
      { sync: knows(B1), schedule: null, steps: [removal(B1, { state: 'refused' }), removal(B1), made(B1)] },
      accepted(bookedRow(B1), { removals: new Map([[B1, refused]]) }),
      transient(/still lists it/),
    ],
    [
      'the first of several writes is not the last one',
      {},
      accepted(rowOf(), { beneath: [B2] }),
      { kind: 'write', step: { kind: 'delete', bookingId: B2 }, wanted: null },
    ],
    [
      'a removal that is believed in no case leaves what is wanted',
      { sync: knows(B1), steps: [removal(B1), made(B1)] },
      accepted(bookedRow(B1), { readBack: UNKNOWN }),
      transient(/still lists it/),
    ],
  ]);
});

describe('before a read', () => {
  check([
    [
      'it is read where a booking was refused',
      { sync: knows(B1), steps: [made(null, { state: 'refused' }), made(B1)] },
      {},
      { kind: 'observe' },
    ],
    [
      'it is not read because the removal of another one was refused',
      { sync: knows(B1), steps: [removal(B2, { state: 'refused' }), made(B1)] },
      {},
      { kind: 'finish' },
    ],
    [
      'a person may be booked on their last day',
      { employee: { terminatedOn: '2026-01-08' } },
      {},
      { kind: 'observe' },
    ],
    ['… and before it', { employee: { terminatedOn: '2026-01-09' } }, {}, { kind: 'observe' }],
  ]);
});

describe('what a conflict says', () => {
  const both = 'Somebody changed this event on Crossmark’s side while it was changed here:';
  const choose = 'Choose which one stands.';
  const unclear = new Set(['create'] as const);
  const later = (more: Partial<PlannedEvent> = {}) => ({ ...bookedRow(B2, ADA, LATER), ...more });
  const of = (row: PlannedEvent, more: Partial<Observation> = {}) => read(row, { owner: null, ...more });
  const says = (reason: string) => ({ kind: 'leaveToPerson', reason });
  const board = 'the board has Ada on Thu Jan 8, 9:45 AM.';
  check([
    [
      'of somebody else',
      {},
      of(bookedRow(B2, BOB)),
      says(`${both} Crossmark has Bob on Thu Jan 8, 9:45 AM, ${board} ${choose}`),
    ],
    [
      'of nobody here',
      { schedule: null },
      of(bookedRow(B2, BOB)),
      says(`${both} Crossmark has Bob on Thu Jan 8, 9:45 AM, the board has nobody. ${choose}`),
    ],
    [
      'of another time than was asked for a moment ago',
      {},
      of(later(), { unclear }),
      says(
        `Crossmark booked Ada on Fri Jan 9, 9:45 AM, although Thu Jan 8, 9:45 AM was asked for. ${choose}`,
      ),
    ],
    [
      'of another time where nothing was asked for',
      {},
      of(later(), { unclear: new Set([B1]) }),
      says(`${both} Crossmark has Ada on Fri Jan 9, 9:45 AM, ${board} ${choose}`),
    ],
    [
      'of another person than was asked for',
      {},
      of(bookedRow(B2, BOB), { unclear }),
      says(`${both} Crossmark has Bob on Thu Jan 8, 9:45 AM, ${board} ${choose}`),
    ],
    [
      'of somebody unknown',
      {},
      of(later({ repId: null, staffedReps: [] }), { unclear }),
      says(`${both} Crossmark has somebody on Fri Jan 9, 9:45 AM, ${board} ${choose}`),
    ],
    [
      'of a time that isn’t told',
      {},
      of(later({ startsAt: null }), { unclear }),
      says(`${both} Crossmark has Ada, at a time it doesn't tell, ${board} ${choose}`),
    ],
    [
      'of nobody on either side',
      { schedule: null, sync: knows(B1), steps: [] },
      of(bookedRow(B2, BOB), { unclear }),
      says(`${both} Crossmark has Bob on Thu Jan 8, 9:45 AM, the board has nobody. ${choose}`),
    ],
    [
      'of nobody there',
      { schedule: { startsAt: LATER }, sync: knows(B1), steps: [] },
      of(rowOf({ condition: 'Submitted' }), { unclear }),
      says(`${both} Crossmark has nobody booked, the board has Ada on Fri Jan 9, 9:45 AM. ${choose}`),
    ],
  ]);
});
