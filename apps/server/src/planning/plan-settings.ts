import type { Db } from '@scheduler/db';
import { type PlanSettings, planSettingsOf, planSettingsToKeep } from '@scheduler/planner';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, timeOf } from '@scheduler/scheduling';
import { save } from '../core/transaction.ts';
import { lockStore, type SeenStore, updateStoreRow } from '../stores/settings.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import type { PlanSettingsView } from './types.ts';

/** Returns a store's settings of plans, by default those of the first store. */
export async function getPlanSettings(
  db: Db,
  query: { storeId?: number | undefined },
): Promise<PlanSettingsView> {
  const store = await findStore(db, query.storeId);
  return { storeId: store.id, version: store.version, settings: planSettingsOf(store.planning) };
}

/**
 * Changes a store's settings of plans. A nightly plan that is turned on, or gets another time, is
 * first made at the next occurrence of that time.
 */
export async function setPlanSettings(
  db: Db,
  actor: Actor,
  input: SeenStore & { settings: PlanSettings },
): Promise<PlanSettingsView> {
  const { settings } = input;
  return save(db, async (tx) => {
    const store = await lockStore(tx, input);
    const before = planSettingsOf(store.planning);
    const { nightlyAt } = settings;
    const isPast = nightlyAt !== null && timeOf(currentInstant(), store.timeZone) >= nightlyAt;
    const changed = await updateStoreRow(tx, actor, store, {
      planning: { ...planSettingsToKeep(settings) },
      ...(nightlyAt !== before.nightlyAt && {
        nightPlannedOn: addDays(todayAt(store.timeZone), isPast ? 0 : -1),
      }),
    });
    return { storeId: store.id, version: changed.version, settings: planSettingsOf(changed.planning) };
  });
}
