import type { BookingId } from '@scheduler/crossmark';
import type { Db } from '@scheduler/db';
import { type EventRecord, eventLabel, isOver, workedOn } from '@scheduler/db/facts';
import type { Instant, WorkDate } from '@scheduler/scheduling';
import { Refusal } from '../core/errors.ts';
import { todayAt } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import { openPlan, type Plan } from './plan-transaction.ts';
import { saveOrRefuseDuplicate } from './refuse-duplicate.ts';
import type { Saved } from './types.ts';

/**
 * Reopens past unreported work, or Submitted work, for a person. The finished work stays as
 * history, here and in Crossmark. `expiresOn` replaces the event's window: it is the first day on
 * which the event can no longer be worked. A Core's Supervisor event stays unchanged. Throws a
 * {@link Refusal} if there is nothing to reopen or a rule forbids it.
 */
export async function reissueEvent(
  db: Db,
  actor: Actor,
  input: {
    eventId: number;
    employeeId: number;
    startsAt: Instant;
    expiresOn: WorkDate;
    includeResponses: boolean;
    overrideReason?: string | undefined;
  },
): Promise<Saved> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    const { eventId, employeeId, startsAt } = input;
    const plan = await openPlan(tx, {
      eventIds: [eventId],
      employeeIds: [employeeId],
      pairs: false,
      at: [startsAt],
      newSchedules: 1,
    });
    const event = plan.event(eventId);
    const person = plan.person(employeeId);
    plan.assertListed(event);
    const bookingId = reopenable(event, plan);
    const { live } = plan.standing(event);
    const reasons = plan.reasonsAgainst(event, person, startsAt, live ? [live.id] : [], input.expiresOn);
    const accepted = plan.accept(reasons, event, input.overrideReason);
    const reissue = {
      reissueOf: bookingId,
      reissueExpiresOn: input.expiresOn,
      reissueResponses: input.includeResponses,
    };
    const schedule = await plan.reissue(tx, event, { person, startsAt, accepted, reissue });
    await plan.flush(tx, actor);
    return { scheduleId: schedule.id, eventId, version: schedule.version, paired: null };
  });
}

/**
 * Returns the booking in Crossmark that a reissue reopens. Throws a {@link Refusal} if there is
 * none.
 */
function reopenable(event: EventRecord, plan: Plan): BookingId {
  const { live, sync } = plan.standing(event);
  const no = (message: string) => new Refusal(message, { code: 'not_allowed' });
  const label = eventLabel(event);
  const { timeZone } = plan.surroundings(event).store;
  const today = todayAt(timeZone);
  if (!isOver(event, workedOn(live, sync, timeZone), today))
    throw no(
      `${label} was neither reported as done nor booked for a day that is over, so there is nothing to reissue. Schedule or move it instead.`,
    );
  if (sync && sync.state !== 'synced')
    throw no(
      `The last change of ${label} hasn’t reached Crossmark yet. Reissue it once it is synced; its panel says what it waits for.`,
    );
  if (!sync?.bookingId)
    throw no(
      `Crossmark’s number of the booking of ${label} isn’t known here, and a reissue needs it. Refresh, then try again.`,
    );
  return sync.bookingId;
}
