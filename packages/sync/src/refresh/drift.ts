import { isDeepStrictEqual } from 'node:util';
import type { PlannedEvent } from '@scheduler/crossmark';
import type { Doubt } from '@scheduler/db';
import { CLOSED_CONDITIONS, type Condition, type Instant } from '@scheduler/scheduling';
import { isWanted, type Wanted } from '../reconcile/diff.ts';
import type { JournalStep } from '../reconcile/ledger.ts';
import {
  bookingOf,
  interpretListing,
  type KnownBooking,
  knownBooking,
  lastKnownBooking,
  leavesOpen,
  mayHaveRemoved,
  reopenedBookings,
  sameBooking,
  saysBooked,
  writesBeneath,
} from '../reconcile/observe.ts';
import { type AdoptedSchedule, type KnownRep, type LocalEvent, scheduleOf, withAgreedEnd } from './adopt.ts';

/** What a row of the list means for the event here. */
export type RowVerdict = { drift: boolean } & (
  | { kind: 'same' }
  /** Only the record of Crossmark's booking changes. */
  | { kind: 'record'; held: KnownBooking | null }
  /**
   * Nothing here speaks against it: the schedule becomes what Crossmark has, `becomes`; it ends where
   * that is null. Bookings of our own writes `stepIds` may lie beneath that booking, so a reconciliation
   * looks for them.
   */
  | { kind: 'adopt'; held: KnownBooking | null; becomes: AdoptedSchedule | null; stepIds: number[] }
  /** A write of ours that arrived late or was lost: reconcile again. */
  | { kind: 'repair'; stepIds: number[] }
  /**
   * Both sides agree: what couldn't be sent was done by hand on Crossmark's site, or by our write
   * `stepId`, whose outcome was unknown.
   */
  | { kind: 'agreed'; held: KnownBooking | null; stepId: number | undefined }
  | { kind: 'conflict'; held: KnownBooking | null }
  /**
   * A copy of the list that lags behind would show the same: the next complete reading has to show
   * it too.
   */
  | ({ kind: 'doubt' } & Doubt)
);
const SAME: RowVerdict = { kind: 'same', drift: false };

/** Whether nothing of ours is on its way and nothing changed here since the page was requested. */
function isQuiet(sync: LocalEvent['sync'], since: Instant): boolean {
  return sync === null || (sync.updatedAt < since && (sync.leaseUntil === null || sync.leaseUntil < since));
}

/** What a doubt records of a booking. */
const doubtOf = (held: KnownBooking | null): Doubt['shows'] =>
  held && { bookingId: held.bookingId, repId: held.repId, startsAt: held.startsAt };

/**
 * Whether a copy of the list from before a write (ours, or one that was adopted) would show `held`
 * in place of the known booking. Such a copy may show no booking, one that we removed or opened
 * again since, or one that an earlier write of ours made.
 */
function mayBeStale(
  held: KnownBooking | null,
  agreed: KnownBooking | null,
  steps: readonly JournalStep[],
): boolean {
  if (held === null) return agreed !== null;
  return steps.some(({ kind, state, bookingId, repId, startsAt }) => {
    if (state !== 'done') return false;
    // A booking that is listed without its number may be any one that we removed.
    if (kind !== 'create') return held.bookingId === null || bookingId === held.bookingId;
    const isThat = held.bookingId === null || bookingId === held.bookingId;
    return isThat && repId === held.repId && startsAt === held.startsAt;
  });
}

/**
 * Classifies one row; pure. `wanted` is undefined where the schedule's person has no RepID. `since`
 * is when the row was requested, `began` when the refresh began. A row that may be stale is a doubt
 * until `complete` says that the whole list was read. It counts where the complete refresh before
 * left the same doubt, `confirmAfterMs` or longer ago; until then the doubt keeps the time of the
 * first refresh that showed it.
 */
