import type { BookingId, PlannedEvent } from '@scheduler/crossmark';
import { CLOSED_CONDITIONS, type Condition, type Instant, timeOf, workDateOf } from '@scheduler/scheduling';
import { type Held, isWanted, type Reissue, type Wanted } from './diff.ts';
import type { EventState, JournalStep, SettledStep } from './ledger.ts';
import { tidyName } from './wording.ts';

/** A booking with the names that Crossmark lists for it. */
export type KnownBooking = Held & { names: string | null };

/** Reads the booking out of a row of Crossmark's list; null if the row has none. */
export function bookingOf(row: PlannedEvent | null): KnownBooking | null {
  if (!row) return null;
  const names = row.staffedReps.join(', ') || null;
  if (!row.bookingId && !row.repId && !row.startsAt && !names) return null;
  // Finished or withdrawn work is listed with the names of the people who did it. Without an id,
  // that is no booking.
  if (CLOSED_CONDITIONS.includes(row.condition) && !row.bookingId) return null;
  return { bookingId: row.bookingId, repId: row.repId, startsAt: row.startsAt, endsAt: null, names };
}

/** Whether the outcome of a write isn't known. */
export const isInDoubt = ({ state }: JournalStep): boolean => state === 'sent' || state === 'unknown';

/**
 * How long a write whose answer was lost explains what Crossmark shows. Crossmark may carry out a
 * request after its caller gave up, but no server keeps one for a day, and several refreshes would
 * have shown it by then. After that, a booking that looks like this write was made by somebody on
 * Crossmark's site.
 */
const MAY_ARRIVE_FOR_MS = 24 * 60 * 60 * 1_000;

/**
 * Whether an observation at `at` may show a write that Crossmark hasn't confirmed. It may as long
 * as the outcome is unknown, and for a day if the answer was lost or was a refusal. It may not if
 * Crossmark answered that it did nothing and a read agrees.
 */
const mayHaveArrived = (step: JournalStep, at: Instant): boolean =>
  isInDoubt(step) ||
  (step.state !== 'not_done' && Date.parse(at) - Date.parse(step.sentAt) < MAY_ARRIVE_FOR_MS);

/** Whether somebody may be booked by a write of ours whose outcome isn't known. */
export const hasBookingInDoubt = (steps: readonly JournalStep[]): boolean =>
  steps.some((step) => step.kind === 'create' && isInDoubt(step));

/**
 * The removals and reissues of this booking, newest first. One number can stand for several
 * bookings, one after the other: Crossmark edits a second booking in place and keeps its number.
 * What was done to an earlier booking of that number says nothing about the present one, so only
 * steps since the newest write that made the number count. Empty without a number.
 */
function doneTo(bookingId: BookingId | null, steps: readonly JournalStep[]): readonly JournalStep[] {
  if (bookingId === null) return [];
  const ofBooking = steps.filter((step) => step.bookingId === bookingId);
  const made = ofBooking.findIndex(({ kind }) => kind === 'create');
  return made < 0 ? ofBooking : ofBooking.slice(0, made);
}

/**
 * Whether there may be a booking although a row shows none, or shows only the work from before a
 * reissue. A copy of the list that lags behind looks the same. There may be one if a booking is
 * known whose removal Crossmark hasn't confirmed (a removal that was refused or not answered proves
 * nothing), and if a write that is in doubt or was refused may have made one. Closed work may have
 * lost its booking when it was closed.
 */
export function leavesOpen(
  row: PlannedEvent | null,
  known: Held | null,
  steps: readonly JournalStep[],
  timeZone = 'UTC',
): boolean {
  if (row === null) return false;
  const booking = bookingOf(row);
  const isKnownOpen = known !== null && confirmedRemovals(known.bookingId, steps).length === 0;
  const mayHaveMade = (step: JournalStep) =>
    step.kind === 'create' && (isInDoubt(step) || step.state === 'refused');
  if (!isKnownOpen && !steps.some(mayHaveMade)) return false;
  return booking === null ? !CLOSED_CONDITIONS.includes(row.condition) : isHistory(booking, steps, timeZone);
}

/**
 * Whether a row may be older than the booking that is known: it shows what is wanted although no
 * write of ours can have made it, or it shows a booking that was removed from here while another
 * one is known.
 */
