import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { CLOSED_CONDITIONS, CONDITIONS, type Condition } from '@scheduler/scheduling';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Settings } from './settings.ts';

const digits = z.string().regex(/^\d{1,12}$/, 'is not an id of digits');
const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => Temporal.Instant.from(text).toString({ fractionalSecondDigits: 3 }));
const day = z.iso.date();
const zone = z.string().refine((name) => {
  try {
    return Boolean(Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name));
  } catch {
    return false;
  }
}, 'is not a time zone');

const storeSchema = z.object({ storeId: digits, name: z.string(), timeZone: zone });
const repSchema = z.object({
  repId: digits,
  employeeNumber: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  role: z.string().nullish(),
  timeZone: zone.nullish(),
});
const planSchema = z.object({
  mplanId: digits,
  storeId: digits,
  name: z.string().min(1),
  startsOn: day,
  dueOn: day,
  condition: z.enum(CONDITIONS).optional(),
  instructionsUrl: z.string().nullish(),
  /** Not there for any call, with its bookings kept, until it comes back with false. */
  gone: z.boolean().optional(),
  /** Fields of this plan's list row that are shown differently from what is: the list's quirks. */
  row: z.record(z.string(), z.unknown()).optional(),
});
const bookingSchema = z.object({
  bookingId: digits.optional(),
  mplanId: digits,
  storeId: digits,
  /** Null with a `repName`: booked for somebody the rep list doesn't know. */
  repId: z.string().nullable(),
  repName: z.string().optional(),
  startsAt: instant,
  endsAt: instant,
  /** Left out: now. */
  createdAt: instant.optional(),
  lastEditedAt: instant.optional(),
});
const bookingChangeSchema = bookingSchema
  .pick({ repId: true, repName: true, startsAt: true, endsAt: true })
  .partial();
const userSchema = z.object({ userId: z.string().min(1), password: z.string().min(1).optional() });
const pendingWorkSchema = z.object({
  bookingId: digits,
  mplanId: digits,
  storeId: digits,
  repId: digits,
  expiresOn: day,
  /** Left out: now. */
  createdAt: instant.optional(),
});

/** What `PUT /__sim/state` takes: instants as ISO UTC, days as YYYY-MM-DD. What is left out becomes empty. */
const worldSchema = z.object({
  stores: z.array(storeSchema).default([]),
  reps: z.array(repSchema).default([]),
  plans: z.array(planSchema).default([]),
  bookings: z.array(bookingSchema).default([]),
  /** Left out, or a user without a password: as before. */
  users: z.array(userSchema).optional(),
  pendingWork: z.array(pendingWorkSchema).default([]),
  nextBookingId: z.number().int().positive().optional(),
});
export type WorldInput = z.input<typeof worldSchema>;
export const inputs = {
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
  /** When its id was given; an edit of the booking leaves it as it is. */
  createdAt: string;
  lastEditedAt: string;
};
export type PendingWork = z.output<typeof pendingWorkSchema> & { createdAt: string };

/** All there is at the simulated Crossmark, for tests to compare. Passwords are left out. */
export type SimulatorState = {
  stores: Store[];
  reps: SimulatedRep[];
  plans: Plan[];
  /** By id. Several of one plan and store are doubles. */
  bookings: SimulatedBooking[];
  users: { userId: string }[];
  pendingWork: PendingWork[];
  nextBookingId: number;
};

/** What the list of events is made of: the world as it is, or as a copy that lags behind has it. */
export type View = {
  plans(): Plan[];
  /** A plan in every store where it runs. */
  plansOf(mplanId: string): Plan[];
  /** An event's bookings, oldest first. */
  bookingsOf(plan: Plan): SimulatedBooking[];
  shownCondition(plan: Plan): Condition;
};

/** An event as it was before a change of it. */
type Past = { version: number; plan: Plan | undefined; bookings: SimulatedBooking[] };
/** Changes kept of each event, and in all, for copies that lag behind. */
const PAST_OF_EVENT = 50;
const CHANGES_KEPT = 10_000;

