import { type AlertName, findAlerts, OVERDUE_SECONDS } from '@scheduler/sync';
import type { Facts } from './overview.ts';
import type { Trend } from './trend.ts';

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

/** How the page calls each alert, and the workers' levels that tell when it last fired. */
export const SHOWN: Record<AlertName, { name: string; levels: string[] }> = {
  'oldest-change': { name: `Change on its way over ${OVERDUE_SECONDS / 60} min`, levels: ['overdue'] },
  'needs-a-person': { name: 'Changes that need a person', levels: ['dead', 'conflicts'] },
  'calls-held-back': { name: 'Calls to Crossmark held back', levels: ['held'] },
  refresh: { name: 'Refresh failed, late or undecided', levels: [] },
  'no-worker': { name: 'No worker alive', levels: [] },
};

/** The conditions to be told of, from what is now and from when the workers' levels were raised. */
export function alertsOf(facts: Facts, trend: Pick<Trend, 'raisedAt'> | null): Alert[] {
  const firing = findAlerts(facts);
  return Object.entries(SHOWN).map(([id, { name, levels }]) => {
    const began = firing.get(id as AlertName);
    const raised = levels.flatMap((level) => trend?.raisedAt[level] ?? []);
    const isFiring = began !== undefined;
    return { name, isFiring, at: (isFiring ? began : raised.sort().at(-1)) ?? null };
  });
}
