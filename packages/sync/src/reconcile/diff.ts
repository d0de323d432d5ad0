import type { BookingId, RepId } from '@scheduler/crossmark';
import type { Instant, WorkDate } from '@scheduler/scheduling';

/** What Crossmark should hold for an event: this person at this time. */
export interface Wanted {
  repId: RepId;
  startsAt: Instant;
  endsAt: Instant;
  /** Null, unless past or reported work has to be opened again before it can be booked. */
  reissue: Reissue | null;
}

/** Opens the work of an earlier booking again, for one schedule. */
export interface Reissue {
  /**
   * The earlier booking. Until the new one is made, it is Crossmark's history: it isn't the wanted
   * booking, and it isn't in its way. Crossmark may turn it into the new one by editing it in
   * place.
   */
  bookingId: BookingId;
  /** The schedule that asked for it: the work of one booking may be opened again more than once. */
  scheduleId: number;
  expiresOn: WorkDate;
  includeResponses: boolean;
}

/** A booking that Crossmark holds. What its answers left out is null. */
export interface Held {
  bookingId: BookingId | null;
  repId: RepId | null;
  startsAt: Instant | null;
  endsAt: Instant | null;
}

/**
 * A write to Crossmark; or `blocked`: a booking is in the way, and Crossmark lists it without the
 * id that removes it.
 */
export type Step =
  | { kind: 'delete'; bookingId: BookingId }
  /** `workedAt`: when the booking to be reopened started, as far as that is known. */
  | ({ kind: 'reissue'; repId: RepId; workedAt: Instant | null } & Reissue)
  | { kind: 'create'; repId: RepId; startsAt: Instant; endsAt: Instant }
  | { kind: 'blocked'; booking: Held };

/** Whether a booking is the wanted one. An unknown end is taken to be right. */
export function isWanted(wanted: Wanted | null, booking: Held | null): boolean {
  if (wanted === null || booking === null) return wanted === booking;
  return (
    (wanted.reissue === null || booking.bookingId !== wanted.reissue.bookingId) &&
    booking.repId === wanted.repId &&
    booking.startsAt === wanted.startsAt &&
    (booking.endsAt === null || booking.endsAt === wanted.endsAt)
  );
}

/**
 * Plans the steps from what Crossmark holds for one event to what is wanted. Everything that isn't
 * wanted is removed before anything is made, so that exactly one booking remains whether Crossmark
 * replaces the first on a second booking or keeps both. A reissue comes right before its booking.
 */
export function plan(wanted: Wanted | null, held: readonly Held[]): Step[] {
  const right = held.filter((booking) => isWanted(wanted, booking));
  // Of several right bookings, keep the one without a number: it is the only one that can't be
  // removed from here.
  const kept = right.find((booking) => booking.bookingId === null) ?? right[0];
  const others = held.filter(
    (booking) => booking !== kept && !(wanted?.reissue && booking.bookingId === wanted.reissue.bookingId),
  );
  const steps: Step[] = [];
  for (const booking of others) {
    const { bookingId } = booking;
    if (bookingId === null) return [{ kind: 'blocked', booking }];
    steps.push({ kind: 'delete', bookingId });
  }
  if (wanted && !kept) {
    const { reissue, ...booking } = wanted;
    if (reissue) {
      const worked = held.find(({ bookingId }) => bookingId === reissue.bookingId);
      steps.push({ kind: 'reissue', repId: booking.repId, workedAt: worked?.startsAt ?? null, ...reissue });
    }
    steps.push({ kind: 'create', ...booking });
  }
  return steps;
}
