import { type Db, isRolledBack } from '@scheduler/db';
import { createBatcher } from '@scheduler/runtime';
import { commitObservation, journalSteps, type Leaving, settleStep } from './journal.ts';
import {
  type LeaseRequest,
  leaseLost,
  leaveForLater,
  ownerOf,
  readEvents,
  SKIPPED,
  takeFreeLeases,
  WAITED_FOR,
} from './leases.ts';
import type { Ledger } from './ledger.ts';
import {
  abandon,
  type Confirmed,
  finishConfirmed,
  finishConflict,
  finishFailed,
  finishSynced,
  finishWaiting,
  handBack,
} from './outcomes.ts';

/**
 * Creates the ledger in Postgres. Rows are always locked in the order event, event_syncs, jobs, as
 * saves do. Steps that every job takes are batched over the jobs of a process, see {@link
 * createBatcher}: the batch skips rows that somebody has locked, and each of those is waited for
 * alone.
 */
export function postgresLedger(db: Db): Ledger {
  const options = { maxSize: 50, canRetryAlone: isRolledBack };
  const freeLease = createBatcher(
    (requests: readonly LeaseRequest[]) => takeFreeLeases(db, requests, SKIPPED),
    options,
  );
  const state = createBatcher((eventIds: readonly number[]) => readEvents(db, eventIds), options);
  const journal = createBatcher((leaving: readonly Leaving[]) => journalSteps(db, leaving, SKIPPED), options);
  const confirm = createBatcher((confirmed: readonly Confirmed[]) => finishConfirmed(db, confirmed), options);
  return {
    async takeLease(claim, leaseMs) {
      const request = { ...claim, leaseMs };
      const taken = (await freeLease(request)) ?? (await takeFreeLeases(db, [request], WAITED_FOR))[0];
      return taken ? { ...claim, ...taken } : leaveForLater(db, claim);
    },
    readEvent: state,
    ownerOf: ownerOf.bind(null, db),
    async journalStep(lease, step, leaseMs, condition) {
      const leaving = { lease, step, leaseMs, condition };
      const stepId = (await journal(leaving)) ?? (await journalSteps(db, [leaving], WAITED_FOR))[0];
      if (!stepId) throw leaseLost(lease);
      return stepId;
    },
    settleStep: settleStep.bind(null, db),
    async settleAndFinish(lease, stepId, made, finish) {
      const finished = await confirm({ lease, stepId, ...made, finish });
      if (finished) return finished;
      await settleStep(db, lease, stepId, { state: 'done', ...made });
      return finishSynced(db, lease, finish);
    },
    commitObservation: commitObservation.bind(null, db),
    finishSynced: finishSynced.bind(null, db),
    finishConflict: finishConflict.bind(null, db),
    finishWaiting: finishWaiting.bind(null, db),
    finishFailed: finishFailed.bind(null, db),
    handBack: handBack.bind(null, db),
    abandon: abandon.bind(null, db),
  };
}
