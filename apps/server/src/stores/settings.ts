import {
  type Db,
  type Executor,
  events,
  holidays,
  onlyRow,
  postgresError,
  refreshRuns,
  schedules,
  stores,
  type Tx,
} from '@scheduler/db';
import { type PlanSettings, planSettingsOf } from '@scheduler/planner';
import {
  DEFAULT_DURATIONS,
  DEFAULT_ROLE_LIMITS,
  EVENT_TYPES,
  type EventType,
  faultOfSlotTimes,
  type NoonCheckOrder,
  type PerType,
  type RoleLimit,
  roleLimitFor,
  rolesFor,
  type SlotTimes,
  type SlotTimesByStart,
  slotsFor,
  slotTimesFor,
  type WorkDate,
} from '@scheduler/scheduling';
import { requestRefresh } from '@scheduler/sync';
import { and, eq, gte, inArray, isNull, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { changesSince, fieldsChanged } from '../core/changes-since.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save, UNIQUE_VIOLATION } from '../core/transaction.ts';
import type { Actor } from '../trpc/context.ts';
import { findStore, todayAt } from './stores.ts';
import type { Settings, Store } from './types.ts';

type StoreRecord = typeof stores.$inferSelect;

/** The store whose settings change, and the version that the user saw. */
export interface SeenStore {
  storeId: number;
  version: number;
}

/** Returns the settings of a store, by default of the first one. */
export async function getSettings(db: Db, query: { storeId?: number | undefined }): Promise<Settings> {
  const store = await findStore(db, query.storeId);
  const [days, upcoming] = await Promise.all([
    db.select().from(holidays).orderBy(holidays.day),
    db.$count(
      schedules,
      and(
        isNull(schedules.endedAt),
        gte(schedules.workDate, todayAt(store.timeZone)),
        inArray(
          schedules.eventId,
          db.select({ id: events.id }).from(events).where(eq(events.storeId, store.id)),
        ),
      ),
    ),
  ]);
  return {
    store,
    types: EVENT_TYPES.map((type) => ({
      type,
      slots: [...slotsFor(type, store.slots)],
      usualSlots: [...slotsFor(type)],
      minutes: store.durations[type] ?? DEFAULT_DURATIONS[type],
      usualMinutes: DEFAULT_DURATIONS[type],
      roles: [...rolesFor(type)],
      roleLimit: roleLimitFor(type, store.roleLimits),
      usualRoleLimit: DEFAULT_ROLE_LIMITS[type],
    })),
    holidays: days,
    upcoming,
  };
}

/**
 * Sets the usual starts, the duration and the role limit of one type of work. Values equal to the
 * product's defaults are not stored, so that they follow the product. A duration applies to new
 * events; existing events keep theirs. Schedules stay unchanged; the board marks those that break
 * the new limit.
 * @param input.roleLimit unchanged if absent
 * @param input.slotTimes lunch and end by start, for printed pages; unchanged if absent
 */
export async function setEventType(
  db: Db,
  actor: Actor,
  input: SeenStore & {
    type: EventType;
    slots: readonly string[];
    minutes: number;
    roleLimit?: RoleLimit | undefined;
    slotTimes?: SlotTimesByStart | undefined;
  },
): Promise<Store> {
  const { type, minutes } = input;
  const slots = [...new Set(input.slots)].sort();
  assertSlotTimes(input.slotTimes ?? {});
  return save(db, async (tx) => {
    const store = await lockStore(tx, input);
    const usual = slots.join() === slotsFor(type).join();
    const roleLimit = input.roleLimit ?? roleLimitFor(type, store.roleLimits);
    return updateStoreRow(tx, actor, store, {
      slots: withType(store.slots, type, usual ? undefined : slots),
      durations: withType(store.durations, type, minutes === DEFAULT_DURATIONS[type] ? undefined : minutes),
      roleLimits: withType(
        store.roleLimits,
        type,
        roleLimit === DEFAULT_ROLE_LIMITS[type] ? undefined : roleLimit,
      ),
      slotTimes: withType(store.slotTimes, type, differingTimes(store, type, slots, input.slotTimes)),
    });
  });
}

/** Lunch and end of the starts that differ from the product's own; undefined if none does. */
function differingTimes(
  store: StoreRecord,
  type: EventType,
  slots: readonly string[],
  input: SlotTimesByStart | undefined,
): SlotTimesByStart | undefined {
  const differing = slots.flatMap((start): [string, SlotTimes][] => {
    const times = input?.[start] ?? slotTimesFor(type, start, store.slotTimes);
    const usual = slotTimesFor(type, start);
    return times.lunchAt === usual.lunchAt && times.endsAt === usual.endsAt ? [] : [[start, times]];
  });
  return differing.length > 0 ? Object.fromEntries(differing) : undefined;
}

function assertSlotTimes(times: SlotTimesByStart): void {
  const fields = Object.entries(times).flatMap(([start, each]) => {
    const fault = faultOfSlotTimes(start, each);
    if (!fault) return [];
    const message =
      fault === 'lunch'
        ? `The lunch of the start at ${start} must be after it.`
        : `The end of the start at ${start} must be after it, and after lunch.`;
    return [{ path: `slotTimes.${start}`, message }];
  });
  const [first] = fields;
  if (first) throw new Refusal(first.message, { code: 'input', fields });
}

/** Sets who is preferred for noon checks. Scheduled noon checks stay unchanged. */
export async function setNoonCheck(
  db: Db,
  actor: Actor,
  input: SeenStore & { noonCheckBy: NoonCheckOrder },
): Promise<Store> {
  return save(db, async (tx) => {
    const store = await lockStore(tx, input);
    return updateStoreRow(tx, actor, store, { noonCheckBy: input.noonCheckBy });
  });
}

function withType<Value>(set: PerType<Value>, type: EventType, value: Value | undefined): PerType<Value> {
  const { [type]: _, ...others } = set;
  return value === undefined ? (others as PerType<Value>) : { ...set, [type]: value };
}

/**
 * Sets a store's name, number and zone. After a change of zone, schedules keep their instants: the
 * same transaction computes their work days anew, and queues a read of Crossmark's list, whose
 * times are local to the store.
 */
export async function setStore(
  db: Db,
  actor: Actor,
  input: SeenStore & { name: string; number: string; timeZone: string },
): Promise<Store> {
  const { name, number, timeZone } = input;
  try {
    return await save(db, async (tx) => {
      if (!(await knowsZone(tx, timeZone))) {
        const message = `There is no time zone “${timeZone}”. Choose one from the list, such as America/Chicago.`;
        throw new Refusal(message, { code: 'input', fields: [{ path: 'timeZone', message }] });
      }
      const store = await lockStore(tx, input);
      const changed = await updateStoreRow(tx, actor, store, { name, number, timeZone });
      if (timeZone !== store.timeZone) await moveZone(tx, actor, changed);
      return changed;
    });
  } catch (error) {
    if (postgresError(error)?.code !== UNIQUE_VIOLATION) throw error;
    const message = `Another store has number ${number}. Check the number.`;
    throw new Refusal(message, { code: 'taken', fields: [{ path: 'number', message }] });
  }
}

async function moveZone(tx: Tx, actor: Actor, store: Store): Promise<void> {
  // Before the table lock, in the order of all requests for a refresh.
  await requestRefresh(tx, { requestedBy: actor.id });
  // A running refresh interprets Crossmark's times in the old zone. None starts until this
  // transaction ends.
  await tx.execute(sql`lock table refresh_runs in share row exclusive mode`);
  const running = await tx.$count(refreshRuns, eq(refreshRuns.state, 'running'));
  if (running > 0) {
    throw new Refusal(
      'Crossmark’s list is being read just now, by the old zone. Wait until the refresh is done, then save again.',
      { code: 'not_allowed' },
    );
  }
  // Postgres and the rest of the product use the same IANA zones.
  await tx.execute(sql`
    update schedules set work_date = (starts_at at time zone ${store.timeZone})::date
    from events
    where events.id = schedules.event_id and events.store_id = ${store.id}
      and work_date is distinct from (starts_at at time zone ${store.timeZone})::date`);
}

/** Whether Postgres and the runtime both accept this exact zone name. */
async function knowsZone(db: Executor, timeZone: string): Promise<boolean> {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    return false;
  }
  const [zone] = await db.execute(sql`select from pg_timezone_names where name = ${timeZone} limit 1`);
  return zone !== undefined && !/^(posix|right)\//.test(timeZone);
}