export function mayBeFromBefore(
  { held, source }: Pick<Interpretation, 'held' | 'source'>,
  agreed: Held | null,
  { steps, wanted, timeZone }: { steps: readonly JournalStep[]; wanted: Wanted | null; timeZone: string },
): boolean {
  if (held === null || sameBooking(agreed, held, timeZone)) return false;
  const made = steps.find(({ id }) => id === source);
  // If a late write of ours made the booking, the row is new, whatever was there before.
  if (made && made.state !== 'done') return false;
  if (agreed === null) return made !== undefined && isWanted(wanted, held);
  // Once the removal of a booking was sent, the list may show the one beneath it.
  if (wasRemovalRequested(agreed.bookingId, steps)) return false;
  return isWanted(wanted, held) || confirmedRemovals(held.bookingId, steps).length > 0;
}

/** Whether a condition alone says that somebody is booked. */
export const saysBooked = (condition: Condition): boolean =>
  !CLOSED_CONDITIONS.includes(condition) && condition !== 'Unstaffed' && condition !== 'Reissued';

/** Whether a removal of this very booking was sent to Crossmark and isn't known to have failed. */
export const wasRemovalRequested = (bookingId: BookingId | null, steps: readonly JournalStep[]): boolean =>
  doneTo(bookingId, steps).some(
    ({ kind, state }) => kind === 'delete' && state !== 'settled' && state !== 'not_done',
  );

/** The removals of this very booking that Crossmark confirmed, newest first. */
export const confirmedRemovals = (
  bookingId: BookingId | null,
  steps: readonly JournalStep[],
): readonly JournalStep[] =>
  doneTo(bookingId, steps).filter(({ kind, state }) => kind === 'delete' && state === 'done');

/**
 * The removals and reissues of this booking that may be why an observation at `at` doesn't show it,
 * newest first.
 */
export const mayHaveRemoved = (
  bookingId: BookingId | null,
  steps: readonly JournalStep[],
  at: Instant,
): readonly JournalStep[] =>
  doneTo(bookingId, steps).filter((step) => step.state === 'done' || mayHaveArrived(step, at));

/**
 * The reissue that opened this booking's work again, if no booking of that number was made since.
 */
function reissueOf(bookingId: BookingId, steps: readonly JournalStep[]): JournalStep | undefined {
  return doneTo(bookingId, steps).find(({ kind, state }) => kind === 'reissue' && state === 'done');
}

/**
 * Bookings whose work was opened again and whose number no new booking has got since. They stay as
 * Crossmark's history: they don't count as held and are never removed.
 */
export function reopenedBookings(steps: readonly JournalStep[]): ReadonlySet<BookingId> {
  const ids = new Set(steps.flatMap((step) => (step.kind === 'reissue' ? (step.bookingId ?? []) : [])));
  return new Set([...ids].filter((bookingId) => reissueOf(bookingId, steps) !== undefined));
}

/**
 * The reissue that a schedule still needs before it can be booked; null if it needs none or has had
 * it.
 */
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
      // Steps that an older version wrote don't say for which schedule they were done.
      (step.scheduleId === null ? step.bookingId === bookingId : step.scheduleId === scheduleId),
  );
  return isDone ? null : { bookingId, scheduleId, expiresOn, includeResponses: reissueResponses ?? false };
}

/**
 * The reissue for the present schedule that Crossmark confirmed although a row shows nothing of it:
 * the work is still closed, or still has the booking that had to be opened again. There is none
 * once a booking was asked for, because that is done only after a row has shown the work as open.
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

/**
 * What was last known here about Crossmark's booking; null if none was known, or if its work was
 * opened again since.
 */
export function knownBooking(
  state: { sync: EventState['sync'] },
  steps: readonly JournalStep[],
): KnownBooking | null {
  const last = lastKnownBooking(state);
  return isHistory(last, steps) ? null : last;
}

/**
 * Whether a booking is the one from before its work was opened again. A new booking may have the
 * same number. The two are told apart by the write that Crossmark confirmed as having made the new
 * one, or else by their times.
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

/** Like {@link knownBooking}, but also returns a booking whose work was opened again. */
export function lastKnownBooking({ sync }: { sync: EventState['sync'] }): KnownBooking | null {
  const { bookingId, bookedRepId: repId, bookedRepNames: names } = sync;
  const { bookedStartsAt: startsAt, bookedEndsAt: endsAt } = sync;
  if (!bookingId && !repId && !names && !startsAt) return null;
  return { bookingId, repId, names, startsAt, endsAt };
}

