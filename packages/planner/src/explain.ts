import {
  type EventFacts,
  formatDay,
  labelOf,
  type PersonFacts,
  type PlannedWork,
  type WorkDate,
} from '@scheduler/scheduling';
import { byJudgedScore, byScore, difference, type JudgedScore, scoreOf, why } from './costs.ts';
import { plannedOf, type ScheduledWork } from './input.ts';
import type { OpenLine, RepairSteps, RunnerUp } from './proposal.ts';
import { hours, type Judged, type Obstacle, type Roster } from './roster.ts';
import { judgeLine, type Settled } from './settle.ts';
import { daysWithin, outsideWindow, type Tasks } from './tasks.ts';

/** Why a line has its person and day, and who is second. */
interface Explained {
  why: string;
  runnerUp: RunnerUp | null;
}

/**
 * Returns the reason for a line, and the runner-up with its cost, with all other work as on the
 * roster.
 * @param isCovered whether the line is scheduled work that can't stay as it is
 */
export function explainLine(roster: Roster, line: Settled, isCovered = false): Explained {
  const { event, person, day, coreEventId } = line;
  const chosen = { ...scoreOf(roster, event, person, day), judged: judgeLine(roster, line) };
  const within = daysWithin(roster.days, event);
  if (coreEventId !== null) {
    const because = `${person.name} ${chosen.fit.because}; a noon check is done on the day of its Core.`;
    return { why: because, runnerUp: null };
  }
  const people = [...roster.people.values()].filter((other) => other.id !== person.id);
  const best =
    bestOf(
      roster,
      event,
      people.map((other) => ({ person: other, day })),
    ) ??
    bestOf(
      roster,
      event,
      within.filter((other) => other !== day).map((other) => ({ person, day: other })),
    );
  const because = isCovered ? whyCovered(chosen, line) : why(chosen);
  return { why: because, runnerUp: best && runnerUp(roster, event, chosen, best) };
}

/** Returns the reason for a line of work that can't stay as it is scheduled. */
function whyCovered({ fit, minutes }: JudgedScore, { person, day, from }: Settled): string {
  const who = person.id === from?.employeeId ? `${person.name} keeps it` : `${person.name} ${fit.because}`;
  const when =
    from?.workDate === day
      ? 'It keeps its day and time.'
      : `${formatDay(day)}, for it can’t be done on ${formatDay(from?.workDate ?? day)}.`;
  return `${who}, and has ${hours(minutes)} with it. ${when}`;
}

/** Returns the best of some people and days that the rules allow; null if they allow none. */
function bestOf(
  roster: Roster,
  event: EventFacts,
  cells: readonly { person: PersonFacts; day: WorkDate }[],
): JudgedScore | null {
  const scores = cells
    .filter(({ person, day }) => !roster.isOut(event, person, day))
    .map(({ person, day }) => scoreOf(roster, event, person, day))
    .sort(byScore);
  let best: JudgedScore | null = null;
  for (const score of scores) {
    const scored = { ...score, judged: roster.judgeDay(event, score.person, score.day) };
    if (scored.judged.obstacles.length > 0) continue;
    if (!best || byJudgedScore(scored, best) < 0) best = scored;
    // Later candidates are not better, unless this one breaks a rule.
    if (best.judged.overrides.length === 0) return best;
  }
  return best;
}

/**
 * Returns the runner-up. A plan weighs all its work at once, so somebody may do a single line better;
 * if it gives them other work, that is said.
 */
function runnerUp(roster: Roster, event: EventFacts, chosen: JudgedScore, best: JudgedScore): RunnerUp {
  const { person, day, judged } = best;
  const isBetter = person.id !== chosen.person.id && byJudgedScore(best, chosen) < 0;
  const isNeeded = isBetter && roster.workOf(person.id).some((work) => isProposed(work, event));
  const but = isNeeded ? ', but the plan has other work for them' : '';
  return {
    employeeId: person.id,
    day,
    startsAt: judged.startsAt,
    cost: `${person.name} ${difference(chosen, best)}${but}.`,
  };
}

/** Whether work is proposed by a plan, for another event: it has no schedule yet. */
const isProposed = ({ scheduleId, eventId }: PlannedWork, { id }: EventFacts): boolean =>
  scheduleId < 0 && eventId !== id;

/** Obstacles that one other work of the same day can cause. */
const BLOCKED_BY_WORK: readonly string[] = ['second_core', 'core_on_juicer_day', 'long_overlap'];
/** Obstacles that a person may overrule with a reason. */
const SOFT: readonly string[] = [
  'role',
  'pattern_unavailable',
  'range_unavailable',
  'club_supervisor_on_core',
  'seventh_day',
];

