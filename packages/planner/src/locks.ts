import { type EventFacts, formatDay, type WorkDate } from '@scheduler/scheduling';
import { type Lock, mayMove, plannedOf, type ScheduledWork } from './input.ts';
import type { UnkeptLock } from './proposal.ts';
import { closedToPlans, type Roster } from './roster.ts';
import type { Settled } from './settle.ts';

/** The work of a plan that locks may name. */
interface Lockable {
  open: readonly EventFacts[];
  /** Schedules that stay unless the plan moves them. They are on the roster. */
  scheduled: readonly ScheduledWork[];
  /** Schedules that can't stay. They are off the roster. */
  covered: readonly ScheduledWork[];
}

/**
 * Puts the locks of a plan on its roster, in place of the schedules that they move. A lock is a
 * person's decision, so it is judged as one: a soft rule takes no lock away. Returns the lines of the
 * kept locks, those of noon checks last, and a sentence for each of the others.
 */
export function placeLocks(roster: Roster, work: Lockable): { locked: Settled[]; unkept: UnkeptLock[] } {
  const locks = roster.input.locks ?? [];
  const locked: Settled[] = [];
  const unkept: UnkeptLock[] = [];
  // A noon check is judged once its Core has its place.
  for (const lock of [...locks].sort((a, b) => Number(isCheck(a)) - Number(isCheck(b)))) {
    const kept = judgeLock(roster, work, lock, locked);
    if (typeof kept === 'string') {
      unkept.push({ eventId: lock.eventId, message: kept });
      continue;
    }
    if (kept.from) roster.remove(plannedOf(kept.from));
    roster.place(kept.event, kept.person.id, kept.startsAt);
    locked.push(kept);
  }
  return { locked, unkept };
}

const isCheck = ({ coreEventId = null }: Lock): boolean => coreEventId !== null;

/** Returns the line of a lock, or a sentence about why the lock can't be kept. */
function judgeLock(roster: Roster, work: Lockable, lock: Lock, locked: readonly Settled[]): Settled | string {
  const { eventId, employeeId, startsAt, coreEventId = null } = lock;
  const person = roster.people.get(employeeId);
  const from = [...work.covered, ...work.scheduled].find(({ event }) => event.id === eventId) ?? null;
  const event = from?.event ?? work.open.find(({ id }) => id === eventId);
  if (!person || !event) {
    return 'It was locked and can’t stay: the event or the person is no longer there to be planned.';
  }
  const day = roster.dayOf(startsAt);
  const obstacle =
    obstacleToWork(roster, work, event, lock, from) ??
    (day < roster.input.today ? 'that day is over.' : null) ??
    obstacleOfCore(work, coreEventId, day, locked) ??
    roster.evaluateDecision(event, person, startsAt, from?.windowEndsOn ?? undefined).obstacles[0]?.message;
  if (obstacle) {
    return `It was locked for ${person.name} on ${formatDay(day)} and can’t stay there: ${obstacle}`;
  }
  return { event, person, day, startsAt, from, coreEventId, locked: true };
}

/** Returns why a lock's event can't be planned any more, whoever does it and when; null if it can. */
function obstacleToWork(
  roster: Roster,
  { covered }: Lockable,
  event: EventFacts,
  lock: Lock,
  from: ScheduledWork | null,
): string | null {
  const seen = lock.from ?? null;
  if (from && !seen) return 'the event was scheduled since.';
  const isAsSeen =
    from?.scheduleId === seen?.scheduleId &&
    from?.employeeId === seen?.employeeId &&
    from?.startsAt === seen?.startsAt;
  if (!isAsSeen) return 'the schedule that it moves was changed since.';
  if (from && covered.includes(from)) return null;
  if (from ? roster.isLeftOut(event.id) : !roster.mayPlan(event)) return 'this plan leaves the event out.';
  if (!from) return closedToPlans(event)?.message ?? null;
  return mayMove(from, roster.input.today) ? null : 'the work has begun or is of today, and stays as it is.';
}

/** Returns why a noon check can't be on a day: its Core is not. Null for other work. */
function obstacleOfCore(
  { scheduled }: Lockable,
  coreEventId: number | null,
  day: WorkDate,
  locked: readonly Settled[],
): string | null {
  if (coreEventId === null) return null;
  const coreDay =
    locked.find(({ event }) => event.id === coreEventId)?.day ??
    scheduled.find(({ event }) => event.id === coreEventId)?.workDate;
  if (coreDay === day) return null;
  const where = coreDay === undefined ? 'has no fixed place any more' : `is on ${formatDay(coreDay)}`;
  return `a noon check is done on the day of its Core, which ${where}.`;
}
