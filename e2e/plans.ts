import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, weekStart, workDateOf } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { waitFor } from '@scheduler/scripts/process';
import type { Stack } from './stack.ts';

/**
 * The number of weeks to a week after all windows of the demo, in which only a test's own events
 * are scheduled or due.
 */
const WEEKS_AHEAD = 7;

/** A week of the demo's club without any events except the test's own. */
export interface EmptyWeek {
  api: Api;
  timeZone: string;
  sunday: string;
  /** Adds plans to Crossmark's list and refreshes. Returns the event of each. */
  list(
    drafts: { name: string; startsOn: string; dueOn: string }[],
  ): Promise<{ eventId: number; mplanId: string }[]>;
  /** Returns people of a role who are available all week and have a RepID. */
  peopleAs(role: string): Promise<{ id: number; name: string; repId: string }[]>;
}

/** Finds that week, and signs in to the API as the dispatcher. */
export async function emptyWeek(stack: Stack): Promise<EmptyWeek> {
  const api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
  const [store] = await api.stores.list.query();
  if (!store) throw new Error('There is no store.');
  const { timeZone } = store;
  const sunday = addDays(weekStart(workDateOf(currentInstant(), timeZone)), 7 * WEEKS_AHEAD);
  let next = 79_000_001;
  return {
    api,
    timeZone,
    sunday,
    async list(drafts) {
      const plans = drafts.map((draft) => ({
        ...draft,
        mplanId: String(next++),
        storeId: store.crossmarkStoreId,
        condition: 'Unstaffed',
      }));
      const answer = await fetch(`${stack.infrastructure.simulatorUrl}/__sim/plans`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(plans),
      });
      if (!answer.ok) throw new Error(`The plans were refused: ${await answer.text()}`);
      const { runId } = await api.sync.refreshNow.mutate();
      await waitFor('The refresh', async () => (await api.sync.refreshRun.query({ runId })).state === 'done');
      return Promise.all(
        plans.map(async ({ mplanId }) => {
          const { rows } = await api.events.list.query({ text: mplanId });
          const eventId = rows[0]?.event.eventId;
          if (eventId === undefined) throw new Error(`Plan ${mplanId} was not read in.`);
          return { eventId, mplanId };
        }),
      );
    },
    async peopleAs(role) {
      const { people } = await api.board.week.query({ weekOf: sunday });
      const free = people.filter((person) => person.role === role && person.off.length === 0);
      return free.flatMap(({ id, name, repId }) => (repId ? [{ id, name, repId }] : []));
    },
  };
}
