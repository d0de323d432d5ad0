import { addMinutes, CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { Row } from './events-in-play.ts';
import type { Scene } from './scene.ts';

/** Makes a change on Crossmark's own site, of an event that no other editor is changing. */
export async function editOutside(scene: Scene, row: Row): Promise<void> {
  const { play, log, switchboard, random, secondBooking } = scene;
  const { event, sync, schedule, store } = row;
  const state = await switchboard.state();
  const held = state.bookings.filter(
    (one) => one.mplanId === event.mplanId && one.storeId === store.crossmarkStoreId,
  );
  const key = `${event.mplanId}_${store.crossmarkStoreId}`;
  const rep = random.pick(state.reps);
  if (!rep) return;
  const startsAt = play.startFor(row);
  const at = { startsAt, endsAt: addMinutes(startsAt, event.durationMinutes) };
  // The booking that the list shows.
  const booking = held.at(-1);
  const kind = booking ? random.weighted({ time: 3, rep: 3, unbook: 2, book: 1, report: 2 }) : 'book';
  const done = (what: string) => log.noteOutside(`somebody on Crossmark's site ${what}`, [event.id]);
  // If the booking has changed between the read and the write, nothing is done.
  const unlessGone = (error: unknown) => log.note(`somebody on Crossmark's site: ${error}`, [event.id]);
  if (booking && kind === 'time')
    await switchboard
      .moveBooking(booking.bookingId, at)
      .then(() => done(`moves booking ${booking.bookingId} to ${startsAt}`), unlessGone);
  else if (booking && kind === 'rep') {
    log.chosenOutside.add(`${key} ${rep.repId}`);
    await switchboard
      .moveBooking(booking.bookingId, { repId: rep.repId })
      .then(() => done(`gives booking ${booking.bookingId} to ${rep.repId}`), unlessGone);
  } else if (booking && kind === 'unbook')
    await switchboard
      .unbook(booking.bookingId)
      .then(() => done(`removes booking ${booking.bookingId}`), unlessGone);
  else if (booking && kind === 'report') {
    const plan = state.plans.find(
      (one) => one.mplanId === event.mplanId && one.storeId === store.crossmarkStoreId,
    );
    // Nobody reports work that was opened again and not booked since.
    const isReopened = state.pendingWork.some(({ bookingId }) => bookingId === booking.bookingId);
    if (!plan || plan.gone || isReopened || CLOSED_CONDITIONS.includes(plan.condition)) return;
    const { mplanId, storeId, name, startsOn, dueOn } = plan;
    await switchboard.putPlan({ mplanId, storeId, name, startsOn, dueOn, condition: 'Submitted' });
    log.noteReport(event.id, booking.bookingId);
  } else {
    // A second booking of the same event hides the first in Crossmark's list, so this side could
    // not detect it.
    const isQuiet = sync === null || (sync.state === 'synced' && sync.leaseOwner === null);
    if (secondBooking === 'duplicate' && (booking || schedule || !isQuiet)) return;
    log.chosenOutside.add(`${key} ${rep.repId}`);
    await switchboard
      .book({ mplanId: event.mplanId, storeId: store.crossmarkStoreId, repId: rep.repId, ...at })
      .then((made) => done(`books ${rep.repId} for ${startsAt}: ${made.bookingId}`), unlessGone);
  }
}
