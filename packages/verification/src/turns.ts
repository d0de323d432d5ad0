import type { Person } from '@scheduler/db/facts';
import { type RotationKind, type Rotations, rotationOn } from '@scheduler/planner';
import { absencesOn, formatDay, type Role, type WorkDate } from '@scheduler/scheduling';

/** Who may be in a rotation. */
export const MAY_TAKE_TURNS: Record<RotationKind, readonly Role[]> = {
  juicer: ['Juicer Barista'],
  primary_lead: ['Lead Event Specialist', 'Club Supervisor'],
};

/** Whether a person may have a turn of a rotation on a day. */
export const mayTakeTurn = (
  kind: RotationKind,
  person: Pick<Person, 'role' | 'terminatedOn'>,
  day: WorkDate,
): boolean =>
  MAY_TAKE_TURNS[kind].includes(person.role) && (person.terminatedOn === null || person.terminatedOn >= day);

/** Returns why a person is off on a day; null if they are not. */
export function whyOff(person: Person, day: WorkDate): string | null {
  if (person.terminatedOn !== null && day > person.terminatedOn) {
    return `last work day ${formatDay(person.terminatedOn)}`;
  }
  return absencesOn(person, day)[0]?.reason ?? null;
}

/** Sorts Leads before Club Supervisors. */
export const leadsFirst = ({ role }: Pick<Person, 'role'>): number => Number(role === 'Club Supervisor');

/** Returns the person whose turn it is on a day, and why they are off; null if nobody is named. */
export function turnOn(
  kind: RotationKind,
  day: WorkDate,
  { rotations, people }: { rotations: Rotations; people: readonly Person[] },
): { person: Person; off: string | null } | null {
  const id = rotationOn(rotations, kind, day);
  const person = people.find((each) => each.id === id);
  return person ? { person, off: whyOff(person, day) } : null;
}

/**
 * Returns the secondary Lead of a day: another Lead who isn't off, otherwise the Club Supervisor;
 * null if there is nobody.
 * @param people the people of the store
 */
export function secondaryLeadOn(
  day: WorkDate,
  primaryLeadId: number | undefined,
  people: readonly Person[],
): Person | null {
  const [secondary] = people
    .filter(
      (each) =>
        each.id !== primaryLeadId && mayTakeTurn('primary_lead', each, day) && whyOff(each, day) === null,
    )
    .sort((a, b) => leadsFirst(a) - leadsFirst(b) || a.id - b.id);
  return secondary ?? null;
}
