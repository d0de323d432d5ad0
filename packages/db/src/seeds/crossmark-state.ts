import type { DemoScenario } from './demo.ts';

/**
 * The scenario as Crossmark holds it, in the form that the simulator's `PUT /__sim/state` takes.
 */
export function crossmarkState(scenario: DemoScenario, user: { userId: string; password: string }) {
  const { crossmarkStoreId, name, timeZone } = scenario.store;
  const repOf = new Map(scenario.people.map((person) => [person.employeeNumber, person.repId]));
  const rep = (person: DemoScenario['otherReps'][number], email?: string) => {
    const [firstName = '', ...rest] = person.name.split(' ');
    const { repId, employeeNumber } = person;
    return {
      repId,
      employeeNumber,
      firstName,
      lastName: rest.join(' '),
      timeZone,
      ...(email ? { email } : {}),
    };
  };
  return {
    stores: [{ storeId: crossmarkStoreId, name, timeZone }],
    reps: [
      ...scenario.people.map((person) => rep(person, person.email)),
      ...scenario.otherReps.map((person) => rep(person)),
    ],
    plans: scenario.events.map((event) => ({
      mplanId: event.mplanId,
      storeId: crossmarkStoreId,
      name: event.name,
      startsOn: event.startsOn,
      dueOn: event.dueOn,
      condition: event.condition,
      instructionsUrl: event.instructionsUrl,
    })),
    bookings: scenario.events.flatMap((event) =>
      event.booking
        ? [
            {
              bookingId: event.booking.bookingId,
              mplanId: event.mplanId,
              storeId: crossmarkStoreId,
              repId: repOf.get(event.booking.employeeNumber),
              startsAt: event.booking.startsAt,
              endsAt: event.booking.endsAt,
            },
          ]
        : [],
    ),
    users: [user],
  };
}