export function classifyDrift(input: {
  row: PlannedEvent;
  local: LocalEvent;
  since: Instant;
  began: Instant;
  complete: boolean;
  confirmAfterMs: number;
  timeZone: string;
  reps: ReadonlyMap<string, KnownRep>;
  steps: readonly JournalStep[];
  wanted: Wanted | null | undefined;
}): RowVerdict {
  const { row, local, since, began, timeZone, reps, steps, wanted } = input;
  const { sync, schedule } = local;
  if (!isQuiet(sync, since) || (sync === null && schedule !== null)) return SAME;
  const agreed = sync && knownBooking({ sync }, steps);
  const last = sync && lastKnownBooking({ sync });
  const reading = interpretListing({ listed: row, timeZone, wanted: wanted ?? null, last, steps, at: since });
  const { held } = reading;
  const unchanged = sameBooking(agreed, held, timeZone);
  // A row that differs from a booking that we just made may be older than it, and show what
  // somebody did on Crossmark's site before, which isn't in the journal.
  const isJustWritten = steps.some(
    ({ state, sentAt }) => state === 'done' && Date.parse(began) - Date.parse(sentAt) < input.confirmAfterMs,
  );
  /** The doubt about this row; undefined if there is none, or none any more. */
  const doubt = (): RowVerdict | undefined => {
    if (unchanged) return undefined;
    if (!mayBeStale(held, agreed, steps) && !(isJustWritten && sync?.state === 'synced')) return undefined;
    // A refresh that began before our last write may show what was there before it.
    if (!isQuiet(sync, began)) return SAME;
    const shows = doubtOf(held);
    const before = sync?.doubt;
    const isSame = before && sync.updatedAt < before.seenAt && isDeepStrictEqual(before.shows, shows);
    const seenAt = isSame ? before.seenAt : began;
    const isConfirmed =
      input.complete && isSame && Date.parse(began) - Date.parse(seenAt) >= input.confirmAfterMs;
    return isConfirmed ? undefined : { kind: 'doubt', shows, seenAt, drift: false };
  };

  if (sync && sync.state !== 'synced') {
    if (sync.state !== 'failed' && sync.state !== 'conflict') return SAME;
    if (saysBooked(row.condition) && leavesOpen(row, agreed, [])) return SAME;
    const doubted = doubt();
    if (doubted) return doubted;
    if (wanted !== undefined && isWanted(wanted, held) && reading.beneath.length === 0)
      return { kind: 'agreed', held, stepId: reading.source, drift: false };
    const news = sync.state === 'conflict' ? !unchanged : !unchanged && !reading.explained;
    return news ? { kind: 'conflict', held, drift: true } : SAME;
  }

  const isReport = row.condition === 'Submitted' && held !== null;
  // Nothing is written to work that is reported as done, so nothing is looked for beneath it.
  const stepIds = isReport ? [] : writesBeneath(held, steps, wanted ?? null).map((step) => step.id);
  const becomes = scheduleOf({ ...local, condition: row.condition }, held, reps, timeZone);
  const adopt = { kind: 'adopt' as const, held: withAgreedEnd(held, becomes), becomes, stepIds };
  if (unchanged) {
    if (becomes && !schedule) return { ...adopt, drift: false };
    // Its person became known here, or an earlier version left the schedule as it was.
    if (becomes && isReport && !isShown(schedule, becomes)) return { ...adopt, drift: true };
    const renamed = held !== null && held.names !== agreed?.names;
    const identified = held !== null && held.bookingId !== agreed?.bookingId;
    return renamed || identified ? { kind: 'record', held, drift: false } : SAME;
  }
  // It is a late write of ours, so what is wanted here doesn't change.
  const late = steps.filter(
    (step) =>
      (step.kind === 'create' &&
        held !== null &&
        reading.source === step.id &&
        step.bookingId !== agreed?.bookingId) ||
      (step.kind === 'delete' &&
        held === null &&
        mayHaveRemoved(agreed?.bookingId ?? null, steps, since).includes(step)),
  );
  const repair = { kind: 'repair' as const, stepIds: late.map((step) => step.id), drift: true };
  if (held === null && late.length > 0) return repair;
  const traces = row.startsAt !== null || row.repId !== null || row.staffedReps.length > 0;
  const plain = row.condition === 'Unstaffed' || row.condition === 'Canceled';
  // The booking was removed there only if Crossmark says so plainly; a row that just lacks it
  // proves nothing. A row with the booking from before a reissue shows that the one made after it
  // is gone.
  const showsHistory = row.bookingId !== null && reopenedBookings(steps).has(row.bookingId);
  if (held === null && schedule && !showsHistory && (traces || !plain)) return SAME;
  const doubted = doubt();
  if (doubted) return doubted;
  // A report says who did the work and when; a later row or a link may tell what is unknown of that.
  if (isReport && schedule && becomes) return { ...adopt, drift: true };
  if (late.length > 0 && !(isReport && schedule)) return repair;
  // Closed work keeps its schedule as history.
  if (held !== null && schedule && CLOSED_CONDITIONS.includes(row.condition))
    return { kind: 'record', held, drift: true };
  return { ...adopt, drift: agreed !== null || schedule !== null };
}

