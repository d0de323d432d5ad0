import type { BookingId, PlannedEvent } from '@scheduler/crossmark';
import { CLOSED_CONDITIONS, type Condition, type Instant, timeOf, workDateOf } from '@scheduler/scheduling';
import { type Held, isWanted, type Reissue, type Wanted } from './diff.ts';
import type { EventState, JournalStep, SettledByReading } from './ledger.ts';
import { tidyName } from './wording.ts';

/** A booking with the names that Crossmark lists for it. */
export type Remembered = Held & { names: string | null };

/** Reads a row of Crossmark's list as the booking it tells of; null where it tells of none. */
export function bookingOf(row: PlannedEvent | null): Remembered | null {
  if (!row) return null;
  const names = row.staffedReps.join(', ') || null;
  if (!row.bookingId && !row.repId && !row.startsAt && !names) return null;
  // Finished or withdrawn work is listed with who did it: without an id that is no booking to be removed.
  if (CLOSED_CONDITIONS.includes(row.condition) && !row.bookingId) return null;
  return { bookingId: row.bookingId, repId: row.repId, startsAt: row.startsAt, endsAt: null, names };
}

/** Whether the outcome of a write isn't known. */
export const isInDoubt = ({ state }: JournalStep): boolean => state === 'sent' || state === 'unknown';

/**
 * How long a write whose answer was lost explains what Crossmark shows. Crossmark may carry a request out after its caller gave
 * up, but no server keeps one for a day, and several refreshes would have shown it by then. An older write says nothing: what
 * looks like it was done by somebody on Crossmark's site.
 */
const MAY_ARRIVE_FOR_MS = 24 * 60 * 60 * 1_000;

/**
 * Whether a write that Crossmark hasn't confirmed may be what a reading at `at` shows: while its outcome isn't known, and for a
 * day where its answer was lost or was a refusal. Never where Crossmark answered that it did nothing and a read shows the same.
 */
const mayHaveArrived = (step: JournalStep, at: Instant): boolean =>
  isInDoubt(step) ||
  (step.state !== 'not_done' && Date.parse(at) - Date.parse(step.sentAt) < MAY_ARRIVE_FOR_MS);

/** Whether somebody may be booked by a write of ours whose outcome isn't known. */
export const hasBookingInDoubt = (steps: readonly JournalStep[]): boolean =>
  steps.some((step) => step.kind === 'create' && isInDoubt(step));

/**
 * The removals and reissues of this booking, newest first. One number can stand for several bookings, one after the other:
 * Crossmark edits a second booking in place and keeps its number. What was done to an earlier one of that number says nothing
 * about the present one, so the journal counts from the newest write that is known to have made it. Empty without a number.
 */
function doneTo(bookingId: BookingId | null, steps: readonly JournalStep[]): readonly JournalStep[] {
  if (bookingId === null) return [];
  const ofBooking = steps.filter((step) => step.bookingId === bookingId);
  const made = ofBooking.findIndex(({ kind }) => kind === 'create');
  return made < 0 ? ofBooking : ofBooking.slice(0, made);
}

/**
 * Whether a row that tells of no booking, or only of what was worked before a reissue, leaves open whether there is one, for a
 * copy of the list that lags behind would tell the same: the one that is known, where Crossmark hasn't confirmed its removal (one
 * that was refused, or whose answer was lost, proves nothing), or one that a write in doubt, or a refused one, may have made.
 * Closed work may have lost its booking by being closed.
 */
export function leavesOpen(
  row: PlannedEvent | null,
  known: Held | null,
  steps: readonly JournalStep[],
  timeZone = 'UTC',
): boolean {
  if (row === null) return false;
  const told = bookingOf(row);
  const isKnownOpen = known !== null && removalsConfirmed(known.bookingId, steps).length === 0;
  const mayHaveMade = (step: JournalStep) =>
    step.kind === 'create' && (isInDoubt(step) || step.state === 'refused');
  if (!isKnownOpen && !steps.some(mayHaveMade)) return false;
  return told === null ? !CLOSED_CONDITIONS.includes(row.condition) : isHistory(told, steps, timeZone);
}

/**
 * Whether a row may be from before what is known to have been there since: it shows what is wanted, and nothing was sent here that
 * it could come from; or it shows a booking that was removed from here, and another one is known.
 */
export function mayBeFromBefore(
  { held, source }: Pick<Interpretation, 'held' | 'source'>,
  agreed: Held | null,
  { steps, wanted, timeZone }: { steps: readonly JournalStep[]; wanted: Wanted | null; timeZone: string },
): boolean {
  if (held === null || sameBooking(agreed, held, timeZone)) return false;
  const made = steps.find(({ id }) => id === source);
  // What arrived late is news, whatever was there.
  if (made && made.state !== 'done') return false;
  if (agreed === null) return made !== undefined && isWanted(wanted, held);
  // What lay beneath a booking shows once that one's removal was asked for.
  if (agreed.bookingId !== null && wasRemovalAsked(agreed.bookingId, steps)) return false;
  return isWanted(wanted, held) || removalsConfirmed(held.bookingId, steps).length > 0;
}

