import type {
  BookingId,
  CrossmarkError,
  LocationCondition,
  MplanId,
  PlannedEvent,
} from '@scheduler/crossmark';
import type { FailureKind } from '@scheduler/db';
import { CLOSED_CONDITIONS, type Condition, formatDay, type Instant } from '@scheduler/scheduling';
import { isWanted, plan, type Wanted } from './diff.ts';
import type { EventState, JournalStep, SettledStep, Write } from './ledger.ts';
import {
  bookingColumns,
  bookingOf,
  confirmedRemovals,
  dueReissue,
  hasBookingInDoubt,
  interpretListing,
  isInDoubt,
  type KnownBooking,
  knownBooking,
  lastKnownBooking,
  leavesOpen,
  mayBeFromBefore,
  reopenedBookings,
  saysBooked,
  unseenReissue,
  wasRemovalRequested,
  writesBeneath,
} from './observe.ts';
import { bookedOtherwiseInWords, conflictInWords, heldInWords } from './wording.ts';

/**
 * Crossmark's list shows a write within this time after Crossmark confirmed it. The list was never
 * seen to lag behind for so long.
 */
const CONFIRMED_SHOWN_WITHIN_MS = 60_000;

/**
 * A plan counts as gone once so many complete refreshes in a row didn't list it. A single one may
 * come from a copy of the list that lags behind.
 */
const MISSING_RUNS_BELIEVED = 2;

/** An attempt that can't go on, with the sentence for the dispatcher. */
export class AttemptFailedError extends Error {
  override readonly name = 'AttemptFailedError';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, reason: string) {
    super(reason);
    this.kind = kind;
  }
}

/**
 * What one run has seen of Crossmark's side of its event, and what Crossmark answered to the run's
 * own writes.
 */
export interface Observation {
  /**
   * Crossmark's row for the event: null if its list has none, undefined if it has to be read first.
   */
  row: PlannedEvent | null | undefined;
  /** When the row was read, by Postgres' clock. */
  at: Instant;
  /**
   * Whether {@link decide} has taken over what the row shows. Only then can anything be written.
   */
  isAccepted: boolean;
  /** Bookings of ours that may lie beneath the one in the row. */
  beneath: readonly BookingId[];
  /**
   * What Crossmark answered since the row was read when it was asked about this one event (the
   * read-back); undefined if it was not asked.
   */
  readBack: LocationCondition | undefined;
  /**
   * The plan of another event that has the booking number in the row, or null if no other event has
   * it; undefined if that was not looked up.
   */
  owner: MplanId | null | undefined;
  /**
   * The booking in the row that was read before. If the present row says less about it, this is
   * still known.
   */
  seen: KnownBooking | null;
  /** Something was removed since the row was read. Only another row can show what is left. */
  isRemoved: boolean;
  /**
   * Writes of this run to which Crossmark answered neither yes nor no; a removal is named by its
   * booking. After such an answer the run reads again. If the same write gets such an answer twice,
   * the attempt has failed.
   */
  unclear: ReadonlySet<'create' | 'reissue' | BookingId>;
  /**
   * Bookings that this run asked Crossmark to remove, each with Crossmark's refusal if it refused.
   */
  removals: ReadonlyMap<BookingId, CrossmarkError | null>;
}