/** Adds a holiday: once, or every year. */
export async function addHoliday(
  db: Db,
  actor: Actor,
  input: { day: WorkDate; name: string; yearly: boolean },
): Promise<{ holidayId: number }> {
  return save(db, async (tx) => {
    // Additions wait for each other, so that no day becomes a holiday twice.
    await tx.execute(sql`lock table holidays in share row exclusive mode`);
    const rows = await tx.select().from(holidays);
    const same = rows.find((holiday) =>
      holiday.yearly && input.yearly
        ? holiday.day.slice(5) === input.day.slice(5)
        : holiday.day === input.day,
    );
    if (same) {
      const message = `${same.name} is on that day already. Remove it first, or choose another day.`;
      throw new Refusal(message, { code: 'taken', fields: [{ path: 'day', message }] });
    }
    const made = onlyRow(await tx.insert(holidays).values(input).returning());
    await audit(tx, actor, [
      { action: 'holiday.add', subjectType: 'holiday', subjectId: made.id, after: { ...input } },
    ]);
    return { holidayId: made.id };
  });
}

/** Removes a holiday. */
export async function removeHoliday(
  db: Db,
  actor: Actor,
  input: { holidayId: number },
): Promise<{ holidayId: number }> {
  return save(db, async (tx) => {
    const [gone] = await tx.delete(holidays).where(eq(holidays.id, input.holidayId)).returning();
    if (!gone) throw notFound('holiday', input.holidayId);
    const { id, ...before } = gone;
    await audit(tx, actor, [{ action: 'holiday.remove', subjectType: 'holiday', subjectId: id, before }]);
    return { holidayId: id };
  });
}