/** Returns why an event stays open, and the cheapest change that would make a place for it. */
export function explainOpen(
  roster: Roster,
  tasks: Tasks,
  event: EventFacts,
  lines: readonly Settled[],
): OpenLine {
  const left = tasks.leftOut.find((each) => each.event.id === event.id);
  if (left) return openWith(event, [left.obstacle]);
  const days = daysWithin(roster.days, event);
  if (days.length === 0) return openWith(event, [outsideWindow(event, roster.input.days)]);
  if (event.type === 'Supervisor') return openCheck(roster, tasks, event, lines);
  const cells = days.flatMap((day) =>
    [...roster.people.values()].map((person) => ({
      person,
      day,
      judged: roster.judgeDay(event, person, day),
    })),
  );
  const obstacles = obstaclesInWords(event, cells, days);
  const repair = repairOf(roster, event, cells, lines);
  return {
    eventId: event.id,
    obstacles,
    repair: repair?.text ?? null,
    ...(repair && { steps: repair.steps }),
  };
}

const openWith = (event: EventFacts, obstacles: Obstacle[]): OpenLine => ({
  eventId: event.id,
  obstacles: obstacles.map(({ code, message }) => ({ code, message, people: [] })),
  repair: null,
});

function openCheck(roster: Roster, tasks: Tasks, check: EventFacts, lines: readonly Settled[]): OpenLine {
  const standing = tasks.standingCores.find((each) => each.check.id === check.id);
  const coreId = [...tasks.checkOf].find(([, each]) => each.id === check.id)?.[0];
  const core = lines.find((line) => line.event.id === coreId);
  const day = standing?.day ?? core?.day;
  if (day === undefined) {
    return openWith(check, [
      { code: 'needs_core', message: `${labelOf(check)} is done on the day of its Core, which stays open.` },
    ]);
  }
  const message = `On ${formatDay(day)}, the day of its Core, no Lead with a Core and no Club Supervisor can do ${labelOf(check)}.`;
  const within = roster.days.includes(day) && check.startsOn <= day && day < check.dueOn;
  return openWith(check, [
    within
      ? { code: 'needs_core', message }
      : {
          code: 'window',
          message: `${labelOf(check)} can’t be worked on ${formatDay(day)}, the day of its Core.`,
        },
  ]);
}

/**
 * Returns a sentence for each kind of reason that excludes people and days from an event, the most
 * frequent first.
 */
export function obstaclesInWords(
  event: EventFacts,
  cells: readonly { person: PersonFacts; day: WorkDate; judged: Judged }[],
  days: readonly WorkDate[],
): OpenLine['obstacles'] {
  const first = cells.flatMap(({ person, day, judged }) =>
    judged.obstacles.slice(0, 1).map((obstacle) => ({ person, day, obstacle })),
  );
  return [...Map.groupBy(first, ({ obstacle }) => obstacle.code)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([code, group]) => {
      const people = [...new Set(group.map(({ person }) => person))];
      const [only] = group;
      const message =
        group.length === 1 && only ? only.obstacle.message : sentence(code, event, people, group, days);
      return { code, message, people: people.map(({ id }) => id) };
    });
}

/** Returns one sentence for all people and days that the same kind of reason excludes. */
function sentence(
  code: Obstacle['code'],
  event: EventFacts,
  people: readonly PersonFacts[],
  cells: readonly { person: PersonFacts; day: WorkDate }[],
  days: readonly WorkDate[],
): string {
  const onAll = cells.length === people.length * days.length;
  const when = daysInWords([...new Set(cells.map(({ day }) => day))], onAll ? days.length : 0);
  const [one, many] = excludes(code, event);
  const isDayless = code === 'role' || code === 'unlinked' || code === 'not_schedulable';
  return `${namesOf(people)} ${people.length === 1 ? one : many}${isDayless ? '' : ` ${when}`}.`;
}

/** Returns the text of a kind of reason for one person and for several. */
function excludes(code: Obstacle['code'], event: EventFacts): [one: string, many: string] {
  if (code === 'core_on_juicer_day') {
    const what = event.type === 'Core' ? 'Juicer work' : 'a Core';
    return [`has ${what}`, `have ${what}`];
  }
  return EXCLUDES[code] ?? ['can’t do it', 'can’t do it'];
}

const EXCLUDES: Partial<Record<Obstacle['code'], [one: string, many: string]>> = {
  role: ['has another role', 'have another role'],
  retired: ['has left', 'have left'],
  unlinked: ['has no RepID', 'have no RepID'],
  time_off: ['has time off', 'have time off'],
  holiday: ['can’t work, for the store is closed,', 'can’t work, for the store is closed,'],
  date_unavailable: ['is blocked', 'are blocked'],
  second_core: ['has a Core', 'have a Core'],
  long_overlap: ['has other long work', 'have other long work'],
  pattern_unavailable: ['is unavailable by the weekly pattern', 'are unavailable by their weekly patterns'],
  range_unavailable: ['is unavailable', 'are unavailable'],
  club_supervisor_on_core: ['does Cores only when nobody else can', 'do Cores only when nobody else can'],
  seventh_day: ['would work all seven days of the week', 'would work all seven days of the week'],
  week_minutes: ['would have too many hours in the week', 'would have too many hours in the week'],
  not_schedulable: ['can’t be booked for it', 'can’t be booked for it'],
};

const NAMES_AT_MOST = 4;

