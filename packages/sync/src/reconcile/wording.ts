import { formatWhen, type Instant } from '@scheduler/scheduling';

/** Normalizes a name: lower case, single spaces, `FIRST LAST`. */
export function tidyName(name: string): string {
  const [last, first] = name.split(',');
  return (first === undefined ? name : `${first} ${last}`).trim().replace(/\s+/g, ' ').toLowerCase();
}

/** `Ada Example on Mon Jan 5, 10:45 AM`, without what Crossmark left out. */
export function bookingInWords(
  booking: { names: string | null; startsAt: Instant | null },
  timeZone: string,
): string {
  const who = booking.names || 'somebody';
  return booking.startsAt
    ? `${who} on ${formatWhen(booking.startsAt, timeZone)}`
    : `${who}, at a time it doesn't tell`;
}

/** Says what Crossmark holds, as the end of a failure's sentence. */
export function heldInWords(
  booking: { names: string | null; startsAt: Instant | null } | null,
  timeZone: string,
): string {
  return booking
    ? `Crossmark still has ${bookingInWords(booking, timeZone)}.`
    : 'Crossmark has nobody booked for this event.';
}

/**
 * Says why nothing is sent to Crossmark, since when (with the day, because it may last over night),
 * and what follows.
 */
export function unreachableInWords(held: { since: Instant; byHand: boolean }, timeZone: string): string {
  const since = formatWhen(held.since, timeZone);
  return held.byHand
    ? `An admin holds back everything for Crossmark since ${since}. Your change is saved and goes out once it is let go.`
    : `Crossmark has not answered since ${since}. Your change is saved and goes out by itself.`;
}

/** Says what each side has, and that a person must choose. */
export function conflictInWords(
  held: { names: string | null; startsAt: Instant | null } | null,
  schedule: { name: string; startsAt: Instant } | null,
  timeZone: string,
): string {
  const theirs = held ? `Crossmark has ${bookingInWords(held, timeZone)}` : 'Crossmark has nobody booked';
  const ours = schedule
    ? `the board has ${schedule.name} on ${formatWhen(schedule.startsAt, timeZone)}`
    : 'the board has nobody';
  return `Somebody changed this event on Crossmark’s side while it was changed here: ${theirs}, ${ours}. Choose which one stands.`;
}

/** Says that Crossmark booked another time than was requested, and that a person must choose. */
export function bookedOtherwiseInWords(
  held: { names: string | null; startsAt: Instant | null },
  requested: { startsAt: Instant },
  timeZone: string,
): string {
  return `Crossmark booked ${bookingInWords(held, timeZone)}, although ${formatWhen(requested.startsAt, timeZone)} was asked for. Choose which one stands.`;
}
