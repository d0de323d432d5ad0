/** The possible effects of a second booking of an event at Crossmark. */
export const SECOND_BOOKINGS = ['inPlace', 'replace', 'duplicate'] as const;
export type SecondBooking = (typeof SECOND_BOOKINGS)[number];

/** A booking in the simulator's state. Instants are in UTC. */
export interface HeldBooking {
  bookingId: string;
  mplanId: string;
  storeId: string;
  repId: string;
  startsAt: string;
  endsAt: string;
}

/** Returns the bookings of a plan from the simulator's own state. */
export async function heldBookings(simulatorUrl: string, mplanId: string | null): Promise<HeldBooking[]> {
  const answer = await fetch(`${simulatorUrl}/__sim/state`);
  const state = (await answer.json()) as { bookings: HeldBooking[] };
  return state.bookings.filter((booking) => booking.mplanId === mplanId);
}
