import type { BookingId, RepId } from '@scheduler/crossmark';
import type { Instant } from '@scheduler/scheduling';

/** What Crossmark should hold for an event: this person at this time. */
export interface Wanted {
  repId: RepId;
  startsAt: Instant;
  endsAt: Instant;
}

/** A booking that Crossmark holds, as far as its answers tell; null is what they didn't tell. */
export interface Held {
  bookingId: BookingId | null;
  repId: RepId | null;
  startsAt: Instant | null;
  endsAt: Instant | null;
}

/** A write to Crossmark; or `blocked`: a booking is in the way that Crossmark lists without the id that removes it. */
export type Step =
  | { kind: 'delete'; bookingId: BookingId }
  | ({ kind: 'create' } & Wanted)
  | { kind: 'blocked'; booking: Held };

/** Whether a booking is the wanted one. An end that Crossmark didn't tell is taken to be right. */
export function isWanted(wanted: Wanted | null, booking: Held | null): boolean {
  if (wanted === null || booking === null) return wanted === booking;
  return (
    booking.repId === wanted.repId &&
    booking.startsAt === wanted.startsAt &&
    (booking.endsAt === null || booking.endsAt === wanted.endsAt)
  );
}

/**
 * The steps from what Crossmark holds for one event to what is wanted. Everything that isn't wanted goes before
 * anything is made: then exactly one booking remains whether Crossmark replaces on a second booking or keeps both.
 */
export function plan(wanted: Wanted | null, held: readonly Held[]): Step[] {
  const right = wanted ? held.filter((booking) => isWanted(wanted, booking)) : [];
  // Of several right ones, one that could be removed by hand later is worth keeping least.
  const kept = right.find((booking) => booking.bookingId === null) ?? right[0];
  const others = held.filter((booking) => booking !== kept);
  const stuck = others.find((booking) => booking.bookingId === null);
  if (stuck) return [{ kind: 'blocked', booking: stuck }];
  const steps: Step[] = others.flatMap(({ bookingId }) =>
    bookingId === null ? [] : [{ kind: 'delete' as const, bookingId }],
  );
  if (wanted && !kept) steps.push({ kind: 'create', ...wanted });
  return steps;
}