/** What is remembered of Crossmark's booking, as {@link lastKnownBooking} reads it again. */
export const bookingColumns = (held: KnownBooking | null) => ({
  bookingId: held?.bookingId ?? null,
  bookedRepId: held?.repId ?? null,
  bookedRepNames: held?.names ?? null,
  bookedStartsAt: held?.startsAt ?? null,
  bookedEndsAt: held?.endsAt ?? null,
});

/**
 * Crossmark's list has wall-clock times, and in autumn one hour comes twice. So two instants with
 * the same wall-clock time count as equal.
 */
function sameTime(a: Instant | null, b: Instant | null, timeZone: string): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  return workDateOf(a, timeZone) === workDateOf(b, timeZone) && timeOf(a, timeZone) === timeOf(b, timeZone);
}

/** Whether two bookings have the same person and time, and the same id if both have one. */
export function sameBooking(a: Held | null, b: Held | null, timeZone: string): boolean {
  if (a === null || b === null) return a === b;
  if (a.bookingId !== null && b.bookingId !== null && a.bookingId !== b.bookingId) return false;
  return a.repId === b.repId && sameTime(a.startsAt, b.startsAt, timeZone);
}

/**
 * Whether a partial booking (Crossmark sometimes leaves out the id, the date or the rep) may be the
 * one that is known in full. The number alone doesn't decide that: Crossmark edits a second booking
 * in place and keeps its number, so another name is somebody else.
 */
function isPartialViewOf(known: KnownBooking, partial: KnownBooking, timeZone: string): boolean {
  const agree = <T>(a: T | null, b: T | null) => a === null || a === b;
  const isSamePerson = () => {
    if (partial.repId !== null) return partial.repId === known.repId;
    if (partial.names !== null && known.names !== null)
      return tidyName(partial.names) === tidyName(known.names);
    // Where one of the two has no name, the number decides. Without a number, neither may have a
    // name.
    return partial.bookingId !== null || partial.names === known.names;
  };
  return (
    agree(partial.bookingId, known.bookingId) &&
    isSamePerson() &&
    (partial.startsAt === null || sameTime(partial.startsAt, known.startsAt, timeZone))
  );
}

/** Completes a partial booking from the one that is known in full, if the two may be the same. */
function complete(partial: KnownBooking, known: KnownBooking | null, timeZone: string): KnownBooking {
  if (known === null || !isPartialViewOf(known, partial, timeZone)) return partial;
  return {
    ...partial,
    bookingId: partial.bookingId ?? known.bookingId,
    repId: partial.repId ?? known.repId,
    startsAt: partial.startsAt ?? known.startsAt,
    names: partial.names ?? known.names,
  };
}

/**
 * The write of ours that made a booking seen at `at`, if one did: the newest that is known to have
 * made its number, or one whose number is unknown because its answer was lost, was a refusal, or
 * came after its worker had lost the event. Such a write may have arrived late and edited what a
 * newer one made.
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
  // A copy of the list from before the removal shows the removed booking, and not the one that was
  // asked for since.
  if (made && asksFor(made) && confirmedRemovals(held.bookingId, steps).length > 0) return made;
  return creates.find((step) => mayHaveMade(step) && asksFor(step));
}

/** What a row of Crossmark's list means, given what is remembered and what was ever sent. */
export interface Interpretation {
  held: KnownBooking | null;
  /** The booking in this row and the row before it, without what is remembered. */
  seen: KnownBooking | null;
  /**
   * Bookings of ours that may lie beneath the one listed: they were made and never seen to go.
   * Crossmark lists one booking for each event, so a write that arrived late can hide an earlier
   * one.
   */
  beneath: BookingId[];
  /**
   * Writes whose outcome was in doubt and no longer is, and refused removals of a booking that is
   * still there.
   */
  settled: SettledStep[];
  /** The journalled write that the booking came from, if it is one of ours. */
  source: number | undefined;
  /**
   * False if somebody else must have changed Crossmark's side, into something that isn't wanted
   * here.
   */
  explained: boolean;
}

/**
 * Writes of ours whose bookings may lie beneath the one that Crossmark lists, see {@link
 * Interpretation}. The booking that a due reissue opens again is left out, because it stays.
 */
