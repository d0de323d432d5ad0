import { OVERDUE_SECONDS } from '@scheduler/sync';
import type { Facts } from './overview.ts';
import type { Trend } from './trend.ts';
import { REFRESH_LATE_MS } from './verdict.ts';

/** A condition that people should know about, and since when it holds or when it last held. */
export interface Alert {
  name: string;
  isFiring: boolean;
  /**
   * If the alert is firing, when it began. If it is quiet, when it last fired; null if that is not
   * known.
   */
  at: string | null;
}

/** The conditions to be told of, from what is now and from when the workers' levels were raised. */
export function alertsOf(facts: Facts, trend: Pick<Trend, 'raisedAt'> | null): Alert[] {
  const now = Date.parse(facts.at);
  const raised = (level: string) => trend?.raisedAt[level] ?? null;
  const isOlder = (at: string | null, ms: number) => at !== null && now - Date.parse(at) > ms;
  const alive = facts.workers.filter((worker) => worker.alive);
  const person = facts.states.filter(
    ({ state, count }) => count > 0 && (state === 'failed' || state === 'conflict'),
  );
  const { last, question } = facts.refresh;
  const isLate = isOlder(last?.finishedAt ?? null, REFRESH_LATE_MS);
  const earliest = (moments: (string | null)[]) =>
    moments.filter((moment) => moment !== null).sort()[0] ?? null;
  const latest = (moments: (string | null)[]) =>
    moments
      .filter((moment) => moment !== null)
      .sort()
      .at(-1) ?? null;
  const alert = (name: string, isFiring: boolean, since: string | null, lastAt: string | null): Alert => ({
    name,
    isFiring,
    at: isFiring ? since : lastAt,
  });
  return [
    alert(
      `Oldest change over ${OVERDUE_SECONDS / 60} min`,
      isOlder(facts.oldest, OVERDUE_SECONDS * 1000),
      facts.oldest,
      raised('overdue'),
    ),
    alert(
      'Changes that need a person',
      person.length > 0,
      earliest(person.map(({ since }) => since)),
      latest([raised('dead'), raised('conflicts')]),
    ),
    alert(
      'Calls to Crossmark held back',
      facts.crossmark.state === 'unreachable',
      facts.crossmark.since,
      raised('held'),
    ),
    alert(
      'Refresh failed, late or undecided',
      last?.state === 'failed' || question !== null || isLate,
      question?.askedAt ?? last?.finishedAt ?? null,
      null,
    ),
    alert('No worker alive', alive.length === 0, facts.workers[0]?.seenAt ?? null, null),
  ];
}