function namesOf(people: readonly PersonFacts[]): string {
  const names = people.map(({ name }) => name);
  if (names.length === 1) return names[0] ?? '';
  if (names.length <= NAMES_AT_MOST) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${names.slice(0, NAMES_AT_MOST - 1).join(', ')} and ${names.length - NAMES_AT_MOST + 1} others`;
}

function daysInWords(days: readonly WorkDate[], all: number): string {
  if (all > 1) return 'on every day of its window';
  const names = days.toSorted().map(formatDay);
  if (names.length <= NAMES_AT_MOST) return `on ${names.join(', ')}`;
  return `on ${names.length} of its days`;
}

interface Repair {
  cost: number;
  text: string;
  steps: RepairSteps;
}

/**
 * Returns the cheapest change that would free a place: moving one work of a person, or overriding a
 * soft rule.
 */
function repairOf(
  roster: Roster,
  event: EventFacts,
  cells: readonly { person: PersonFacts; day: WorkDate; judged: Judged }[],
  lines: readonly Settled[],
): Repair | null {
  let best: Repair | null = null;
  const offer = (repair: Repair | null) => {
    if (repair && (!best || repair.cost < best.cost)) best = repair;
  };
  for (const { person, day, judged } of cells) {
    const codes = new Set(judged.obstacles.map(({ code }) => code));
    if ([...codes].every((code) => BLOCKED_BY_WORK.includes(code))) {
      offer(freeBySwap(roster, event, person, day, lines));
    } else if (codes.size === 1 && [...codes].every((code) => SOFT.includes(code))) {
      const [obstacle] = judged.obstacles;
      // A hard limit of roles can't be overridden. Its sentence offers no reason.
      if (!obstacle?.message.includes('with a reason')) continue;
      offer({
        cost: 3,
        text: `Free for ${person.name} on ${formatDay(day)} with a reason: ${obstacle.message}`,
        steps: { place: { employeeId: person.id, day }, move: null },
      });
    }
    if ((best as Repair | null)?.cost === 0) break;
  }
  return best;
}

function freeBySwap(
  roster: Roster,
  event: EventFacts,
  person: PersonFacts,
  day: WorkDate,
  lines: readonly Settled[],
): Repair | null {
  const blocking = blockers(roster, person, day, lines);
  const [blocker] = blocking;
  if (!blocker || blocking.length > 1) return null;
  const work = plannedOf(blocker);
  roster.remove(work);
  try {
    const freed = roster.judgeDay(event, person, day);
    if (freed.obstacles.length > 0) return null;
    const placed = roster.place(event, person.id, freed.startsAt);
    try {
      return elsewhere(roster, blocker, person, day);
    } finally {
      roster.remove(placed);
    }
  } finally {
    roster.add(work);
  }
}

/**
 * Returns the long or Juicer work of a person on a day that may be moved: proposed work, or live
 * work that has not begun.
 */
function blockers(
  roster: Roster,
  person: PersonFacts,
  day: WorkDate,
  lines: readonly Settled[],
): ScheduledWork[] {
  const proposed = lines.filter((line) => line.person.id === person.id && line.day === day);
  const live = roster.input.scheduled.filter(
    (each) => each.employeeId === person.id && each.workDate === day && day > roster.input.today,
  );
  return [
    ...proposed.map(({ event, startsAt }) => ({
      scheduleId: -event.id,
      event,
      employeeId: person.id,
      startsAt,
      workDate: day,
      endsAt: roster.endOf(event, startsAt),
    })),
    ...live.filter(({ event }) => roster.workOf(person.id).some((work) => work.eventId === event.id)),
  ].filter(({ event }) => event.type === 'Core' || event.type === 'Juicer Production');
}

/** Returns another place for a work: another person on its day, otherwise another of its days. */
function elsewhere(
  roster: Roster,
  { event }: ScheduledWork,
  person: PersonFacts,
  day: WorkDate,
): Repair | null {
  const name = `${person.name}’s ${labelOf(event)} on ${formatDay(day)}`;
  const steps = (employeeId: number, toDay: WorkDate): RepairSteps => ({
    place: { employeeId: person.id, day },
    move: { eventId: event.id, employeeId, day: toDay },
  });
  for (const other of roster.people.values()) {
    if (other.id === person.id || roster.judgeDay(event, other, day).obstacles.length > 0) continue;
    return { cost: 0, text: `Free if ${name} goes to ${other.name}.`, steps: steps(other.id, day) };
  }
  // Cover of a sick call plans today, too; the work of others is not moved to a day that has begun.
  const otherDays = daysWithin(roster.days, event).filter(
    (each) => each !== day && each > roster.input.today,
  );
  for (const otherDay of otherDays) {
    if (roster.judgeDay(event, person, otherDay).obstacles.length > 0) continue;
    const text = `Free if ${name} moves to ${formatDay(otherDay)}.`;
    return { cost: 1, text, steps: steps(person.id, otherDay) };
  }
  for (const otherDay of otherDays) {
    for (const other of roster.people.values()) {
      if (roster.judgeDay(event, other, otherDay).obstacles.length > 0) continue;
      const text = `Free if ${name} goes to ${other.name} on ${formatDay(otherDay)}.`;
      return { cost: 2, text, steps: steps(other.id, otherDay) };
    }
  }
  return null;
}
