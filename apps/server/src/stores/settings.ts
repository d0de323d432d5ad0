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
import {
  DEFAULT_DURATIONS,
  DEFAULT_ROLE_LIMITS,
  EVENT_TYPES,
  type EventType,
  type NoonCheckOrder,
  type PerType,
  type RoleLimit,
  roleLimitFor,
  rolesFor,
  slotsFor,
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

/** Which store's settings are changed, and which version of them was seen. */
interface Seen {
  storeId: number;
  version: number;
}

/** The settings of a store, of the first one where none is named. */
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
 * Sets the usual starts, the duration and how firm the limit of roles is of one kind of work; what is as usual isn't kept, so
 * that it follows the product. Durations count for events that come from now on: those that are there keep theirs. Schedules
 * stay as they are; the board marks those that the new limit speaks against.
 * @param input.roleLimit left as it is where none is given
 */
export async function setEventType(
  db: Db,
  actor: Actor,
  input: Seen & {
    type: EventType;
    slots: readonly string[];
    minutes: number;
    roleLimit?: RoleLimit | undefined;
  },
): Promise<Store> {
  const { type, minutes } = input;
  const slots = [...new Set(input.slots)].sort();
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
    });
  });
}

/** Sets who is asked first to do noon checks. Those that are scheduled stay as they are. */
export async function setNoonCheck(
  db: Db,
  actor: Actor,
  input: Seen & { noonCheckBy: NoonCheckOrder },
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
 * Sets a store's name, number and zone. In another zone schedules keep their instants: work days are made anew from
 * them in the same transaction, and Crossmark's list, which tells times on the store's clocks, is read again.
 */
export async function setStore(
  db: Db,
  actor: Actor,
  input: Seen & { name: string; number: string; timeZone: string },
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
  // Before the table is locked, as everybody who asks for a refresh does.
  await requestRefresh(tx, { requestedBy: actor.id });
  // A reading under way takes Crossmark's times for those of the old zone. None begins until this transaction ends.
  await tx.execute(sql`lock table refresh_runs in share row exclusive mode`);
  const running = await tx.$count(refreshRuns, eq(refreshRuns.state, 'running'));
  if (running > 0) {
    throw new Refusal(
      'Crossmark’s list is being read just now, by the old zone. Wait until the refresh is done, then save again.',
      { code: 'not_allowed' },
    );
  }
  // Postgres and the rest of the product know the same zones: both go by the IANA database.
  await tx.execute(sql`
    update schedules set work_date = (starts_at at time zone ${store.timeZone})::date
    from events
    where events.id = schedules.event_id and events.store_id = ${store.id}
      and work_date is distinct from (starts_at at time zone ${store.timeZone})::date`);
}

/** Whether Postgres and the rest of the product both know a zone by this very name. */
async function knowsZone(db: Executor, timeZone: string): Promise<boolean> {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    return false;
  }
  const [zone] = await db.execute(sql`select from pg_timezone_names where name = ${timeZone} limit 1`);
  return zone !== undefined && !/^(posix|right)\//.test(timeZone);
}

/** Adds a day on which nobody works: once, or every year. */
export async function addHoliday(
  db: Db,
  actor: Actor,
  input: { day: WorkDate; name: string; yearly: boolean },
): Promise<{ holidayId: number }> {
  return save(db, async (tx) => {
    // Two that fall on one day: whoever adds waits for whoever is at it.
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

/** Makes a holiday a day like others. */
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

/** Locks a store, and checks that nobody changed its settings since. Whoever plans there waits or is waited for. */
async function lockStore(tx: Tx, seen: Seen): Promise<StoreRecord> {
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
  durations: 'the durations',
  roleLimits: 'who may do which work',
  noonCheckBy: 'who does noon checks',
};

async function updateStoreRow(
  tx: Tx,
  actor: Actor,
  store: StoreRecord,
  values: Partial<Pick<StoreRecord, keyof typeof FIELD_WORDS>>,
): Promise<Store> {
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

/** Settings as the audit log keeps them, for people to read. */
function inWords(store: StoreRecord): Record<string, string> {
  const { name, number, timeZone, slots, durations, roleLimits } = store;
  const list = (set: PerType<unknown>) =>
    EVENT_TYPES.filter((type) => set[type] !== undefined)
      .map((type) => `${type} ${set[type]}`)
      .join('; ') || 'as usual';
  const limits = Object.fromEntries(
    Object.entries(roleLimits).map(([type, limit]) => [type, LIMIT_WORDS[limit]]),
  );
  return {
    name,
    number,
    timeZone,
    slots: list(slots),
    durations: list(durations),
    roleLimits: list(limits),
    noonCheckBy: NOON_CHECK_WORDS[store.noonCheckBy],
  };
}

const LIMIT_WORDS: Record<RoleLimit, string> = {
  hard: 'by its roles alone',
  soft: 'by others with a reason',
};

const NOON_CHECK_WORDS: Record<NoonCheckOrder, string> = {
  lead_with_core: 'a Lead with a Core that day first',
  club_supervisor: 'the Club Supervisor first',
};
