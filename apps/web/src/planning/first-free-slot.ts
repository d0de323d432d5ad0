import type { Reason } from '@scheduler/scheduling';
import type { ScheduleOptions } from '@scheduler/server/router';

export function firstFreeSlot(options: ScheduleOptions, employeeId: number | undefined): string | undefined {
  const candidates = options.people.filter(
    (person) => employeeId === undefined || person.employeeId === employeeId,
  );
  const asksNothing = (reasons: readonly Reason[] | undefined) =>
    (reasons ?? []).every((reason) => reason.severity === 'hint');
  const free = options.slots.find((slot) =>
    candidates.some((person) => asksNothing(person.reasonsBySlot[slot.time])),
  );
  return (free ?? options.slots[0])?.time;
}
