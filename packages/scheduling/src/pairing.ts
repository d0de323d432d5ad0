import type { Holiday } from './availability.ts';
import { eventNumber, type PerType, slotsFor } from './event-type.ts';
import { type EventFacts, evaluate, type PersonFacts, type PlannedWork, type StoreRules } from './rules.ts';
import { instantAt } from './time.ts';
import type { EventType, Instant, WorkDate } from './vocabulary.ts';

/** An event, as far as it matters for pairs. */
export interface Pairable {
  id: number;
  type: EventType;
  name: string;
  startsOn: WorkDate;
  dueOn: WorkDate;
}

/**
 * Finds the Supervisor event of a Core among one store's events: same six-digit number and
 * overlapping windows, preferably the same window. Undefined if the event is not a Core.
 */
export function supervisorEventFor<Event extends Pairable>(
  core: Pairable,
  events: readonly Event[],
): Event | undefined {
  const number = eventNumber(core.name);
  if (core.type !== 'Core' || number === null) return undefined;
  const pairs = events.filter(
    (event) =>
      event.type === 'Supervisor' &&
      eventNumber(event.name) === number &&
      event.startsOn < core.dueOn &&
      event.dueOn > core.startsOn,
  );
  return pairs.find((event) => event.startsOn === core.startsOn && event.dueOn === core.dueOn) ?? pairs[0];
}

/**
 * Decides when the Supervisor event of a Core is done, and by whom. It is done on the Core's day,
 * at the store's usual start of Supervisor events or else at noon. The Leads who have a Core that
 * day are asked first (before all others the one who does this Core), then the Club Supervisor; a
 * store may set the opposite order. The first one whom no rule excludes does it. If the rules
 * exclude all of them, the event stays open.
 * @param pair.planned includes the Core itself, at the place that it is about to get
 * @param pair.ignoreScheduleIds the Supervisor event's own schedule, if it moves with the Core
 */
export function supervisorPlan(pair: {
  supervisorEvent: EventFacts;
  core: { employeeId: number; workDate: WorkDate };
  people: readonly PersonFacts[];
  planned: readonly PlannedWork[];
  holidays: readonly Holiday[];
  store: StoreRules;
  ignoreScheduleIds?: readonly number[];
}): { startsAt: Instant; person: PersonFacts | null } {
  const { core, planned, store } = pair;
  const startsAt = instantAt(core.workDate, noonOf(store.slots), store.timeZone);
  const hasCore = (person: PersonFacts) =>
    person.id === core.employeeId ||
    planned.some(
      (work) => work.employeeId === person.id && work.type === 'Core' && work.workDate === core.workDate,
    );
  const leads = pair.people.filter((person) => person.role === 'Lead Event Specialist' && hasCore(person));
  const ownFirst = leads.toSorted(
    (a, b) => Number(b.id === core.employeeId) - Number(a.id === core.employeeId),
  );
  const supervisors = pair.people.filter((person) => person.role === 'Club Supervisor');
  const candidates =
    store.noonCheckBy === 'club_supervisor' ? [...supervisors, ...ownFirst] : [...ownFirst, ...supervisors];
  const free = (person: PersonFacts) =>
    evaluate({ ...pair, event: pair.supervisorEvent, person, startsAt }).every(
      (reason) => reason.severity === 'hint',
    );
  return { startsAt, person: candidates.find(free) ?? null };
}

/** Store time, `HH:mm`, at which noon checks are done. */
export const noonOf = (slots: PerType<readonly string[]>): string =>
  slotsFor('Supervisor', slots)[0] ?? '12:00';

/** A line of a plan, as far as it matters for noon checks. */
interface PairedLine {
  eventId: number;
  /** For a noon check: the event of its Core. */
  coreEventId: number | null;
  /** `saved` once it is scheduled. */
  state: string;
  ticked: boolean;
}

/**
 * The lines of a plan that an approval of the chosen ones saves. A noon check goes with its Core: it
 * is saved with a chosen one if it is ticked, and waits while its Core has a line that is neither
 * saved nor chosen.
 */
export function linesToApprove<Line extends PairedLine>(
  lines: readonly Line[],
  isChosen: (line: Line) => boolean,
): Line[] {
  const unsaved = lines.filter(({ state }) => state !== 'saved');
  const goesAlong = ({ ticked, coreEventId }: Line) =>
    ticked && unsaved.some((core) => core.eventId === coreEventId && isChosen(core));
  const chosen = unsaved.filter((line) => isChosen(line) || goesAlong(line));
  const waits = ({ coreEventId }: Line) => {
    const core = lines.find(({ eventId }) => eventId === coreEventId);
    return core !== undefined && core.state !== 'saved' && !chosen.includes(core);
  };
  return chosen.filter((line) => !waits(line));
}