/** Whether a condition alone says that somebody is booked. */
export const saysBooked = (condition: Condition): boolean =>
  !CLOSED_CONDITIONS.includes(condition) && condition !== 'Unstaffed' && condition !== 'Reissued';

/** Whether a removal of this very booking left for Crossmark that isn't known to have failed. */
export const wasRemovalAsked = (bookingId: BookingId, steps: readonly JournalStep[]): boolean =>
  doneTo(bookingId, steps).some(
    ({ kind, state }) => kind === 'delete' && state !== 'settled' && state !== 'not_done',
  );

/** The removals of this very booking that Crossmark confirmed, newest first. */
export const removalsConfirmed = (
  bookingId: BookingId | null,
  steps: readonly JournalStep[],
): readonly JournalStep[] =>
  doneTo(bookingId, steps).filter(({ kind, state }) => kind === 'delete' && state === 'done');

/** The removals and reissues of this booking by which a reading at `at` may no longer show it, newest first. */
export const mayHaveRemoved = (
  bookingId: BookingId | null,
  steps: readonly JournalStep[],
  at: Instant,
): readonly JournalStep[] =>
  doneTo(bookingId, steps).filter((step) => step.state === 'done' || mayHaveArrived(step, at));

/** The reissue that opened this booking's work again, if no booking of that number was made since. */
function reissueOf(bookingId: BookingId, steps: readonly JournalStep[]): JournalStep | undefined {
  return doneTo(bookingId, steps).find(({ kind, state }) => kind === 'reissue' && state === 'done');
}

/**
 * Bookings whose work was opened again and whose number no new booking has got since. They stay as Crossmark's history:
 * nothing that is held, and never removed.
 */
export function reopened(steps: readonly JournalStep[]): ReadonlySet<BookingId> {
  const ids = new Set(steps.flatMap((step) => (step.kind === 'reissue' ? (step.bookingId ?? []) : [])));
  return new Set([...ids].filter((bookingId) => reissueOf(bookingId, steps) !== undefined));
}

/** The reissue that a schedule still needs before it can be booked; null where it needs none, or has it. */
export function dueReissue(
  schedule: NonNullable<EventState['schedule']>,
  steps: readonly JournalStep[],
): Reissue | null {
  const { id: scheduleId, reissueOf: bookingId, reissueExpiresOn: expiresOn, reissueResponses } = schedule;
  if (!bookingId || !expiresOn) return null;
  const isDone = steps.some(
    (step) =>
      step.kind === 'reissue' &&
      step.state === 'done' &&
      // Steps of an older version don't tell for which schedule they were done.
      (step.scheduleId === null ? step.bookingId === bookingId : step.scheduleId === scheduleId),
  );
  return isDone ? null : { bookingId, scheduleId, expiresOn, includeResponses: reissueResponses ?? false };
}

/**
 * The reissue for the present schedule that Crossmark confirmed and that a row shows nothing of: the work is still closed, or
 * still has the booking that was to be opened again. None once a booking was asked for: that is done only after a row has
 * shown the work open.
 */
export function unseenReissue(
  { schedule, steps }: Pick<EventState, 'schedule' | 'steps'>,
  listed: PlannedEvent | null,
): JournalStep | undefined {
  if (!schedule?.reissueOf || !listed) return undefined;
  const { condition, bookingId } = listed;
  if (condition === 'Reissued' || condition === 'Canceled') return undefined;
  const since = steps.findIndex(({ kind, scheduleId }) => kind === 'reissue' && scheduleId === schedule.id);
  const step = steps[since];
  if (step?.state !== 'done' || steps.slice(0, since).some(({ kind }) => kind === 'create')) return undefined;
  const isAsBefore = bookingId === null ? bookingOf(listed) !== null : bookingId === step.bookingId;
  return isAsBefore || CLOSED_CONDITIONS.includes(condition) ? step : undefined;
}

/** What this side last knew of Crossmark's booking; null where it knew of none, or its work was opened again since. */
export function remembered(
  state: { sync: EventState['sync'] },
  steps: readonly JournalStep[],
): Remembered | null {
  const last = lastKnown(state);
  return isHistory(last, steps) ? null : last;
}

/**
 * Whether a booking is what was worked before its work was opened again. A new booking may have the same number: it is told
 * from the old one by the write that was confirmed as having made it, or else by its time.
 * @param timeZone where the time comes from Crossmark's list, which tells wall time in this zone
 */