export function writesBeneath(
  held: Held | null,
  steps: readonly JournalStep[],
  wanted: Wanted | null = null,
): (JournalStep & { bookingId: BookingId })[] {
  if (held === null) return [];
  const gone = new Set<BookingId | null>(reopenedBookings(steps));
  if (wanted?.reissue) gone.add(wanted.reissue.bookingId);
  const beneath: (JournalStep & { bookingId: BookingId })[] = [];
  // Newest first: a removal concerns bookings made before it, and of one number only the newest
  // booking may be there.
  for (const step of steps) {
    const { bookingId } = step;
    if (bookingId === null || bookingId === held.bookingId || gone.has(bookingId)) continue;
    if (step.kind === 'create') beneath.push({ ...step, bookingId });
    if (
      step.kind === 'create' ||
      (step.kind === 'delete' && (step.state === 'done' || step.state === 'refused'))
    )
      gone.add(bookingId);
  }
  return beneath;
}

/**
 * Interprets what Crossmark lists for an event. `last` is {@link lastKnownBooking}; `seen` is the booking
 * in the row that the same run read before, if it did; `steps` is the journal, newest first; `at`
 * is when the row was read.
 */
export function interpretListing(listing: {
  listed: PlannedEvent | null;
  timeZone: string;
  wanted: Wanted | null;
  last: KnownBooking | null;
  seen?: KnownBooking | null;
  steps: readonly JournalStep[];
  at: Instant;
}): Interpretation {
  const { timeZone, wanted, last, steps, at } = listing;
  const agreed = isHistory(last, steps) ? null : last;
  const row = bookingOf(listing.listed);
  // The booking from before a reissue may be listed, in full or in part, until the new one is made.
  const isWorked =
    isHistory(row, steps, timeZone) ||
    (row && last && agreed === null && isPartialViewOf(last, row, timeZone));
  const booking = isWorked ? null : row;
  const completed = booking && complete(booking, listing.seen ?? null, timeZone);
  const listed = completed && complete(completed, agreed, timeZone);
  const source = listed && sourceOf(listed, steps, { timeZone, at });
  const unchanged = sameBooking(agreed, listed, timeZone);
  // In the hour that comes twice in autumn, the list doesn't say which of the two is meant. The
  // booking that both sides agreed on says it, or the write that made it. What is wanted doesn't
  // say it before it was sent.
  const known = (unchanged ? agreed?.startsAt : null) ?? source?.startsAt;
  const timed = listed && {
    ...listed,
    startsAt: known ?? listed.startsAt,
    // Crossmark's list has no end of a booking.
    endsAt: source?.endsAt ?? (unchanged ? (agreed?.endsAt ?? null) : null),
  };
  // An unknown end is taken to be the wanted one, and counts as agreed from here on.
  const held: KnownBooking | null =
    timed && wanted && isWanted(wanted, timed) ? { ...timed, endsAt: wanted.endsAt } : timed;
  // A reissue may remove the booking that it reopens from the list.
  const removedByUs = held === null && mayHaveRemoved(agreed?.bookingId ?? null, steps, at).length > 0;
  const wasApplied = (step: JournalStep): boolean => {
    // Where the work was open before, the row doesn't tell whether the reissue was done.
    if (step.kind === 'reissue')
      return listing.listed?.condition === 'Reissued' && step.condition !== 'Reissued';
    // Where another booking is listed, the one to remove may lie beneath it.
    return step.kind === 'delete' ? held === null : step.id === source?.id;
  };
  // A row settles a write that Crossmark refused. A refused removal is settled only if the booking
  // is still there, because otherwise it was gone before.
  const wasRefused = (step: JournalStep): boolean =>
    step.state === 'refused' && (step.kind !== 'delete' || step.bookingId === held?.bookingId);
  const beneath = writesBeneath(held, steps, wanted).map(({ bookingId }) => bookingId);
  return {
    held,
    seen: completed,
    beneath,
    source: source?.id,
    settled: steps
      .filter((step) => isInDoubt(step) || wasRefused(step))
      .map((step): SettledStep => {
        const applied = wasApplied(step);
        const bookingId = step.kind === 'create' && applied ? (held?.bookingId ?? null) : null;
        if (applied) return { id: step.id, state: 'done', bookingId };
        return { id: step.id, state: step.state === 'refused' ? 'not_done' : 'settled', bookingId };
      }),
    explained: isWanted(wanted, held) || unchanged || removedByUs || Boolean(source),
  };
}