/** What a run knows of Crossmark's side when it begins. */
export const NOTHING_OBSERVED: Observation = {
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

/** The same run with its row to be read again. */
export const withoutRow = (observation: Observation): Observation => ({
  ...observation,
  row: undefined,
  isAccepted: false,
  beneath: [],
  readBack: undefined,
  owner: undefined,
});

/** What a run does next. */
export type Action =
  /** Both sides agree. `Submitted`: the booking is the report of done work. */
  | { kind: 'finish'; condition: 'Scheduled' | 'Unstaffed' | 'Submitted' }
  /** The event is known from a CSV file only. The refresh that lists it will have it sent. */
  | { kind: 'wait'; reason: string }
  /** Search the event on Crossmark's list. */
  | { kind: 'observe'; mplanId: MplanId }
  /** Look up which other event has this booking number. */
  | { kind: 'lookUpOwner'; bookingId: BookingId }
  /** Ask Crossmark about this one event, to check what its list says. */
  | { kind: 'readBack'; mplanId: MplanId }
  /** Take over what the row shows. */
  | {
      kind: 'accept';
      row: PlannedEvent | null;
      held: KnownBooking | null;
      seen: KnownBooking | null;
      beneath: readonly BookingId[];
      settled: readonly SettledStep[];
      /** Whether anything of it is to be committed. */
      isNews: boolean;
      /** Whether the row settles what became of a reissue, on which the next write depends. */
      isReissueSettled: boolean;
    }
  /**
   * Writes that Crossmark confirmed had no effect. With a `failure`, a person has to look at it.
   */
  | {
      kind: 'takeBack';
      held: KnownBooking | null;
      settled: readonly SettledStep[];
      failure: AttemptFailedError | null;
    }
  /** Somebody else changed Crossmark's side while ours was changed: neither is overwritten. */
  | { kind: 'leaveToPerson'; held: KnownBooking | null; seen: KnownBooking | null; reason: string }
  /**
   * Send a write. `condition` is the event's condition in the list right before. `wanted` is
   * present if nothing else is left to do once Crossmark confirms exactly that.
   */
  | {
      kind: 'write';
      step: Write;
      mplanId: MplanId;
      held: KnownBooking | null;
      condition: Condition | null;
      wanted: Wanted | null;
    }
  /** Everything that the row says has been used: read it again. */
  | { kind: 'observeAgain' }
  | { kind: 'fail'; error: AttemptFailedError | CrossmarkError };

/**
 * Decides what a run does next about an event, from what is wanted and remembered here and from
 * what the run has seen of Crossmark's side; pure. `confirmAfterMs` is how long the list may lag
 * behind, see {@link SyncSettings}.
 */
export function decide(
  state: EventState,
  observation: Observation,
  { confirmAfterMs }: { confirmAfterMs: number },
): Action {
  const { mplanId } = state.event;
  if (!mplanId) return state.schedule ? { kind: 'wait', reason: NOT_LISTED_YET } : finish(state);
  const wanted = wantedOf(state);
  if (wanted instanceof AttemptFailedError) return fail(wanted);
  const { row, isAccepted } = observation;
  if (row === undefined)
    return !observation.isRemoved && isSettled(state, wanted, null)
      ? finish(state)
      : { kind: 'observe', mplanId };
  // Never write on memory alone: somebody may have booked on Crossmark's own site since.
  if (!isAccepted) return judgeRow(state, { ...observation, row }, { mplanId, wanted, confirmAfterMs });
  return nextWrite(state, { ...observation, row }, { mplanId, wanted });
}

type Observed = Observation & { row: PlannedEvent | null };
type Aim = { mplanId: MplanId; wanted: Wanted | null };

const fail = (error: AttemptFailedError | CrossmarkError): Action => ({ kind: 'fail', error });
const failLater = (reason: string): Action => fail(new AttemptFailedError('transient', reason));
const failForGood = (state: EventState, sentence: string, held?: KnownBooking | null): Action =>
  fail(impossible(state, sentence, held));
const finish = (state: EventState): Action => ({
  kind: 'finish',
  condition: state.schedule ? 'Scheduled' : 'Unstaffed',
});

/**
 * Whether both sides agree. `beneath` is null as long as no row was read; then the journal says
 * which bookings may lie beneath the one that is listed.
 */
function isSettled(state: EventState, wanted: Wanted | null, beneath: readonly BookingId[] | null): boolean {
  const held = knownBooking(state, state.steps);
  const hidden = beneath ?? writesBeneath(held, state.steps, wanted);
  return isReliable(held, state.steps) && isWanted(wanted, held) && hidden.length === 0;
}

/**
 * Decides what follows from a row of Crossmark's list that this run has read and not accepted yet.
 */
function judgeRow(
  state: EventState,
  observation: Observed,
  { mplanId, wanted, confirmAfterMs }: Aim & { confirmAfterMs: number },
): Action {
  const { steps, store, sync } = state;
  const { timeZone } = store;
  const { at, readBack, owner } = observation;
  const ask: Action = { kind: 'readBack', mplanId };
  const known = knownBooking(state, steps);
  let { row } = observation;

  if (row === null && state.event.missingRuns < MISSING_RUNS_BELIEVED) {
    // The read-back says that nobody is booked: enough to know that a removal has arrived, and not
    // enough to book.
    if (wanted !== null || hasBookingInDoubt(steps)) return failLater(LEFT_OUT);
    if (readBack === undefined) return ask;
    if (!hasNobody(readBack, 'Unstaffed')) return failLater(LEFT_OUT);
    row = unstaffed(state, mplanId);
  } else if (row !== null) {
    // A booking number belongs to one event. If another event has it too, a removal by this number
    // could remove that event's booking.
    const { bookingId } = row;
    if (
      bookingId !== null &&
      bookingId !== sync.bookingId &&
      !steps.some((step) => step.bookingId === bookingId)
    ) {
      if (owner === undefined) return { kind: 'lookUpOwner', bookingId };
      if (owner !== null) return failLater(foreignNumber(bookingId, owner));
    }
    // A copy of the list that lags behind shows no booking either.
    if (leavesOpen(row, known, steps, timeZone)) {
      const isEmpty = bookingOf(row) === null;
      // A row in a booked condition without a booking contradicts itself.
      if (isEmpty && saysBooked(row.condition)) return failLater(DISAGREEING);
      if (readBack === undefined) return ask;
      const isConfirmed = isEmpty
        ? hasNobody(readBack, row.condition)
        : confirmsHistory(readBack, row, steps);
      if (!isConfirmed) return failLater(DISAGREEING);
    }
  } else if (wanted) return failForGood(state, NOT_LISTED_ANY_MORE, null);

  const unseen = unseenReissue(state, row);
  if (row && unseen) return judgeReissue(state, unseen, { condition: row.condition, at, readBack, ask });

  const last = lastKnownBooking(state);
  const { held, seen, beneath, settled, source, explained } = interpretListing({
    listed: row,
    timeZone,
    wanted,
    last,
    seen: observation.seen,
    steps,
    at,
  });
  const lagsAtMostMs = Math.min(CONFIRMED_SHOWN_WITHIN_MS, confirmAfterMs);
  const isJustWanted = sync.wantedAt !== null && Date.parse(at) - Date.parse(sync.wantedAt) < lagsAtMostMs;
  if (isJustWanted && mayBeFromBefore({ held, source }, known, { steps, wanted, timeZone }))
    return failLater(FROM_BEFORE);
  if (!explained) return { kind: 'leaveToPerson', held, seen, reason: conflictOf(state, held, observation) };
  // A booking that nothing here knows of may be gone again already: a copy of the list that lags
  // behind would still show it.
  if (row && held && !known && source === undefined && isWanted(wanted, held)) {
    if (readBack === undefined) return ask;
    if (readBack.kind !== 'known' || (readBack.reps === '' && row.staffedReps.length > 0))
      return failLater(DISAGREEING);
  }
  return {
    kind: 'accept',
    row,
    held,
    seen,
    beneath,
    settled,
    // Where it shows nothing new, there is nothing to commit: the next write proves by itself that
    // the lease is held.
    isNews: settled.length > 0 || differs(held, state),
    isReissueSettled: steps.some(
      (step) => step.kind === 'reissue' && settled.some(({ id }) => id === step.id),
    ),
  };
}

/**
 * Decides what follows if Crossmark confirmed a reissue and its list doesn't show the work as
 * opened again. If the reissue had no effect, it is sent once more. If the second one has no effect
 * either, a person decides, because each of the two may have opened the work.
 */
function judgeReissue(
  state: EventState,
  step: JournalStep,
  {
    condition,
    at,
    readBack,
    ask,
  }: { condition: Condition; at: Instant; readBack: LocationCondition | undefined; ask: Action },
): Action {
  // The list may lag behind. So the reissue counts as without effect only once it is a minute old
  // and the read-back says the same.
  if (isFresh(step, at)) return failLater(stillClosed(condition));
  if (readBack === undefined) return ask;
  if (readBack.kind !== 'known' || readBack.condition !== condition) return failLater(stillClosed(condition));
  const held = lastKnownBooking(state);
  const isSecond = state.steps.some(
    ({ kind, scheduleId, state }) =>
      kind === 'reissue' && scheduleId === step.scheduleId && state === 'settled',
  );
  const failure = isSecond ? impossible(state, closedTwice(condition), held) : null;
  return { kind: 'takeBack', held, settled: [{ id: step.id, state: 'settled' }], failure };
}

/**
 * Returns the next write that brings Crossmark from what was accepted of its side to what is
 * wanted.
 */
function nextWrite(state: EventState, observation: Observed, { mplanId, wanted }: Aim): Action {
  const { steps } = state;
  const { row, beneath, removals } = observation;
  // Reported as done before its removal could be asked for: the booking is the report, and stays.
  if (wanted === null && row?.condition === 'Submitted') return { kind: 'finish', condition: 'Submitted' };
  if (isSettled(state, wanted, beneath)) return finish(state);

  const held = knownBooking(state, steps);
  const [step] = plan(wanted, [...(held ? [held] : []), ...beneath.map(unlisted)]);
  if (!step) {
    const removals = confirmedRemovals(held?.bookingId ?? null, steps);
    return held && removals[0]
      ? judgeRemoval(held, removals, observation, mplanId)
      : { kind: 'observeAgain' };
  }
  if (step.kind === 'blocked') return failForGood(state, WITHOUT_NUMBER, held);
  const refusal = refuseImpossible(step, state, row, { held, wanted });
  if (refusal) return fail(refusal);
  if (step.kind === 'delete' && removals.has(step.bookingId)) {
    const refused = removals.get(step.bookingId);
    // What was removed before and is refused now is gone: the list lags behind.
    return refused && confirmedRemovals(step.bookingId, steps).length === 0
      ? fail(refused)
      : failLater(STILL_LISTED);
  }
  // If there were earlier writes, their effects have to be looked at afterwards too.
  const isOnly = steps.length === 0 && beneath.length === 0;
  const condition = row?.condition ?? null;
  return { kind: 'write', step, mplanId, held, condition, wanted: isOnly ? wanted : null };
}

/**
 * Decides what follows if Crossmark confirmed the removal of a booking, still lists it, and the
 * booking is wanted again by now: it may stay.
 */
function judgeRemoval(
  held: KnownBooking,
  removals: readonly JournalStep[],
  { at, readBack }: Observed,
  mplanId: MplanId,
): Action {
  if (removals[0] && isFresh(removals[0], at)) return failLater(STILL_LISTED);
  if (readBack === undefined) return { kind: 'readBack', mplanId };
  if (readBack.kind !== 'known' || readBack.reps === '') return failLater(STILL_LISTED);
  const settled = removals.map(({ id }) => ({ id, state: 'settled' as const }));
  return { kind: 'takeBack', held, settled, failure: null };
}

const isFresh = ({ sentAt }: JournalStep, at: Instant): boolean =>
  Date.parse(at) - Date.parse(sentAt) < CONFIRMED_SHOWN_WITHIN_MS;

/** Whether the read-back says this condition and that nobody is booked. */
const hasNobody = (readBack: LocationCondition, condition: Condition): boolean =>
  readBack.kind === 'known' && readBack.condition === condition && readBack.reps === '';

/**
 * Whether the read-back, like the row, shows only work that was opened again. It does if it has the
 * same condition and names nobody, the people in the row, or the people of all bookings whose work
 * was opened again (Crossmark may name each of them).
 */
function confirmsHistory(
  readBack: LocationCondition,
  row: PlannedEvent,
  steps: readonly JournalStep[],
): boolean {
  if (readBack.kind !== 'known' || readBack.condition !== row.condition) return false;
  const { staffedReps } = row;
  if (readBack.reps === '' || readBack.reps === staffedReps.join(', ')) return true;
  const names = readBack.reps.split(',').map((name) => name.trim());
  return names.length <= reopenedBookings(steps).size && staffedReps.every((name) => names.includes(name));
}

/**
 * Makes the row that the list would have for an event for which, as the read-back says, nobody is
 * booked.
 */
const unstaffed = ({ event, store }: EventState, mplanId: MplanId): PlannedEvent => ({
  mplanId,
  storeId: store.crossmarkStoreId,
  storeName: '',
  name: event.name,
  startsOn: event.startsOn,
  dueOn: event.dueOn,
  condition: 'Unstaffed',
  staffedReps: [],
  repId: null,
  bookingId: null,
  startsAt: null,
  instructionsUrl: null,
});

const unlisted = (bookingId: BookingId) => ({ bookingId, repId: null, startsAt: null, endsAt: null });

/**
 * Whether a run may act on what is remembered without a read. It may if no write is in doubt, if
 * each booking that Crossmark refused was shown to be absent by a read, and if nobody has asked
 * since for the removal of the remembered booking (a removal is remembered only once a read has
 * shown it).
 */
function isReliable(held: KnownBooking | null, steps: readonly JournalStep[]): boolean {
  if (steps.some((step) => isInDoubt(step) || (step.kind === 'create' && step.state === 'refused')))
    return false;
  return held === null || !wasRemovalRequested(held.bookingId, steps);
}

/** Whether a row says something else than what is remembered. */
function differs(held: KnownBooking | null, { sync }: EventState): boolean {
  const columns = bookingColumns(held);
  return (Object.keys(columns) as (keyof typeof columns)[]).some(
    (column) => columns[column] !== sync[column],
  );
}

/** Says what is wanted in Crossmark's terms; returns the failure if that is impossible. */
function wantedOf(state: EventState): Wanted | AttemptFailedError | null {
  const { schedule, employee, steps } = state;
  if (!schedule || !employee) return null;
  if (employee.terminatedOn && employee.terminatedOn < schedule.workDate)
    return impossible(
      state,
      `${employee.name} left on ${formatDay(employee.terminatedOn)} and can’t be booked for a later day. Choose somebody else.`,
    );
  if (!employee.repId)
    return impossible(
      state,
      `${employee.name} has no RepID in Crossmark${employee.linkReason ? ` (${employee.linkReason})` : ''}, so nothing can be booked for them. Link ${employee.name} to a rep, or choose somebody else.`,
    );
  const { startsAt, endsAt } = schedule;
  return { repId: employee.repId, startsAt, endsAt, reissue: dueReissue(schedule, steps) };
}

/**
 * Refuses a write, before it is sent, that Crossmark would refuse or that would do harm; null if
 * nothing speaks against it.
 */
function refuseImpossible(
  step: Write,
  state: EventState,
  row: PlannedEvent | null,
  { held, wanted }: { held: KnownBooking | null; wanted: Wanted | null },
): AttemptFailedError | null {
  if (row === null || !CLOSED_CONDITIONS.includes(row.condition)) return null;
  const { condition } = row;
  if (step.kind === 'delete') {
    // What is there is wanted, so nothing has to be booked in place of what lies beneath it.
    if (wanted !== null && isWanted(wanted, held)) return null;
    // If a booking is removed, its report is lost.
    const isReport = condition === 'Submitted' && row.bookingId === step.bookingId;
    // A booking is removed only if the one that takes its place can be made.
    const isReplaced = state.schedule !== null && !state.schedule.reissueOf;
    if (!isReport && !isReplaced) return null;
  }
  if (condition !== 'Canceled') {
    if (step.kind === 'reissue') return null;
    if (waitsForReissue(state)) return new AttemptFailedError('transient', stillClosed(condition));
  }
  const sentence = `Crossmark has this event as ${condition}, so it can’t be booked. Unschedule it here.`;
  return impossible(state, sentence, held);
}

/**
 * Whether the work had to be opened again for this schedule and nothing has been booked since. Then
 * the list may lag behind.
 */
function waitsForReissue({ schedule, steps }: EventState): boolean {
  if (!schedule?.reissueOf) return false;
  const { id, reissueOf } = schedule;
  const opened = steps.findIndex(
    ({ kind, scheduleId, bookingId }) =>
      // Steps that an older version wrote don't say for which schedule they were done.
      kind === 'reissue' && (scheduleId === null ? bookingId === reissueOf : scheduleId === id),
  );
  return (
    opened >= 0 && !steps.slice(0, opened).some((step) => step.kind === 'create' && step.state === 'done')
  );
}

/** Says what each side has, and that a person must choose. */
function conflictOf(state: EventState, held: KnownBooking | null, { unclear }: Observation): string {
  const { schedule, employee, store } = state;
  const ours = schedule && employee && { name: employee.name, startsAt: schedule.startsAt };
  // The booking was asked for a moment ago and the answer was unclear. Now it is listed for the
  // right person, at another time.
  const isOurs = unclear.has('create') && held?.repId && held.repId === employee?.repId;
  return isOurs && ours && held.startsAt
    ? bookedOtherwiseInWords(held, ours, store.timeZone)
    : conflictInWords(held, ours, store.timeZone);
}

const impossible = (state: EventState, sentence: string, held = knownBooking(state, [])) =>
  new AttemptFailedError('rejected', `${sentence} ${heldInWords(held, state.store.timeZone)}`);

const SAVED = 'The schedule is saved here and will be retried.';
const NOT_LISTED_YET =
  'Crossmark hasn’t listed this event yet, so it can’t be booked there. The schedule is saved here and goes out with the first refresh that lists the event.';
const NOT_LISTED_ANY_MORE =
  'Crossmark doesn’t list this event any more, so it can’t be booked. Unschedule it, or try again if it comes back.';
const LEFT_OUT = `Crossmark’s list left this event out, which says nothing about its booking. The schedule is saved here and will be retried; two complete refreshes in a row without the event, some minutes apart, mean that it is gone.`;
const FROM_BEFORE = `Crossmark’s list shows this event as it was before something else is known to have been there: the list may lag behind. ${SAVED}`;
const DISAGREEING = `Crossmark’s list and its answers don’t agree about whether somebody is booked for this event. ${SAVED}`;
const STILL_LISTED =
  'Crossmark confirmed that it removed the booking but still lists it. Nothing else is sent before that is clear; it will be retried.';
const WITHOUT_NUMBER =
  'Crossmark lists a booking of this event without its number, so it can’t be removed from here. Remove it on Crossmark’s site, then try again.';
const foreignNumber = (bookingId: BookingId, owner: MplanId) =>
  `Crossmark lists this event with booking ${bookingId}, which belongs to another event here (plan ${owner}). Nothing is sent before that is clear; it will be retried.`;
const stillClosed = (condition: Condition) =>
  `Crossmark took the reissue but still has this event as ${condition}. ${SAVED}`;
const closedTwice = (condition: Condition) =>
  `Crossmark confirmed that it opened this work again, but still has it as ${condition}, also after a second time. Look at it on Crossmark’s site, then try again, or unschedule it here.`;

/**
 * The failure of a run that takes one decision after the other without an end. Nobody edits so
 * fast, so Crossmark doesn't do what it says.
 */
export const neverSettled = () =>
  new AttemptFailedError(
    'transient',
    `Crossmark’s list and its answers don’t agree about this event. ${SAVED}`,
  );