export function isHistory(booking: Held | null, steps: readonly JournalStep[], timeZone = 'UTC'): boolean {
  if (booking === null || booking.bookingId === null) return false;
  const reissue = reissueOf(booking.bookingId, steps);
  if (!reissue) return false;
  if (booking.startsAt === null) return true;
  if (reissue.startsAt !== null) return sameTime(booking.startsAt, reissue.startsAt, timeZone);
  return !steps.some(
    (step) =>
      step.kind === 'create' &&
      step.id > reissue.id &&
      step.state !== 'refused' &&
      step.repId === booking.repId &&
      sameTime(step.startsAt, booking.startsAt, timeZone),
  );
}

/** {@link remembered}, also where its work was opened again. */
export function lastKnown({ sync }: { sync: EventState['sync'] }): Remembered | null {
  const { bookingId, bookedRepId: repId, bookedRepNames: names } = sync;
  const { bookedStartsAt: startsAt, bookedEndsAt: endsAt } = sync;
  if (!bookingId && !repId && !names && !startsAt) return null;
  return { bookingId, repId, names, startsAt, endsAt };
}

/** The list tells wall time, and one hour of autumn comes twice: two instants that read the same are the same. */
function sameTime(a: Instant | null, b: Instant | null, timeZone: string): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  return workDateOf(a, timeZone) === workDateOf(b, timeZone) && timeOf(a, timeZone) === timeOf(b, timeZone);
}

/** Same id where both tell one, and the same person and time. */
export function sameBooking(a: Held | null, b: Held | null, timeZone: string): boolean {
  if (a === null || b === null) return a === b;
  if (a.bookingId !== null && b.bookingId !== null && a.bookingId !== b.bookingId) return false;
  return a.repId === b.repId && sameTime(a.startsAt, b.startsAt, timeZone);
}

/**
 * Whether a booking told of in part (Crossmark leaves out its id, its date or its rep now and then) is the one that is
 * known in full. Its number alone doesn't say so: Crossmark edits a second booking in place and keeps the number, so another
 * name is somebody else.
 */
function isPartialViewOf(known: Remembered, told: Remembered, timeZone: string): boolean {
  const agree = <T>(a: T | null, b: T | null) => a === null || a === b;
  const isSamePerson = () => {
    if (told.repId !== null) return told.repId === known.repId;
    if (told.names !== null && known.names !== null) return tidyName(told.names) === tidyName(known.names);
    // The number says so where one of the two has no name. Without a number, both have none.
    return told.bookingId !== null || told.names === known.names;
  };
  return (
    agree(told.bookingId, known.bookingId) &&
    isSamePerson() &&
    (told.startsAt === null || sameTime(told.startsAt, known.startsAt, timeZone))
  );
}

/** A booking told of in part, with the rest from the one that is known in full, where it may be that one. */
function complete(told: Remembered, known: Remembered | null, timeZone: string): Remembered {
  if (known === null || !isPartialViewOf(known, told, timeZone)) return told;
  return {
    ...told,
    bookingId: told.bookingId ?? known.bookingId,
    repId: told.repId ?? known.repId,
    startsAt: told.startsAt ?? known.startsAt,
    names: told.names ?? known.names,
  };
}

/**
 * The write of ours that a booking read at `at` came from, if it is ours: the newest that is known to have made its number, or
 * one of which no number is known: its answer was lost, said no, or came after its worker had lost the event. Such a write may
 * have arrived late and edited what a newer one made.
 */
function sourceOf(
  held: Held,
  steps: readonly JournalStep[],
  { timeZone, at }: { timeZone: string; at: Instant },
): JournalStep | undefined {
  const creates = steps.filter(({ kind }) => kind === 'create');
  const made = creates.find(({ bookingId }) => bookingId !== null && bookingId === held.bookingId);
  const mayHaveMade = (step: JournalStep) =>
    step === made ||
    (step.bookingId === null && mayHaveArrived(step, at)) ||
    (step.bookingId === held.bookingId && step.state === 'unknown');
  const asksFor = (step: JournalStep) =>
    sameTime(step.startsAt, held.startsAt, timeZone) && step.repId === held.repId;
  // A copy of the list from before its removal shows that booking, not what was asked for since.
  if (made && asksFor(made) && removalsConfirmed(held.bookingId, steps).length > 0) return made;
  return creates.find((step) => mayHaveMade(step) && asksFor(step));
}

/** What a read of Crossmark means, judged against what was remembered and what was ever asked for. */
export interface Interpretation {
  held: Remembered | null;
  /** What the list and the reading before it told, without what was remembered. */
  seen: Remembered | null;
  /**
   * Bookings of ours that may lie beneath the one listed: made once, never seen to go. Crossmark lists one booking an
   * event, so a write that arrived late can hide an earlier one.
   */
  beneath: BookingId[];
  /** Writes whose outcome was in doubt and now isn't; removals that were refused, where the booking is still there. */
  settled: SettledByReading[];
  /** The journalled write that the booking came from, if it is one of ours. */
  source: number | undefined;
  /** False where somebody else must have changed Crossmark's side, into something that isn't wanted here. */
  explained: boolean;
}

