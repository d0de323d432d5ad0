/** What a second booking of an event may do in Crossmark. */
export const SECOND_BOOKINGS = ['inPlace', 'replace', 'duplicate'] as const;
export type SecondBooking = (typeof SECOND_BOOKINGS)[number];

/** A booking as the simulator holds it: instants in UTC. */
export interface HeldBooking {
  bookingId: string;
  mplanId: string;
  storeId: string;
  repId: string;
  startsAt: string;
  endsAt: string;
}

/** What Crossmark (the simulator) holds for a plan, from its own state. */
export async function heldBookings(simulatorUrl: string, mplanId: string | null): Promise<HeldBooking[]> {
  const answer = await fetch(`${simulatorUrl}/__sim/state`);
  const state = (await answer.json()) as { bookings: HeldBooking[] };
  return state.bookings.filter((booking) => booking.mplanId === mplanId);
}
