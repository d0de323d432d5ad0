import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { CLOSED_CONDITIONS, CONDITIONS, type Condition } from '@scheduler/scheduling';
import { z } from 'zod';
import type { Settings } from './settings.ts';

const idSchema = z.string().regex(/^\d{1,12}$/, 'is not an id of digits');
const instantSchema = z.iso
  .datetime({ offset: true })
  .transform((text) => Temporal.Instant.from(text).toString({ fractionalSecondDigits: 3 }));
const daySchema = z.iso.date();
const zoneSchema = z.string().refine((name) => {
  try {
    return Boolean(Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name));
  } catch {
    return false;
  }
}, 'is not a time zone');

const storeSchema = z.object({ storeId: idSchema, name: z.string(), timeZone: zoneSchema });
const repSchema = z.object({
  repId: idSchema,
  employeeNumber: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  role: z.string().nullish(),
  timeZone: zoneSchema.nullish(),
});
const planSchema = z.object({
  mplanId: idSchema,
  storeId: idSchema,
  name: z.string().min(1),
  startsOn: daySchema,
  dueOn: daySchema,
  condition: z.enum(CONDITIONS).optional(),
  instructionsUrl: z.string().nullish(),
  /** Hidden from every call, with its bookings kept, until it is set to false. */
  gone: z.boolean().optional(),
  /** Fields that replace those of this plan's row in the list, to simulate odd rows. */
  row: z.record(z.string(), z.unknown()).optional(),
});
const bookingSchema = z.object({
  bookingId: idSchema.optional(),
  mplanId: idSchema,
  storeId: idSchema,
  /** Null for a person who is not in the rep list; `repName` is then their name. */
  repId: z.string().nullable(),
  repName: z.string().optional(),
  startsAt: instantSchema,
  endsAt: instantSchema,
  /** Now by default. */
  createdAt: instantSchema.optional(),
  lastEditedAt: instantSchema.optional(),
});
const bookingChangeSchema = bookingSchema
  .pick({ repId: true, repName: true, startsAt: true, endsAt: true })
  .partial();
const userSchema = z.object({ userId: z.string().min(1), password: z.string().min(1).optional() });
const pendingWorkSchema = z.object({
  bookingId: idSchema,
  mplanId: idSchema,
  storeId: idSchema,
  repId: idSchema,
  expiresOn: daySchema,
  /** Now by default. */
  createdAt: instantSchema.optional(),
});

/**
 * The body of `PUT /__sim/state`: instants in ISO UTC, days as YYYY-MM-DD. A missing list is empty.
 */
const worldSchema = z.object({
  stores: z.array(storeSchema).default([]),
  reps: z.array(repSchema).default([]),
  plans: z.array(planSchema).default([]),
  bookings: z.array(bookingSchema).default([]),
  /** Unchanged if missing. A user without a password keeps the old one. */
  users: z.array(userSchema).optional(),
  pendingWork: z.array(pendingWorkSchema).default([]),
  nextBookingId: z.number().int().positive().optional(),
});
export type WorldInput = z.input<typeof worldSchema>;
export const inputs = {
  store: storeSchema,
  plan: planSchema,
  rep: repSchema,
  booking: bookingSchema,
  bookingChange: bookingChangeSchema,
};

export type Store = z.output<typeof storeSchema>;
export type SimulatedRep = z.output<typeof repSchema>;
export type Plan = z.output<typeof planSchema> & { condition: Condition };
export type SimulatedBooking = z.output<typeof bookingSchema> & {
  bookingId: string;
  /** When the booking got its id; an edit does not change it. */
  createdAt: string;
  lastEditedAt: string;
};
export type PendingWork = z.output<typeof pendingWorkSchema> & { createdAt: string };

/** The simulated Crossmark's data, without passwords, for tests to compare. */
export type SimulatorState = {
  stores: Store[];
  reps: SimulatedRep[];
  plans: Plan[];
  /** Sorted by id. A plan and store with several bookings is booked twice. */
  bookings: SimulatedBooking[];
  users: { userId: string }[];
  pendingWork: PendingWork[];
  nextBookingId: number;
};