/**
 * Writes of ours whose bookings may lie beneath the one that Crossmark lists, see {@link Interpretation}. What is about to be
 * opened again isn't looked for: it is to stay.
 */
export function writesBeneath(
  held: Held | null,
  steps: readonly JournalStep[],
  wanted: Wanted | null = null,
): JournalStep[] {
  if (held === null) return [];
  const gone = new Set<BookingId | null>(reopened(steps));
  if (wanted?.reissue) gone.add(wanted.reissue.bookingId);
  const beneath: JournalStep[] = [];
  // Newest first: a removal concerns what was made before it, and of one number the newest booking is the one that may be there.
  for (const step of steps) {
    const { bookingId } = step;
    if (bookingId === null || bookingId === held.bookingId || gone.has(bookingId)) continue;
    if (step.kind === 'create') beneath.push(step);
    if (
      step.kind === 'create' ||
      (step.kind === 'delete' && (step.state === 'done' || step.state === 'refused'))
    )
      gone.add(bookingId);
  }
  return beneath;
}

/**
 * Judges what Crossmark lists for an event. `last` is what both sides last knew, {@link lastKnown}; `seen` is the booking that
 * the same run has read a moment ago, where it did; `steps` is the journal, newest first; `at` is when it was read.
 */
export function interpretListing(given: {
  listed: PlannedEvent | null;
  timeZone: string;
  wanted: Wanted | null;
  last: Remembered | null;
  seen?: Remembered | null;
  steps: readonly JournalStep[];
  at: Instant;
}): Interpretation {
  const { timeZone, wanted, last, steps, at } = given;
  const agreed = isHistory(last, steps) ? null : last;
  const row = bookingOf(given.listed);
  // What was worked before a reissue may be listed until the new booking is made, in full or in part.
  const isWorked =
    isHistory(row, steps, timeZone) ||
    (row && last && agreed === null && isPartialViewOf(last, row, timeZone));
  const told = isWorked ? null : row;
  const completed = told && complete(told, given.seen ?? null, timeZone);
  const listed = completed && complete(completed, agreed, timeZone);
  const source = listed && sourceOf(listed, steps, { timeZone, at });
  const unchanged = sameBooking(agreed, listed, timeZone);
  // Of an hour that comes twice, the list doesn't tell which one. What was agreed on or asked for says so; what is wanted
  // doesn't, before it was asked for.
  const known = [unchanged ? agreed?.startsAt : null, source?.startsAt].find(
    (instant) => instant && listed && sameTime(instant, listed.startsAt, timeZone),
  );
  const found = listed && {
    ...listed,
    startsAt: known ?? listed.startsAt,
    // The list tells no end.
    endsAt: source?.endsAt ?? (unchanged ? (agreed?.endsAt ?? null) : null),
  };
  // An end that nobody knows is taken to be right, and is agreed on from here on.
  const held: Remembered | null =
    found && wanted && isWanted(wanted, found) ? { ...found, endsAt: wanted.endsAt } : found;
  // A reissue may take the booking that it reopens off the list.
  const removedByUs = held === null && mayHaveRemoved(agreed?.bookingId ?? null, steps, at).length > 0;
  const wasApplied = (step: JournalStep): boolean => {
    // Work that was open before it was sent shows nothing of it.
    if (step.kind === 'reissue')
      return given.listed?.condition === 'Reissued' && step.condition !== 'Reissued';
    // Where another booking is listed, the one to be removed may lie beneath it.
    return step.kind === 'delete' ? held === null : step.id === source?.id;
  };
  // A refusal is settled by what the list shows. That of a removal, where the booking is still there: else it was one of a
  // booking that was gone already.
  const wasRefused = (step: JournalStep): boolean =>
    step.state === 'refused' && (step.kind !== 'delete' || step.bookingId === held?.bookingId);
  const beneath = writesBeneath(held, steps, wanted).flatMap(({ bookingId }) => bookingId ?? []);
  return {
    held,
    seen: completed,
    beneath,
    source: source?.id,
    settled: steps
      .filter((step) => isInDoubt(step) || wasRefused(step))
      .map((step): SettledByReading => {
        const applied = wasApplied(step);
        const bookingId = step.kind === 'create' && applied ? (held?.bookingId ?? null) : null;
        if (applied) return { id: step.id, state: 'done', bookingId };
        return { id: step.id, state: step.state === 'refused' ? 'not_done' : 'settled', bookingId };
      }),
    explained: isWanted(wanted, held) || unchanged || removedByUs || Boolean(source),
  };
}