/**
 * Locks a store and checks the version of its settings. Scheduling in the store and this lock wait
 * for each other.
 */
export async function lockStore(tx: Tx, seen: SeenStore): Promise<StoreRecord> {
  const [store] = await tx.select().from(stores).where(eq(stores.id, seen.storeId)).for('no key update');
  if (!store) throw notFound('store', seen.storeId);
  if (store.version === seen.version) return store;
  const subject = { type: 'store' as const, id: store.id, version: seen.version };
  const changes = await changesSince(tx, subject, (before, after) =>
    fieldsChanged(FIELD_WORDS, before, after),
  );
  const said = changes.map((one) => `${one.by} ${one.what}`).join('; ');
  throw new Refusal(
    `The settings of ${store.name} were changed after you opened them: ${said}. Nothing of yours was saved; look again and repeat your change if it still fits.`,
    { code: 'stale', changes, currentVersion: store.version },
  );
}

const FIELD_WORDS = {
  name: 'the name',
  number: 'the number',
  timeZone: 'the time zone',
  slots: 'the usual starts',
  slotTimes: 'lunches and ends',
  durations: 'the durations',
  roleLimits: 'who may do which work',
  noonCheckBy: 'who does noon checks',
  planning: 'how plans are made',
};

/**
 * Changes a locked store, raises its version and adds the audit entry. Does nothing if no setting
 * differs.
 */
export async function updateStoreRow(
  tx: Tx,
  actor: Actor,
  store: StoreRecord,
  values: Partial<Pick<StoreRecord, keyof typeof FIELD_WORDS | 'nightPlannedOn'>>,
): Promise<StoreRecord> {
  const before = inWords(store);
  const after = inWords({ ...store, ...values });
  if (JSON.stringify(before) === JSON.stringify(after)) return store;
  const changed = onlyRow(
    await tx
      .update(stores)
      .set({ ...values, version: store.version + 1 })
      .where(eq(stores.id, store.id))
      .returning(),
  );
  await audit(tx, actor, [
    {
      action: 'store.settings',
      subjectType: 'store',
      subjectId: store.id,
      before: { ...before, version: store.version },
      after: { ...after, version: changed.version },
    },
  ]);
  return changed;
}

/** Settings in the form of the audit log, for people to read. */
function inWords(store: StoreRecord): Record<string, string> {
  const { name, number, timeZone, slots, slotTimes, durations, roleLimits } = store;
  const list = (set: PerType<unknown>) =>
    EVENT_TYPES.filter((type) => set[type] !== undefined)
      .map((type) => `${type} ${set[type]}`)
      .join('; ') || 'as usual';
  const limits = mapTypes(roleLimits, (limit) => LIMIT_WORDS[limit]);
  return {
    name,
    number,
    timeZone,
    slots: list(slots),
    slotTimes: list(mapTypes(slotTimes, slotTimesInWords)),
    durations: list(durations),
    roleLimits: list(limits),
    noonCheckBy: NOON_CHECK_WORDS[store.noonCheckBy],
    planning: planningInWords(planSettingsOf(store.planning)),
  };
}

const mapTypes = <Value, Result>(set: PerType<Value>, convert: (value: Value) => Result): PerType<Result> =>
  Object.fromEntries(Object.entries(set).map(([type, value]) => [type, convert(value)]));

const slotTimesInWords = (times: SlotTimesByStart): string =>
  Object.entries(times)
    .map(
      ([start, { lunchAt, endsAt }]) => `${start} lunch ${lunchAt ?? 'none'}, end ${endsAt ?? 'by duration'}`,
    )
    .join(', ');

function planningInWords(settings: PlanSettings): string {
  const { types, horizonDays, earliestInDays, allow, afterImport, nightlyAt } = settings;
  return [
    types === null ? 'all types' : types.join(', '),
    `${horizonDays} days from ${earliestInDays} days ahead on`,
    ...(allow.length > 0 ? [`may break ${allow.join(', ').replaceAll('_', ' ')}`] : []),
    ...(afterImport ? ['after an import'] : []),
    ...(nightlyAt === null ? [] : [`nightly at ${nightlyAt}`]),
  ].join('; ');
}

const LIMIT_WORDS: Record<RoleLimit, string> = {
  hard: 'by its roles alone',
  soft: 'by others with a reason',
};

const NOON_CHECK_WORDS: Record<NoonCheckOrder, string> = {
  lead_with_core: 'a Lead with a Core that day first',
  club_supervisor: 'the Club Supervisor first',
};
