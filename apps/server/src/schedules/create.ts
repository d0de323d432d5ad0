import { type Db, isConnectionLost, memoizeByDb, postgresError, type Tx } from '@scheduler/db';
import { createBatcher, currentOrigin } from '@scheduler/runtime';
import type { Instant } from '@scheduler/scheduling';
import type { SQL } from 'drizzle-orm';
import { Refusal } from '../core/errors.ts';
import { savedNothing, saveInTwo } from '../core/transaction.ts';
import type { Actor } from '../trpc/context.ts';
import { type Attribution, openPlan, type Plan } from './plan-transaction.ts';
import { asRefusal } from './refuse-duplicate.ts';
import type { CreatedRow, Saved } from './types.ts';

interface NewSchedule {
  eventId: number;
  employeeId: number;
  startsAt: Instant;
  withSupervisor: boolean;
  overrideReason?: string | undefined;
}

/** A request for a new schedule. */
interface CreateRequest {
  doer: Attribution;
  input: NewSchedule;
}

/** Largest batch, so that few creates wait for each other's locks. */
const MAX_BATCH_SIZE = 50;

/** Longest a blocked batch delays the next one. */
const MAX_BATCH_WAIT_MS = 100;

/** Batches at the same time: while one waits for the disk, others are planned and read. */
const MAX_BATCHES_RUNNING = 3;

/**
 * The fewest schedules in a batch beside another one. One or two in a batch cost more of the processor than is gained by not
 * waiting: with three, eight people save 1.3 times as much (docs/performance.md).
 */
const FEWEST_BESIDE_A_BATCH = 3;

/**
 * Most batches under way at all. Each has a connection, and those that wait for a lock, such as a large import's, must leave
 * some of the server's for everybody else.
 */
const MAX_BATCHES_UNFINISHED = 8;

/** Saves concurrent requests together, see {@link createTogether}. */
const creatingIn = memoizeByDb((db) =>
  createBatcher((requests: readonly CreateRequest[]) => createTogether(db, requests), {
    maxSize: MAX_BATCH_SIZE,
    maxWaitMs: MAX_BATCH_WAIT_MS,
    maxRunning: MAX_BATCHES_RUNNING,
    maxUnfinished: MAX_BATCHES_UNFINISHED,
    leastBeside: FEWEST_BESIDE_A_BATCH,
  }),
);

/**
 * Schedules an event for a person. With `withSupervisor`, it also schedules the open Supervisor
 * event of a Core if somebody can do it. Throws a {@link Refusal} if a rule forbids it or the event
 * is already scheduled.
 */
export async function createSchedule(db: Db, actor: Actor, input: NewSchedule): Promise<Saved> {
  // The transaction starts outside of the request's context, so the request id is stored here.
  return creatingIn(db)({ doer: { actor, origin: currentOrigin() }, input });
}

/**
 * Saves the schedules of several people in one transaction. If it certainly saved nothing, each is retried alone, so that one
 * bad request does not fail the others.
 */
async function createTogether(db: Db, requests: readonly CreateRequest[]): Promise<Promise<Saved>[]> {
  try {
    const made = await saveInTwo(db, (tx) => createEach(tx, requests));
    return made.map((one) => (one instanceof Refusal ? Promise.reject<Saved>(one) : Promise.resolve(one)));
  } catch (error) {
    if (requests.length === 1 || !savedNothing(error) || isNobodysFault(error)) throw asRefusal(error);
    return requests.map(async (one) => (await createTogether(db, [one]))[0] as Promise<Saved>);
  }
}

/** Postgres ended a statement that took too long, or that a person ended. */
const QUERY_CANCELED = '57014';
/** The class of a full disk, too little memory and too many connections. */
const INSUFFICIENT_RESOURCES = '53';

/**
 * Whether every request would fail as well if it were tried alone: the wait for a lock was too long, Postgres is short of
 * something, or the connection ended.
 */
function isNobodysFault(error: unknown): boolean {
  const code = postgresError(error)?.code;
  return code === QUERY_CANCELED || code?.startsWith(INSUFFICIENT_RESOURCES) || isConnectionLost(error);
}

/**
 * Schedules several events in one transaction, for example a copied week. Each is checked on its
 * own, in order: a forbidden one is returned with the reason, and the others are saved. A Core's open
 * Supervisor event is scheduled too where asked for.
 */
export async function createSchedules(
  db: Db,
  actor: Actor,
  inputs: readonly NewSchedule[],
): Promise<CreatedRow[]> {
  const doer = { actor, origin: currentOrigin() };
  const requests = inputs.map((input) => ({ doer, input }));
  const made = await saveInTwo(db, (tx) => createEach(tx, requests)).catch((error: unknown) => {
    throw asRefusal(error);
  });
  return made.map((one, n) => {
    const eventId = inputs[n]?.eventId ?? 0;
    if (!(one instanceof Refusal)) return { eventId, saved: one, message: null, needsReason: false };
    return {
      eventId,
      saved: null,
      message: one.message,
      needsReason: one.reason.code === 'needs_reason',
    };
  });
}

/**
 * Checks each request on its own, in order, and returns the statement that writes those that the rules allow. Any other error
 * fails all of them.
 */
async function createEach(
  tx: Tx,
  requests: readonly CreateRequest[],
): Promise<{ result: (Saved | Refusal)[]; write: SQL | null }> {
  const plan = await openPlan(tx, {
    eventIds: requests.map(({ input }) => input.eventId),
    employeeIds: requests.map(({ input }) => input.employeeId),
    pairs: requests.some(({ input }) => input.withSupervisor),
    at: requests.map(({ input }) => input.startsAt),
    newSchedules: 2 * requests.length,
    anyStore: true,
    byId: true,
  });
  const result = requests.map(({ doer, input }) => {
    try {
      const saved = createIn(plan, input);
      plan.attributeTo(doer);
      return saved;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error;
    }
  });
  return { result, write: plan.writing() };
}

/**
 * Adds a schedule to an open plan, together with its Supervisor event. If it throws, the plan is
 * unchanged.
 */
export function createIn(plan: Plan, input: NewSchedule): Saved {
  const event = plan.event(input.eventId);
  const person = plan.person(input.employeeId);
  plan.assertOpen(event);
  const accepted = plan.accept(
    plan.reasonsAgainst(event, person, input.startsAt),
    event,
    input.overrideReason,
  );
  const schedule = plan.insert(event, person, input.startsAt, accepted);
  const pairEvent = input.withSupervisor ? plan.openSupervisorEvent(event) : undefined;
  const paired = pairEvent ? plan.placeSupervisor(pairEvent, schedule) : null;
  return { scheduleId: schedule.id, eventId: event.id, version: schedule.version, paired };
}
