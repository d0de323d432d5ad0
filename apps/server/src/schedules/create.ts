import { type Db, memoizeByDb, type Tx } from '@scheduler/db';
import { createBatcher, currentOrigin } from '@scheduler/runtime';
import type { Instant } from '@scheduler/scheduling';
import { Refusal } from '../core/errors.ts';
import type { Actor } from '../trpc/context.ts';
import { type Attribution, openPlan, type Plan } from './plan-transaction.ts';
import { saveOrRefuseDuplicate } from './refuse-duplicate.ts';
import type { CreatedRow, Saved } from './types.ts';

interface NewSchedule {
  eventId: number;
  employeeId: number;
  startsAt: Instant;
  withSupervisor: boolean;
  overrideReason?: string | undefined;
}

/** A schedule that somebody asks for. */
interface CreateRequest {
  doer: Attribution;
  input: NewSchedule;
}

/** Largest batch, so that few creates wait for each other's locks. */
const MAX_BATCH_SIZE = 50;

/** Longest a blocked batch delays the next one. */
const MAX_BATCH_WAIT_MS = 100;

/** Schedules asked for at one time are saved together, see {@link createTogether}. */
const creatingIn = memoizeByDb((db) =>
  createBatcher((requests: readonly CreateRequest[]) => createTogether(db, requests), {
    maxSize: MAX_BATCH_SIZE,
    maxWaitMs: MAX_BATCH_WAIT_MS,
  }),
);

/**
 * Schedules an event for a person. With `withSupervisor`, the open Supervisor event of a Core is scheduled as well, if
 * somebody can do it. Throws a {@link Refusal} where a rule speaks against it, or the event is scheduled already.
 */
export async function createSchedule(db: Db, actor: Actor, input: NewSchedule): Promise<Saved> {
  // The transaction is begun outside of any request: where this one came from is known only here.
  return creatingIn(db)({ doer: { actor, origin: currentOrigin() }, input });
}

/**
 * One transaction for several people's schedules. Where it fails each is tried again alone, so that nobody is told of
 * somebody else's trouble; but not once COMMIT was sent, for then it may have been carried out.
 */
async function createTogether(db: Db, requests: readonly CreateRequest[]): Promise<Promise<Saved>[]> {
  let planned = false;
  try {
    const made = await saveOrRefuseDuplicate(db, async (tx) => {
      planned = false;
      const each = await createEach(tx, requests);
      planned = true;
      return each;
    });
    return made.map((one) => (one instanceof Refusal ? Promise.reject<Saved>(one) : Promise.resolve(one)));
  } catch (error) {
    if (planned || requests.length === 1) throw error;
    return requests.map(async (one) => (await createTogether(db, [one]))[0] as Promise<Saved>);
  }
}

/**
 * Schedules several events in one transaction, as when a week is copied: each for itself, in order, so that what a rule
 * speaks against is listed with the reason while the others are saved. Takes no overrides. A Core takes its open
 * Supervisor event along.
 */
export async function createSchedules(
  db: Db,
  actor: Actor,
  inputs: readonly { eventId: number; employeeId: number; startsAt: Instant }[],
): Promise<CreatedRow[]> {
  const doer = { actor, origin: currentOrigin() };
  const requests = inputs.map((input) => ({ doer, input: { ...input, withSupervisor: true } }));
  const made = await saveOrRefuseDuplicate(db, (tx) => createEach(tx, requests));
  return made.map((one, n) => {
    const [saved, message] = one instanceof Refusal ? [null, one.message] : [one, null];
    return { eventId: inputs[n]?.eventId ?? 0, saved, message };
  });
}

/** Plans each for itself, in order, and writes what the rules let pass. Any other failure fails all of it. */
export async function createEach(tx: Tx, requests: readonly CreateRequest[]): Promise<(Saved | Refusal)[]> {
  const plan = await openPlan(tx, {
    eventIds: requests.map(({ input }) => input.eventId),
    employeeIds: requests.map(({ input }) => input.employeeId),
    pairs: requests.some(({ input }) => input.withSupervisor),
    at: requests.map(({ input }) => input.startsAt),
    newSchedules: 2 * requests.length,
    anyStore: true,
  });
  const made = requests.map(({ doer, input }) => {
    try {
      const saved = place(plan, input);
      plan.attributeTo(doer);
      return saved;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error;
    }
  });
  await plan.flush(tx);
  return made;
}

/** Puts a schedule into a plan, its Supervisor event along. Where it throws, the plan is as it was. */
function place(plan: Plan, input: NewSchedule): Saved {
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
