import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { type CallGuard, type CallOutcome, CrossmarkError } from '@scheduler/crossmark';
import { crossmarkBreakers, type Db } from '@scheduler/db';
import { coalesce } from '@scheduler/runtime';
import { and, eq, isNotNull, isNull, or, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import { closeBreaker, release } from './release.ts';
import { CrossmarkUnreachableError, CURABLE } from './unreachable.ts';

/**
 * Says when calls to a Crossmark host are held back, and how the workers find out that it works
 * again.
 */
export interface BreakerPolicy {
  /** The breaker opens after so many failed calls in a row. */
  failures: number;
  /**
   * It also opens if half of the calls within this time have failed, once there were `windowCalls`
   * of them.
   */
  windowMs: number;
  windowCalls: number;
  /** The time between two probes. */
  probeMs: number;
  /** The longest that a probe may take. After that another worker makes it. */
  probeLeaseMs: number;
}

/** Five in a row, or half of at least ten within a minute; a probe every 15 s. */
export const DEFAULT_BREAKER_POLICY: BreakerPolicy = {
  failures: 5,
  windowMs: 60_000,
  windowCalls: 10,
  probeMs: 15_000,
  probeLeaseMs: 60_000,
};

/** A longer `Retry-After` counts as a mistake. */
const LONGEST_LEAVE_MS = 86_400_000;

/**
 * How long answered calls may wait to be counted. Failed ones are counted at once, after the
 * answered ones.
 */
const ANSWERED_WRITTEN_MS = 100;

/** The circuit breaker of one Crossmark host. */
export interface Breaker extends CallGuard {
  /**
   * Makes the probe that is due through `ping`, and releases what waits once Crossmark answers
   * again. Every worker calls it again and again. Returns how many events were released.
   */
  tend(ping: (signal: AbortSignal) => Promise<void>, stopping?: AbortSignal): Promise<number>;
}

/**
 * Creates the circuit breaker of a Crossmark host. It is kept in Postgres: all workers share it,
 * and a restart forgets nothing.
 *
 * While it is closed, every call passes and is counted. While it is open, only the calls of a probe
 * pass, which one worker makes at a time, after any `Retry-After`. A probe that is answered closes
 * it, and everything that waits for Crossmark is released.
 */
export function createBreaker(options: {
  db: Db;
  baseUrl: string;
  log: Logger;
  policy: BreakerPolicy;
}): Breaker {
  const { db, log, policy } = options;
  const host = new URL(options.baseUrl).origin;
  const ours = eq(crossmarkBreakers.host, host);
  const open = and(ours, eq(crossmarkBreakers.state, 'open'));
  const due = and(
    open,
    sql`${crossmarkBreakers.probeAt} <= app_now()`,
    or(isNull(crossmarkBreakers.probeUntil), sql`${crossmarkBreakers.probeUntil} <= app_now()`),
  );

  /**
   * Counts calls of a closed breaker: one that failed, or several that were answered, the last of
   * them `agoMs` ago. Opens the breaker after one failure too many.
   */
  async function tally(failure: CrossmarkError | null, { number = 1, agoMs = 0 } = {}): Promise<void> {
    const columns = crossmarkBreakers;
    const isFresh = sql`${columns.windowStartedAt} < app_now() - ${ms(policy.windowMs)}`;
    const calls = sql`(case when ${isFresh} then 0 else ${columns.windowCalls} end + ${number})`;
    const failures = sql`(case when ${isFresh} then 0 else ${columns.windowFailures} end + ${failure ? 1 : 0})`;
    // Failures after the last answer still count as a row.
    const stillFailing = sql`${columns.failingSince} > app_now() - ${ms(agoMs)}`;
    const inARow = failure
      ? sql`${columns.consecutiveFailures} + 1`
      : sql`case when ${stillFailing} then ${columns.consecutiveFailures} else 0 end`;
    const since = failure
      ? sql`coalesce(${columns.failingSince}, app_now())`
      : sql`case when ${stillFailing} then ${columns.failingSince} end`;
    const leave = failure ? leaveAloneUntil(failure) : sql`${columns.leaveAloneUntil}`;
    const opens = failure
      ? sql`(${inARow} >= ${policy.failures} or (${calls} >= ${policy.windowCalls} and ${failures} * 2 >= ${calls}))`
      : sql`false`;
    const counted = await db
      .update(columns)
      .set({
        windowStartedAt: sql`case when ${isFresh} then app_now() else ${columns.windowStartedAt} end`,
        windowCalls: calls,
        windowFailures: failures,
        consecutiveFailures: inARow,
        failingSince: since,
        leaveAloneUntil: leave,
        ...(failure
          ? {
              lastFailure: failure.message,
              state: sql`(case when ${opens} then 'open' else 'closed' end)::breaker_state`,
              openedAt: sql`case when ${opens} then app_now() end`,
              probeAt: sql`case when ${opens} then ${nextProbe(leave)} end`,
            }
          : {}),
        updatedAt: sql`app_now()`,
      })
      .where(and(ours, eq(columns.state, 'closed')))
      .returning({ state: columns.state, since: columns.failingSince, nextProbeAt: columns.probeAt });
    if (counted[0]?.state === 'open')
      log.error({ host, ...counted[0], reason: failure?.message }, 'Crossmark can’t be reached: calls wait');
    if (counted.length > 0) return;
    // The call was sent before the breaker opened: only its Retry-After matters.
    if (failure?.retryAfterMs !== undefined)
      await db
        .update(columns)
        .set({ leaveAloneUntil: leave, probeAt: sql`greatest(${columns.probeAt}, ${leave})` })
        .where(and(open, isNotNull(columns.probeAt)));
  }

  const leaveAloneUntil = ({ retryAfterMs }: CrossmarkError) =>
    retryAfterMs === undefined
      ? sql`${crossmarkBreakers.leaveAloneUntil}`
      : sql`greatest(${crossmarkBreakers.leaveAloneUntil}, app_now() + ${ms(Math.min(retryAfterMs, LONGEST_LEAVE_MS))})`;
  const nextProbe = (leave: ReturnType<typeof leaveAloneUntil>) =>
    sql`greatest(app_now() + ${ms(policy.probeMs)}, ${leave})`;

  /** True while a probe runs, so that its calls pass. */
  const probing = new AsyncLocalStorage<true>();

  /** Makes the probe that is due, unless another worker does. */
  async function probe(ping: (signal: AbortSignal) => Promise<void>, stopping?: AbortSignal): Promise<void> {
    const owner = randomUUID();
    const [claimed] = await db
      .update(crossmarkBreakers)
      .set({
        probeOwner: owner,
        probeUntil: sql`app_now() + ${ms(policy.probeLeaseMs)}`,
        lastProbeAt: sql`app_now()`,
        updatedAt: sql`app_now()`,
      })
      .where(due)
      .returning({ id: crossmarkBreakers.id });
    if (!claimed) return;
    const timeout = AbortSignal.timeout(policy.probeLeaseMs);
    const signal = stopping ? AbortSignal.any([stopping, timeout]) : timeout;
    const outcome: CallOutcome = await probing
      .run(true, () => ping(signal))
      .then(
        () => 'answered' as const,
        (error: unknown) => {
          if (stopping?.aborted || !(error instanceof CrossmarkError)) return 'cancelled';
          if (error instanceof CrossmarkUnreachableError) return 'cancelled';
          return CURABLE.includes(error.kind) ? error : 'answered';
        },
      );
    await settleProbe(owner, outcome);
  }

  /** Records the outcome of a probe, unless another worker has taken over the probe. */
  async function settleProbe(owner: string, outcome: CallOutcome): Promise<void> {
    const mine = and(open, eq(crossmarkBreakers.probeOwner, owner));
    const over = { probeOwner: null, probeUntil: null, updatedAt: sql`app_now()` };
    if (outcome === 'answered') {
      await db.transaction(async (tx) => {
        const [was] = await tx.select().from(crossmarkBreakers).where(mine).for('update');
        if (!was) return;
        await closeBreaker(tx, was);
        log.info({ host, since: was.failingSince }, 'Crossmark answers again: waiting changes are released');
      });
    } else if (outcome === 'cancelled') {
      await db.update(crossmarkBreakers).set(over).where(mine);
    } else {
      const leave = leaveAloneUntil(outcome);
      await db
        .update(crossmarkBreakers)
        .set({ ...over, leaveAloneUntil: leave, probeAt: nextProbe(leave), lastFailure: outcome.message })
        .where(mine);
    }
  }

  const answered = { number: 0, lastMs: 0 };
  const tallyAnswered = coalesce(async () => {
    const { number, lastMs } = answered;
    answered.number = 0;
    if (number > 0) await tally(null, { number, agoMs: performance.now() - lastMs });
  });
  const orWarn = (counting: Promise<void>): Promise<void> =>
    counting.catch((error) => {
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : 'unknown';
      log.warn({ host, reason }, 'the outcome of a call to Crossmark could not be counted');
    });
  let toBeWritten = false;
  async function settle(outcome: CallOutcome): Promise<void> {
    if (outcome === 'cancelled') return;
    if (outcome === 'answered') {
      answered.number += 1;
      answered.lastMs = performance.now();
      // Nobody waits until answered calls are counted, so they are counted together.
      if (toBeWritten) return;
      toBeWritten = true;
      setTimeout(() => {
        toBeWritten = false;
        orWarn(tallyAnswered());
      }, ANSWERED_WRITTEN_MS).unref();
    } else await orWarn(tallyAnswered().then(() => tally(outcome)));
  }

  const readState = coalesce(() =>
    db
      .select({
        state: crossmarkBreakers.state,
        probeAt: crossmarkBreakers.probeAt,
        since:
          sql`coalesce(${crossmarkBreakers.failingSince}, ${crossmarkBreakers.openedAt}, app_now())`.mapWith(
            crossmarkBreakers.updatedAt,
          ),
      })
      .from(crossmarkBreakers)
      .where(ours),
  );

  return {
    async admit(call) {
      if (probing.getStore()) return async () => {};
      const [row] = await readState();
      // No worker has ever called this host before.
      if (!row) await db.insert(crossmarkBreakers).values({ host }).onConflictDoNothing();
      if (row?.state !== 'open') return settle;
      throw new CrossmarkUnreachableError(call, { host, since: row.since, byHand: row.probeAt === null });
    },

    async tend(ping, stopping) {
      const isDue = await db.select({ id: crossmarkBreakers.id }).from(crossmarkBreakers).where(due);
      if (isDue.length > 0) await probe(ping, stopping);
      const isOpen = await db.select({ id: crossmarkBreakers.id }).from(crossmarkBreakers).where(open);
      return isOpen.length > 0 ? 0 : release(db);
    },
  };
}

const ms = (milliseconds: number) => sql`${milliseconds} * interval '1 millisecond'`;
