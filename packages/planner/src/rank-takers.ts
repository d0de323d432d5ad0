import type { Role } from '@scheduler/scheduling';
import { fitWithDay, type JudgedScore } from './costs.ts';
import { type PlanInput, plannedOf, type ScheduledWork } from './input.ts';
import { personScoreOf, rosterFor } from './rank.ts';
import { hours, type Roster } from './roster.ts';

/** A person who could take over several schedules. */
export interface TakerSuggestion {
  employeeId: number;
  name: string;
  role: Role;
  /** The number of schedules that no rule forbids this person to take over. */
  takes: number;
  /** The reason for the rank, shown after the person's name. */
  because: string;
}

/**
 * Ranks people who could take over schedules at their times: by the number that each person can
 * take, then by fit, then by their minutes in the week. A person's own schedules don't count.
 * @param roles the roles of the people to rank
 */
export function rankTakers(
  input: PlanInput,
  works: readonly ScheduledWork[],
  roles: readonly Role[],
): TakerSuggestion[] {
  const roster = rosterFor(input);
  return input.people
    .filter(({ role }) => roles.includes(role))
    .map((person) => {
      const others = works.filter(({ employeeId }) => employeeId !== person.id);
      const able = others
        .map((work) => ({ work, score: scoreAt(roster, work, person) }))
        .filter(({ score }) => score.judged.obstacles.length + score.judged.overrides.length === 0);
      const cost = able.reduce((sum, { score }) => sum + fitWithDay(score), 0);
      const added = able.reduce((sum, { work }) => sum + work.event.durationMinutes, 0);
      const [first] = works;
      const minutes = first ? roster.minutesInWeek(person.id, first.workDate) + added : 0;
      return { person, able, total: others.length, cost, minutes };
    })
    .filter(({ total }) => total > 0)
    .sort(
      (a, b) =>
        b.able.length - a.able.length ||
        a.cost - b.cost ||
        a.minutes - b.minutes ||
        a.person.id - b.person.id,
    )
    .map(({ person, able, total, minutes }) => ({
      employeeId: person.id,
      name: person.name,
      role: person.role,
      takes: able.length,
      because: [
        able.length === total
          ? `can take ${total === 1 ? 'it' : `all ${total}`}`
          : `can take ${able.length} of ${total}`,
        ...(able[0] ? [able[0].score.fit.because] : []),
        `${hours(minutes)} that week with it`,
      ].join(', '),
    }));
}

function scoreAt(roster: Roster, work: ScheduledWork, person: JudgedScore['person']): JudgedScore {
  const { event, startsAt, workDate } = work;
  const planned = plannedOf(work);
  roster.remove(planned);
  const judged = roster.evaluate(event, person, startsAt, work.windowEndsOn ?? undefined);
  const score = { ...personScoreOf(roster, event, person, workDate), judged };
  roster.add(planned);
  return score;
}
