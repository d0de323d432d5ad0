import type { Covered, PlanInput, ScheduledWork } from '@scheduler/planner';
import { currentInstant } from '@scheduler/runtime/clock';
import {
  CLOSED_CONDITIONS,
  daysTouched,
  formatWhen,
  type Hours,
  isDuring,
  isWholeDay,
  labelOf,
  type WorkDate,
} from '@scheduler/scheduling';

/**
 * Why scheduled work can't be done as it is scheduled. A plan then finds somebody else, or another
 * day.
 */
export type Cause =
  | ({
      kind: 'off';
      employeeId: number;
      name: string;
      startsOn: WorkDate;
      endsOn: WorkDate;
      /** The time off that was recorded for it; null if the days were off before. */
      timeOffId: number | null;
      // Without hours, the whole days are off.
    } & Partial<Hours>)
  | { kind: 'leaving'; employeeId: number; name: string; lastDay: WorkDate }
  | { kind: 'closed'; day: WorkDate; name: string };

/** Work that a plan leaves with the person who has it, and why. */
export interface Stay {
  eventId: number;
  message: string;
}

/** Work in these conditions is under way or over, so nothing is planned for it any more. */
const UNDER_WAY: readonly string[] = ['In Progress', 'Paused', ...CLOSED_CONDITIONS];

/**
 * The work that a cause concerns: the events that need somebody else or another day, and those that
 * have begun and stay.
 */
export function concernedBy(
  cause: Cause,
  input: Pick<PlanInput, 'store'> & { scheduled: readonly ScheduledWork[] },
): Covered & { stays: Stay[] } {
  const now = currentInstant();
  const covered: Covered & { stays: Stay[]; scheduleIds: number[] } = {
    scheduleIds: [],
    keepsPeople: cause.kind === 'closed',
    stays: [],
  };
  for (const work of input.scheduled) {
    if (!isConcerned(cause, work, input.store.timeZone)) continue;
    const { scheduleId, event, startsAt } = work;
    const hasBegun = startsAt <= now;
    if (!hasBegun && !UNDER_WAY.includes(event.condition)) {
      covered.scheduleIds.push(scheduleId);
      continue;
    }
    const how = hasBegun
      ? `began on ${formatWhen(startsAt, input.store.timeZone)}`
      : `is ${event.condition} in Crossmark`;
    covered.stays.push({ eventId: event.id, message: `${labelOf(event)} ${how}, so it stays as it is.` });
  }
  return covered;
}

function isConcerned(cause: Cause, work: ScheduledWork, timeZone: string): boolean {
  const { employeeId, workDate } = work;
  switch (cause.kind) {
    case 'off':
      return (
        employeeId === cause.employeeId &&
        (isWholeDay(cause)
          ? cause.startsOn <= workDate && workDate <= cause.endsOn
          : isInHours(cause, work, timeZone))
      );
    case 'leaving':
      return employeeId === cause.employeeId && workDate > cause.lastDay;
    case 'closed':
      return workDate === cause.day;
  }
}

/** Whether work lasts into the hours of any day of some time off. */
function isInHours(
  { startsOn, endsOn, fromTime = null, untilTime = null }: Extract<Cause, { kind: 'off' }>,
  { startsAt, endsAt }: ScheduledWork,
  timeZone: string,
): boolean {
  return daysTouched(startsAt, endsAt, timeZone).some(
    (day) =>
      startsOn <= day &&
      day <= endsOn &&
      isDuring({ startsAt, endsAt }, day, { fromTime, untilTime }, timeZone),
  );
}

/** The input of a plan for a cause. A person who leaves isn't offered any work. */
export function inputFor<Input extends PlanInput>(cause: Cause, input: Input): Input {
  if (cause.kind !== 'leaving') return input;
  const people = input.people.map((person) =>
    person.id === cause.employeeId ? { ...person, terminatedOn: cause.lastDay } : person,
  );
  return { ...input, people };
}