/** The source of a list of events: the current world, or a stale copy of it. */
export type View = {
  plans(): Plan[];
  /** Returns a plan in every store where it runs. */
  plansOf(mplanId: string): Plan[];
  /** Returns an event's bookings, oldest first. */
  bookingsOf(plan: Plan): SimulatedBooking[];
  shownCondition(plan: Plan): Condition;
};

/** An event as it was before a change. */
type PastEvent = { version: number; plan: Plan | undefined; bookings: SimulatedBooking[] };
/** Changes kept per event, and in total, for stale copies. */
const MAX_EVENT_HISTORY = 50;
const MAX_CHANGES = 10_000;

/** A change that is not possible; the message says what and why. */
export class WorldError extends Error {
  override readonly name = 'WorldError';
}

/** The only user of a new simulator. */
export const DEMO_USER = { userId: 'demo.dispatcher', password: 'demo-crossmark-password' };
const FIRST_BOOKING_ID = 50_000_001;

/** Adds the current time as the time of creation and of the last edit to a booking without them. */
function withTimestamps(booking: z.output<typeof bookingSchema> & { bookingId: string }): SimulatedBooking {
  const createdAt = booking.createdAt ?? currentInstant();
  return { ...booking, createdAt, lastEditedAt: booking.lastEditedAt ?? createdAt };
}

export const keyOf = (event: { mplanId: string; storeId: string }) => `${event.mplanId}_${event.storeId}`;

/**
 * The simulated Crossmark's data. With a file, a change is saved in it before its method returns.
 */