/** Whether a schedule has this person and time. */
const isShown = (
  schedule: LocalEvent['schedule'],
  { employeeId, startsAt }: Pick<AdoptedSchedule, 'employeeId' | 'startsAt'>,
): boolean => schedule?.employeeId === employeeId && schedule.startsAt === startsAt;

/** The condition of a row, made to agree with whether the row has a booking. */
function consistentCondition(condition: Condition, isBooked: boolean): Condition {
  if (condition === 'Unstaffed' && isBooked) return 'Scheduled';
  const needsBooking = condition === 'Scheduled' || condition === 'Staffed';
  return needsBooking && !isBooked ? 'Unstaffed' : condition;
}

/**
 * The condition to keep: Crossmark's, corrected by its own booking, which it can lag behind.
 * `verdict`: what the row was found to mean. The booking in a doubted row doesn't count yet, and
 * with a row on which both sides agree nothing of ours is on its way any more.
 */
export function conditionOf(
  row: PlannedEvent,
  local: LocalEvent | null,
  since: Instant,
  verdict?: RowVerdict['kind'],
): Condition {
  const booked = bookingOf(row) !== null;
  const condition = consistentCondition(row.condition, booked);
  if (!local) return condition;
  const settled =
    verdict === 'agreed' ||
    (isQuiet(local.sync, since) && (local.sync === null ? !local.schedule : local.sync.state === 'synced'));
  // The work was opened again here, which Crossmark hasn't been told yet.
  if (!settled && local.schedule?.reissueOf && condition !== 'Canceled') return local.event.condition;
  if (verdict === 'doubt') return local.event.condition;
  // Between Unstaffed and Scheduled, our own change is on its way. Any other condition is news from
  // Crossmark.
  if (!settled && ['Unstaffed', 'Scheduled', 'Staffed'].includes(condition)) return local.event.condition;
  if (condition === 'Unstaffed' && local.schedule && row.condition !== 'Unstaffed')
    return local.event.condition;
  return condition;
}

/** Whether Crossmark's row differs from the event here. */
export function differs(row: PlannedEvent, event: LocalEvent['event'], condition: Condition): boolean {
  return (
    row.name !== event.name ||
    row.startsOn !== event.startsOn ||
    row.dueOn !== event.dueOn ||
    condition !== event.condition ||
    (row.instructionsUrl !== null && row.instructionsUrl !== event.instructionsUrl) ||
    event.missingRuns > 0 ||
    event.goneSince !== null
  );
}

/** A quick check without a lock, because most rows need no write. True if that isn't certain. */
export function needsWrite(row: PlannedEvent, local: LocalEvent, since: Instant, timeZone: string): boolean {
  if (differs(row, local.event, conditionOf(row, local, since))) return true;
  const { sync, schedule } = local;
  const listed = bookingOf(row);
  if (!sync) return listed !== null;
  if (sync.state === 'failed' || sync.state === 'conflict') return true;
  const agreed = knownBooking({ sync }, []);
  return (
    !sameBooking(agreed, listed, timeZone) ||
    (listed?.names ?? null) !== (agreed?.names ?? null) ||
    (listed !== null && listed.bookingId !== null && listed.bookingId !== agreed?.bookingId) ||
    (listed !== null && schedule === null) ||
    // The person in a report may be known by now, and an earlier version left the schedule as it was.
    (row.condition === 'Submitted' &&
      schedule !== null &&
      agreed !== null &&
      (agreed.repId !== local.repId || agreed.startsAt !== schedule.startsAt))
  );
}
