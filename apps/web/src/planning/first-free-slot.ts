import type { Reason } from '@scheduler/scheduling';
import type { ScheduleOptions } from '@scheduler/server/router';

export function firstFreeSlot(options: ScheduleOptions, employeeId: number | undefined): string | undefined {
  const candidates = options.people.filter(
    (person) => employeeId === undefined || person.employeeId === employeeId,
  );
  const needsNoReason = (reasons: readonly Reason[] | undefined) =>
    (reasons ?? []).every((reason) => reason.severity === 'hint');
  const freeSlot = options.slots.find((slot) =>
    candidates.some((person) => needsNoReason(person.reasonsBySlot[slot.time])),
  );
  return (freeSlot ?? options.slots[0])?.time;
}