export function createWorld(settings: () => Settings, file?: string) {
  let stores = new Map<string, Store>();
  let reps = new Map<string, SimulatedRep>();
  let plans = new Map<string, Plan>();
  let bookings = new Map<string, SimulatedBooking>();
  let users = new Map([[DEMO_USER.userId, DEMO_USER.password]]);
  let pendingWork: PendingWork[] = [];
  let nextBookingId = FIRST_BOOKING_ID;
  let version = 0;
  /** Bookings by event, oldest first. */
  let bookingsByEvent = new Map<string, SimulatedBooking[]>();
  /** Old conditions that are still shown, each until a time in epoch milliseconds. */
  const lagging = new Map<string, { condition: Condition; untilMs: number }>();

  let history = new Map<string, PastEvent[]>();
  /** When the world changed, oldest first, in epoch milliseconds. */
  let changes: { version: number; atMs: number }[] = [];

  const state = (): SimulatorState => ({
    stores: [...stores.values()],
    reps: [...reps.values()],
    plans: [...plans.values()],
    bookings: [...bookings.values()].sort((a, b) => Number(a.bookingId) - Number(b.bookingId)),
    users: [...users.keys()].map((userId) => ({ userId })),
    pendingWork,
    nextBookingId,
  });

  /** Counts a change and saves the world. */
  function commitChange() {
    version += 1;
    changes.push({ version, atMs: currentTimeMs() });
    if (changes.length > MAX_CHANGES) changes = changes.slice(-MAX_CHANGES / 2);
    if (!file) return;
    const saved = { ...state(), users: [...users].map(([userId, password]) => ({ userId, password })) };
    const temporaryFile = `${file}.${process.pid}.tmp`;
    writeFileSync(temporaryFile, JSON.stringify(saved));
    renameSync(temporaryFile, file);
  }

  /** Records an event's current state before the next change of it. */
  function recordHistory(event: { mplanId: string; storeId: string }) {
    const key = keyOf(event);
    const plan = plans.get(key);
    const bookings = (bookingsByEvent.get(key) ?? []).map((booking) => ({ ...booking }));
    const entry = { version: version + 1, plan: plan && { ...plan }, bookings };
    history.set(key, [...(history.get(key) ?? []), entry].slice(-MAX_EVENT_HISTORY));
  }

  /** Returns the world as it was after change number `asOf`. */
  function viewAsOf(asOf: number): View {
    const pastEvent = (key: string) => history.get(key)?.find((entry) => entry.version > asOf);
    const planAt = (key: string): Plan[] => {
      const plan = pastEvent(key) ? pastEvent(key)?.plan : plans.get(key);
      return plan && !plan.gone ? [plan] : [];
    };
    return {
      plans: () => [...new Set([...plans.keys(), ...history.keys()])].flatMap(planAt),
      plansOf: (mplanId) => [...stores.keys()].flatMap((storeId) => planAt(keyOf({ mplanId, storeId }))),
      bookingsOf: (plan) => pastEvent(keyOf(plan))?.bookings ?? bookingsByEvent.get(keyOf(plan)) ?? [],
      shownCondition: (plan) => (pastEvent(keyOf(plan)) ? plan.condition : shownCondition(plan)),
    };
  }

  /** The plan with this key, unless it is hidden. */
  const existingPlan = (key: string): Plan[] => {
    const plan = plans.get(key);
    return plan && !plan.gone ? [plan] : [];
  };

  const nameOf = (booking: SimulatedBooking): string => {
    const rep = booking.repId ? reps.get(booking.repId) : undefined;
    return booking.repName ?? (rep ? `${rep.firstName} ${rep.lastName}` : '');
  };

  function add(booking: SimulatedBooking) {
    bookings.set(booking.bookingId, booking);
    const key = keyOf(booking);
    bookingsByEvent.set(key, [...(bookingsByEvent.get(key) ?? []), booking]);
  }

  function remove(booking: SimulatedBooking) {
    bookings.delete(booking.bookingId);
    const key = keyOf(booking);
    bookingsByEvent.set(
      key,
      (bookingsByEvent.get(key) ?? []).filter((other) => other !== booking),
    );
  }

  /**
   * The booking that a second booking of the same event edits. Undefined if the second booking is
   * made beside the first.
   */
  function bookingToEdit(plan: Plan): SimulatedBooking | undefined {
    const { secondBooking, reissueKeepsId } = settings();
    const last = bookingsByEvent.get(keyOf(plan))?.at(-1);
    if (secondBooking !== 'inPlace' || !last) return undefined;
    const isReopened = pendingWork.some(({ bookingId }) => bookingId === last.bookingId);
    return isReopened && !reissueKeepsId ? undefined : last;
  }

  function edit(booking: SimulatedBooking, to: z.output<typeof bookingChangeSchema>) {
    if (to.repId !== undefined) booking.repId = to.repId;
    if ('repName' in to) booking.repName = to.repName;
    booking.startsAt = to.startsAt ?? booking.startsAt;
    booking.endsAt = to.endsAt ?? booking.endsAt;
    booking.lastEditedAt = currentInstant();
  }

  function setCondition(plan: Plan, condition: Condition) {
    if (plan.condition === condition) return;
    const lagMs = settings().conditionLagMs;
    if (lagMs > 0)
      lagging.set(keyOf(plan), { condition: shownCondition(plan), untilMs: currentTimeMs() + lagMs });
    plan.condition = condition;
  }

  function shownCondition(plan: Plan): Condition {
    const lag = lagging.get(keyOf(plan));
    return lag && lag.untilMs > currentTimeMs() ? lag.condition : plan.condition;
  }

  /**
   * Replaces the whole world. Throws a ZodError or {@link WorldError} for invalid input and changes
   * nothing.
   */
  function load(input: unknown) {
    const world = worldSchema.parse(input);
    const nextUsers = world.users
      ? new Map(
          world.users.map(({ userId, password = users.get(userId) }) => {
            if (!password) throw new WorldError(`user ${userId} has no password`);
            return [userId, password] as const;
          }),
        )
      : users;
    const nextStores = new Map(world.stores.map((store) => [store.storeId, store]));
    const nextBookedKeys = new Set(world.bookings.map(keyOf));
    const nextPlans = new Map<string, Plan>();
    for (const plan of world.plans) {
      if (!nextStores.has(plan.storeId)) {
        throw new WorldError(
          `plan ${plan.mplanId} is in store ${plan.storeId}, which is not among the stores`,
        );
      }
      if (nextPlans.has(keyOf(plan))) throw new WorldError(`plan ${keyOf(plan)} comes twice`);
      const condition = plan.condition ?? (nextBookedKeys.has(keyOf(plan)) ? 'Scheduled' : 'Unstaffed');
      nextPlans.set(keyOf(plan), { ...plan, condition });
    }
    const ids = world.bookings.map((booking) => Number(booking.bookingId ?? 0));
    let next = Math.max(FIRST_BOOKING_ID, world.nextBookingId ?? 0, ...ids.map((id) => id + 1));
    const nextBookings = world.bookings.map((booking) => {
      if (!nextPlans.has(keyOf(booking)))
        throw new WorldError(`a booking names plan ${keyOf(booking)}, which does not exist`);
      return withTimestamps({ ...booking, bookingId: booking.bookingId ?? String(next++) });
    });
    if (new Set(nextBookings.map((booking) => booking.bookingId)).size < nextBookings.length) {
      throw new WorldError('two bookings have the same id');
    }
    users = nextUsers;
    stores = nextStores;
    reps = new Map(world.reps.map((rep) => [rep.repId, rep]));
    plans = nextPlans;
    bookings = new Map();
    bookingsByEvent = new Map();
    for (const booking of nextBookings) add(booking);
    pendingWork = world.pendingWork.map((work) => ({
      ...work,
      createdAt: work.createdAt ?? currentInstant(),
    }));
    nextBookingId = next;
    lagging.clear();
    history = new Map();
    changes = [];
    commitChange();
  }

  if (file) {
    mkdirSync(dirname(file), { recursive: true });
    let saved: string | undefined;
    try {
      saved = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (saved !== undefined) load(JSON.parse(saved));
    else commitChange();
  }

  return {
    state,
    load,
    nameOf,
    shownCondition,
    /**
     * Returns a number that grows with every change. Returns null while an old condition is still
     * shown, because the world will then change without a write.
     */
    version() {
      for (const [key, lag] of lagging) if (lag.untilMs <= currentTimeMs()) lagging.delete(key);
      return lagging.size > 0 ? null : version;
    },
    knowsUser: (userId: string, password: string) => users.get(userId) === password,
    plan: (mplanId: string, storeId: string): Plan | undefined =>
      existingPlan(keyOf({ mplanId, storeId }))[0],
    plans: () => [...plans.keys()].flatMap(existingPlan),
    /** Returns a plan in every store where it runs. */
    plansOf: (mplanId: string) =>
      [...stores.keys()].flatMap((storeId) => existingPlan(keyOf({ mplanId, storeId }))),
    /** The number of the latest change, or of the latest change that is at least `agoMs` old. */
    changeNumber(agoMs = 0): number {
      if (agoMs === 0) return version;
      const untilMs = currentTimeMs() - agoMs;
      return changes.findLast(({ atMs }) => atMs <= untilMs)?.version ?? (changes[0]?.version ?? version) - 1;
    },
    viewAsOf,
    reps: () => [...reps.values()],
    rep: (repId: string) => reps.get(repId),
    store: (storeId: string) => stores.get(storeId),
    booking: (bookingId: string) => bookings.get(bookingId),
    /** Returns an event's bookings, oldest first. */
    bookingsOf: (plan: Plan) => bookingsByEvent.get(keyOf(plan)) ?? [],

    /**
     * Books an event. `secondBooking` and `reissueKeepsId` decide what happens to an earlier
     * booking.
     */
    book(request: z.output<typeof bookingSchema>, keepCondition = false): SimulatedBooking {
      const [plan] = existingPlan(keyOf(request));
      if (!plan) throw new WorldError(`There is no plan ${request.mplanId} in store ${request.storeId}.`);
      if (CLOSED_CONDITIONS.includes(plan.condition)) {
        throw new WorldError(`Plan ${request.mplanId} is ${plan.condition} and cannot be scheduled.`);
      }
      if (request.endsAt <= request.startsAt) throw new WorldError('The end is not after the start.');
      if (request.bookingId && bookings.has(request.bookingId))
        throw new WorldError(`Booking ${request.bookingId} exists already.`);
      recordHistory(plan);
      const edited = bookingToEdit(plan);
      if (edited) {
        if (request.bookingId)
          throw new WorldError(`Plan ${request.mplanId} is booked: its booking keeps its id.`);
        edit(edited, { ...request, repName: request.repName });
      } else if (settings().secondBooking === 'replace') {
        for (const earlier of bookingsByEvent.get(keyOf(plan)) ?? []) remove(earlier);
      }
      const booking =
        edited ?? withTimestamps({ ...request, bookingId: request.bookingId ?? String(nextBookingId++) });
      nextBookingId = Math.max(nextBookingId, Number(booking.bookingId) + 1);
      if (!edited) add(booking);
      if (!keepCondition && plan.condition !== 'Reissued') setCondition(plan, 'Scheduled');
      commitChange();
      return booking;
    },

    /**
     * Removes and returns a booking, if it exists. Without bookings the event returns to Unstaffed.
     */
    unbook(bookingId: string): SimulatedBooking | undefined {
      const booking = bookings.get(bookingId);
      if (!booking) return undefined;
      recordHistory(booking);
      remove(booking);
      const plan = plans.get(keyOf(booking));
      if (plan && (bookingsByEvent.get(keyOf(plan)) ?? []).length === 0) setCondition(plan, 'Unstaffed');
      commitChange();
      return booking;
    },

    /** Changes a booking's person or time and keeps its id, as a person on Crossmark's site can. */
    moveBooking(bookingId: string, to: z.output<typeof bookingChangeSchema>) {
      const booking = bookings.get(bookingId);
      if (!booking) throw new WorldError(`There is no booking ${bookingId}.`);
      recordHistory(booking);
      edit(booking, to);
      commitChange();
      return booking;
    },

    reissue(work: Omit<PendingWork, 'createdAt'>) {
      const [plan] = existingPlan(keyOf(work));
      if (!plan) throw new WorldError(`There is no plan ${work.mplanId} in store ${work.storeId}.`);
      recordHistory(plan);
      pendingWork = [...pendingWork, { ...work, createdAt: currentInstant() }];
      setCondition(plan, 'Reissued');
      commitChange();
    },

    /** Adds plans, or changes the plans of the same id and store. */
    putPlans(newPlans: z.output<typeof planSchema>[]) {
      for (const plan of newPlans) {
        if (!stores.has(plan.storeId)) throw new WorldError(`There is no store ${plan.storeId}.`);
      }
      for (const plan of newPlans) {
        recordHistory(plan);
        const existing = plans.get(keyOf(plan));
        const condition = plan.condition ?? existing?.condition ?? 'Unstaffed';
        plans.set(keyOf(plan), { ...existing, ...plan, condition });
        lagging.delete(keyOf(plan));
      }
      commitChange();
    },

    /** Removes an event and its bookings; returns false if it does not exist. */
    removePlan(mplanId: string, storeId: string): boolean {
      const key = keyOf({ mplanId, storeId });
      recordHistory({ mplanId, storeId });
      for (const booking of bookingsByEvent.get(key) ?? []) remove(booking);
      const existed = plans.delete(key);
      commitChange();
      return existed;
    },

    /** Adds stores, or changes the name and the zone of those with the same id. Bookings keep their instants. */
    putStores(newStores: Store[]) {
      for (const store of newStores) stores.set(store.storeId, store);
      commitChange();
    },

    putReps(newReps: SimulatedRep[]) {
      for (const rep of newReps) reps.set(rep.repId, rep);
      commitChange();
    },

    /** Removes a person from the rep list; their bookings stay. */
    removeRep(repId: string): boolean {
      const existed = reps.delete(repId);
      commitChange();
      return existed;
    },
  };
}

export type World = ReturnType<typeof createWorld>;