/** Something that can't be: the message says what and why. */
export class WorldError extends Error {
  override readonly name = 'WorldError';
}

/** A fresh simulator knows nobody but this user. */
export const DEMO_USER = { userId: 'demo.dispatcher', password: 'demo-crossmark-password' };
const FIRST_BOOKING_ID = 50_000_001;

const present = () => currentInstant();

/** A booking with its times of creation and of the last edit; now, where it has none yet. */
function stamped(booking: z.output<typeof bookingSchema> & { bookingId: string }): SimulatedBooking {
  const createdAt = booking.createdAt ?? present();
  return { ...booking, createdAt, lastEditedAt: booking.lastEditedAt ?? createdAt };
}

export const keyOf = (event: { mplanId: string; storeId: string }) => `${event.mplanId}_${event.storeId}`;

/** The simulated Crossmark's data. With a file, every change is in it before the method that made it returns. */
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
  let booked = new Map<string, SimulatedBooking[]>();
  /** Conditions that still show as they were, until a time in epoch milliseconds. */
  const lagging = new Map<string, { condition: Condition; untilMs: number }>();

  let past = new Map<string, Past[]>();
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

  function changed() {
    version += 1;
    changes.push({ version, atMs: currentTimeMs() });
    if (changes.length > CHANGES_KEPT) changes = changes.slice(-CHANGES_KEPT / 2);
    if (!file) return;
    const kept = { ...state(), users: [...users].map(([userId, password]) => ({ userId, password })) };
    const written = `${file}.${process.pid}.tmp`;
    writeFileSync(written, JSON.stringify(kept));
    renameSync(written, file);
  }

  /** Keeps an event as it is, before the next change of it. */
  function remember(event: { mplanId: string; storeId: string }) {
    const key = keyOf(event);
    const plan = plans.get(key);
    const bookings = (booked.get(key) ?? []).map((booking) => ({ ...booking }));
    const entry = { version: version + 1, plan: plan && { ...plan }, bookings };
    past.set(key, [...(past.get(key) ?? []), entry].slice(-PAST_OF_EVENT));
  }

  /** The world as it was after change number `asOf`. */
  function viewAsOf(asOf: number): View {
    const then = (key: string) => past.get(key)?.find((entry) => entry.version > asOf);
    const planAt = (key: string): Plan[] => {
      const plan = then(key) ? then(key)?.plan : plans.get(key);
      return plan && !plan.gone ? [plan] : [];
    };
    return {
      plans: () => [...new Set([...plans.keys(), ...past.keys()])].flatMap(planAt),
      plansOf: (mplanId) => [...stores.keys()].flatMap((storeId) => planAt(keyOf({ mplanId, storeId }))),
      bookingsOf: (plan) => then(keyOf(plan))?.bookings ?? booked.get(keyOf(plan)) ?? [],
      shownCondition: (plan) => (then(keyOf(plan)) ? plan.condition : shownCondition(plan)),
    };
  }

  const there = (key: string): Plan[] => {
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
    booked.set(key, [...(booked.get(key) ?? []), booking]);
  }

  function remove(booking: SimulatedBooking) {
    bookings.delete(booking.bookingId);
    const key = keyOf(booking);
    booked.set(
      key,
      (booked.get(key) ?? []).filter((other) => other !== booking),
    );
  }

  /** The booking that a second one of the same plan and store edits; undefined where it makes one of its own. */
  function editedBySecond(plan: Plan): SimulatedBooking | undefined {
    const { secondBooking, reissueKeepsId } = settings();
    const last = booked.get(keyOf(plan))?.at(-1);
    if (secondBooking !== 'inPlace' || !last) return undefined;
    const isReopened = pendingWork.some(({ bookingId }) => bookingId === last.bookingId);
    return isReopened && !reissueKeepsId ? undefined : last;
  }

  function edit(booking: SimulatedBooking, to: z.output<typeof bookingChangeSchema>) {
    if (to.repId !== undefined) booking.repId = to.repId;
    if ('repName' in to) booking.repName = to.repName;
    booking.startsAt = to.startsAt ?? booking.startsAt;
    booking.endsAt = to.endsAt ?? booking.endsAt;
    booking.lastEditedAt = present();
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

  /** Replaces everything. Throws a ZodError or {@link WorldError} naming what is wrong, and then changes nothing. */
  function load(input: unknown) {
    const given = worldSchema.parse(input);
    const nextUsers = given.users
      ? new Map(
          given.users.map(({ userId, password = users.get(userId) }) => {
            if (!password) throw new WorldError(`user ${userId} has no password`);
            return [userId, password] as const;
          }),
        )
      : users;
    const nextStores = new Map(given.stores.map((store) => [store.storeId, store]));
    const nextBookedKeys = new Set(given.bookings.map(keyOf));
    const nextPlans = new Map<string, Plan>();
    for (const plan of given.plans) {
      if (!nextStores.has(plan.storeId)) {
        throw new WorldError(
          `plan ${plan.mplanId} is in store ${plan.storeId}, which is not among the stores`,
        );
      }
      if (nextPlans.has(keyOf(plan))) throw new WorldError(`plan ${keyOf(plan)} comes twice`);
      const condition = plan.condition ?? (nextBookedKeys.has(keyOf(plan)) ? 'Scheduled' : 'Unstaffed');
      nextPlans.set(keyOf(plan), { ...plan, condition });
    }
    const ids = given.bookings.map((booking) => Number(booking.bookingId ?? 0));
    let next = Math.max(FIRST_BOOKING_ID, given.nextBookingId ?? 0, ...ids.map((id) => id + 1));
    const nextBookings = given.bookings.map((booking) => {
      if (!nextPlans.has(keyOf(booking)))
        throw new WorldError(`a booking names plan ${keyOf(booking)}, which is not there`);
      return stamped({ ...booking, bookingId: booking.bookingId ?? String(next++) });
    });
    if (new Set(nextBookings.map((booking) => booking.bookingId)).size < nextBookings.length) {
      throw new WorldError('two bookings have the same id');
    }
    users = nextUsers;
    stores = nextStores;
    reps = new Map(given.reps.map((rep) => [rep.repId, rep]));
    plans = nextPlans;
    bookings = new Map();
    booked = new Map();
    for (const booking of nextBookings) add(booking);
    pendingWork = given.pendingWork.map((work) => ({ ...work, createdAt: work.createdAt ?? present() }));
    nextBookingId = next;
    lagging.clear();
    past = new Map();
    changes = [];
    changed();
  }

  if (file) {
    mkdirSync(dirname(file), { recursive: true });
    let kept: string | undefined;
    try {
      kept = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (kept !== undefined) load(JSON.parse(kept));
    else changed();
  }

  return {
    state,
    load,
    nameOf,
    shownCondition,
    /** Moves on with every change; null while conditions change by themselves. */
    version() {
      for (const [key, lag] of lagging) if (lag.untilMs <= currentTimeMs()) lagging.delete(key);
      return lagging.size > 0 ? null : version;
    },
    knowsUser: (userId: string, password: string) => users.get(userId) === password,
    plan: (mplanId: string, storeId: string): Plan | undefined => there(keyOf({ mplanId, storeId }))[0],
    plans: () => [...plans.keys()].flatMap(there),
    /** A plan in every store where it runs. */
    plansOf: (mplanId: string) => [...stores.keys()].flatMap((storeId) => there(keyOf({ mplanId, storeId }))),
    /** The number of the latest change; `agoMs`: of the latest one so long ago. */
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
    /** An event's bookings, oldest first. */
    bookingsOf: (plan: Plan) => booked.get(keyOf(plan)) ?? [],

    /** Books an event. An earlier booking is edited, goes or stays as `secondBooking` and `reissueKeepsId` say. */
    book(wanted: z.output<typeof bookingSchema>, keepCondition = false): SimulatedBooking {
      const [plan] = there(keyOf(wanted));
      if (!plan) throw new WorldError(`There is no plan ${wanted.mplanId} in store ${wanted.storeId}.`);
      if (CLOSED_CONDITIONS.includes(plan.condition)) {
        throw new WorldError(`Plan ${wanted.mplanId} is ${plan.condition} and cannot be scheduled.`);
      }
      if (wanted.endsAt <= wanted.startsAt) throw new WorldError('The end is not after the start.');
      if (wanted.bookingId && bookings.has(wanted.bookingId))
        throw new WorldError(`Booking ${wanted.bookingId} exists already.`);
      remember(plan);
      const edited = editedBySecond(plan);
      if (edited) {
        if (wanted.bookingId)
          throw new WorldError(`Plan ${wanted.mplanId} is booked: its booking keeps its id.`);
        edit(edited, { ...wanted, repName: wanted.repName });
      } else if (settings().secondBooking === 'replace') {
        for (const earlier of booked.get(keyOf(plan)) ?? []) remove(earlier);
      }
      const booking =
        edited ?? stamped({ ...wanted, bookingId: wanted.bookingId ?? String(nextBookingId++) });
      nextBookingId = Math.max(nextBookingId, Number(booking.bookingId) + 1);
      if (!edited) add(booking);
      if (!keepCondition && plan.condition !== 'Reissued') setCondition(plan, 'Scheduled');
      changed();
      return booking;
    },

    /** Removes a booking; false where there is none. The event returns to Unstaffed with its last one. */
    unbook(bookingId: string): SimulatedBooking | undefined {
      const booking = bookings.get(bookingId);
      if (!booking) return undefined;
      remember(booking);
      remove(booking);
      const plan = plans.get(keyOf(booking));
      if (plan && (booked.get(keyOf(plan)) ?? []).length === 0) setCondition(plan, 'Unstaffed');
      changed();
      return booking;
    },

    /** Changes a booking's person or time in place, its id staying: what a person on Crossmark's site may do. */
    moveBooking(bookingId: string, to: z.output<typeof bookingChangeSchema>) {
      const booking = bookings.get(bookingId);
      if (!booking) throw new WorldError(`There is no booking ${bookingId}.`);
      remember(booking);
      edit(booking, to);
      changed();
      return booking;
    },

    reissue(work: Omit<PendingWork, 'createdAt'>) {
      const [plan] = there(keyOf(work));
      if (!plan) throw new WorldError(`There is no plan ${work.mplanId} in store ${work.storeId}.`);
      remember(plan);
      pendingWork = [...pendingWork, { ...work, createdAt: present() }];
      setCondition(plan, 'Reissued');
      changed();
    },

    /** Adds plans or changes those of the same id and store. */
    putPlans(given: z.output<typeof planSchema>[]) {
      for (const plan of given) {
        if (!stores.has(plan.storeId)) throw new WorldError(`There is no store ${plan.storeId}.`);
      }
      for (const plan of given) {
        remember(plan);
        const held = plans.get(keyOf(plan));
        const condition = plan.condition ?? held?.condition ?? 'Unstaffed';
        plans.set(keyOf(plan), { ...held, ...plan, condition });
        lagging.delete(keyOf(plan));
      }
      changed();
    },

    /** Takes an event off the list, its bookings with it; false where there is none. */
    removePlan(mplanId: string, storeId: string): boolean {
      const key = keyOf({ mplanId, storeId });
      remember({ mplanId, storeId });
      for (const booking of booked.get(key) ?? []) remove(booking);
      const existed = plans.delete(key);
      changed();
      return existed;
    },

    putReps(given: SimulatedRep[]) {
      for (const rep of given) reps.set(rep.repId, rep);
      changed();
    },

    /** Takes a person off the rep list; their bookings stay. */
    removeRep(repId: string): boolean {
      const existed = reps.delete(repId);
      changed();
      return existed;
    },
  };
}

export type World = ReturnType<typeof createWorld>;
