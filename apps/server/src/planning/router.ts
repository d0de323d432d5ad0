import {
  ALLOWABLE,
  MOST_DAYS_AHEAD,
  MOST_PLANNED_DAYS,
  type PlanOptions,
  ROTATION_KINDS,
} from '@scheduler/planner';
import { areOrdered, daysBetween, EVENT_TYPES } from '@scheduler/scheduling';
import { z } from 'zod';
import { adminProcedure, dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { hours, hoursOrder, id, overrideReason, text, time, version, workDate } from '../trpc/schemas.ts';
import { approveProposal } from './approve.ts';
import { coverAbsence, coverClosedDay, coverLeaving } from './covers.ts';
import { markLines, moveProposalLine } from './lines.ts';
import { setNeverPlan } from './never-plan.ts';
import { planAgain } from './plan-again.ts';
import { getPlanSettings, setPlanSettings } from './plan-settings.ts';
import {
  cancelPlan,
  currentProposal,
  discardProposal,
  getProposal,
  listProposals,
  startPlan,
} from './proposals.ts';
import { removeRepair, takeRepair } from './repairs.ts';
import { restoreProposal } from './restore.ts';
import { getRotations, setException, setTurn, turnsBetween } from './rotations.ts';
import { fairnessIn, suggest, suggestEvents, suggestTakers } from './suggest.ts';
import { undoApproval, undoCover } from './undo.ts';

const MOST_LINES = 1_000;
const MOST_TURNS = 62;

const seen = { proposalId: id, version };
const types = z.array(z.enum(EVENT_TYPES)).max(EVENT_TYPES.length);
const allow = z.array(z.enum(ALLOWABLE)).max(ALLOWABLE.length);
/** Options that are left out have the values of the store's settings. */
const options = z.strictObject({
  earliestDay: workDate.optional(),
  types: types.optional(),
  /** Soft rules that the plan may break; each such line needs a reason when it is approved. */
  allow: allow.optional(),
  neverPlan: z.array(id).max(MOST_LINES).optional(),
  moveExisting: z.boolean().optional(),
});

const settings = z.strictObject({
  types: types.min(1, 'must name a type at least').nullable(),
  horizonDays: z
    .int('must be a whole number')
    .min(1, 'must be a day at least')
    .max(MOST_PLANNED_DAYS, `must be ${MOST_PLANNED_DAYS} days at most`),
  earliestInDays: z
    .int('must be a whole number')
    .min(1, 'must be tomorrow, 1, at the earliest')
    .max(MOST_DAYS_AHEAD, `must be ${MOST_DAYS_AHEAD} days at most`),
  allow,
  afterImport: z.boolean(),
  nightlyAt: time.nullable(),
});

export const planRouter = router({
  /**
   * Starts a plan for some days, which takes seconds. Listen for changes of kind `proposal`, then
   * `get` it.
   */
  start: dispatcherProcedure
    .input(
      z
        .strictObject({
          storeId: id.optional(),
          fromDay: workDate,
          toDay: workDate,
          options: options.default({}),
        })
        .refine(({ fromDay, toDay }) => fromDay <= toDay, {
          path: ['toDay'],
          message: 'must not be before fromDay',
        })
        .refine(({ fromDay, toDay }) => daysBetween(fromDay, toDay) < MOST_PLANNED_DAYS, {
          path: ['toDay'],
          message: `must be less than ${MOST_PLANNED_DAYS} days after fromDay`,
        }),
    )
    .mutation(({ ctx, input }) => {
      // Zod sets missing fields to undefined, which the options of a plan don't allow.
      const options = Object.fromEntries(
        Object.entries(input.options).filter(([, value]) => value !== undefined),
      );
      return startPlan(ctx.backend.db, ctx.actor, { ...input, options: options as PlanOptions });
    }),

  /**
   * Makes a plan again, with its options, days and locked lines: the rest of one under review, which
   * the new plan replaces, or one that failed or was interrupted. A cover is made again as a cover.
   */
  again: dispatcherProcedure
    .input(z.strictObject(seen))
    .mutation(({ ctx, input }) => planAgain(ctx.backend.db, ctx.actor, input)),

  /** Stops a plan that is being made. */
  cancel: dispatcherProcedure
    .input(z.strictObject({ proposalId: id }))
    .mutation(({ ctx, input }) => cancelPlan(ctx.backend.db, ctx.actor, input)),

  get: viewerProcedure
    .input(z.strictObject({ proposalId: id }))
    .query(({ ctx, input }) => getProposal(ctx.backend.db, input.proposalId)),

  /** The proposal of a store that is being made or reviewed; null if there is none. */
  current: viewerProcedure
    .input(z.strictObject({ storeId: id.optional() }).default({}))
    .query(({ ctx, input }) => currentProposal(ctx.backend.db, input)),

  /**
   * All proposals of a store that are being made or reviewed, and those approved recently, the
   * latest first.
   */
  list: viewerProcedure
    .input(z.strictObject({ storeId: id.optional() }).default({}))
    .query(({ ctx, input }) => listProposals(ctx.backend.db, input)),

  /** Ticks lines for approval and locks them for planning again, or unticks and unlocks them. */
  markLines: dispatcherProcedure
    .input(
      z.strictObject({
        ...seen,
        lines: z
          .array(
            z.strictObject({ lineId: id, ticked: z.boolean().optional(), locked: z.boolean().optional() }),
          )
          .min(1, 'must name a line at least')
          .max(MOST_LINES, `must name ${MOST_LINES} lines at most`),
      }),
    )
    .mutation(({ ctx, input }) => markLines(ctx.backend.db, ctx.actor, input)),

  /** Gives a line another person, day or time, and scores it again. */
  moveLine: dispatcherProcedure
    .input(z.strictObject({ ...seen, lineId: id, employeeId: id, day: workDate, time: time.optional() }))
    .mutation(({ ctx, input }) => moveProposalLine(ctx.backend.db, ctx.actor, input)),

  /** Takes the repair of an open event into the plan: the event gets a place, other work makes room. */
  takeRepair: dispatcherProcedure
    .input(z.strictObject({ ...seen, eventId: id }))
    .mutation(({ ctx, input }) => takeRepair(ctx.backend.db, ctx.actor, input)),

  /** Takes a repair out of the plan: its event stays open again, what made room is back. */
  removeRepair: dispatcherProcedure
    .input(z.strictObject({ ...seen, eventId: id }))
    .mutation(({ ctx, input }) => removeRepair(ctx.backend.db, ctx.actor, input)),

  /**
   * Schedules the ticked lines, or the named ones. Lines that changed meanwhile are refused and
   * listed.
   */
  approve: dispatcherProcedure
    .input(
      z.strictObject({
        ...seen,
        lineIds: z.array(id).min(1, 'must name a line at least').max(MOST_LINES).optional(),
        overrideReason: overrideReason.optional(),
      }),
    )
    .mutation(({ ctx, input }) => approveProposal(ctx.backend.db, ctx.actor, input)),

  /** Undoes an approval. Schedules that changed meanwhile, or have begun, stay and are listed. */
  undoApproval: dispatcherProcedure
    .input(z.strictObject({ approvalId: id }))
    .mutation(({ ctx, input }) => undoApproval(ctx.backend.db, ctx.actor, input)),

  /**
   * Records that somebody is off, and has a plan made that finds others for their work of those
   * days.
   */
  coverAbsence: dispatcherProcedure
    .input(
      z
        .strictObject({
          employeeId: id,
          version,
          startsOn: workDate,
          endsOn: workDate,
          reason: text(200).nullable().default(null),
          ...hours,
        })
        .refine(areOrdered, hoursOrder)
        .refine(({ startsOn, endsOn }) => startsOn <= endsOn, {
          path: ['endsOn'],
          message: 'must not be before the first day',
        })
        .refine(({ startsOn, endsOn }) => daysBetween(startsOn, endsOn) < MOST_TURNS, {
          path: ['endsOn'],
          message: `must be less than ${MOST_TURNS} days after the first day`,
        }),
    )
    .mutation(({ ctx, input }) => coverAbsence(ctx.backend.db, ctx.actor, input)),

  /** Takes back that somebody is off, with all that was approved for it. */
  undoCover: dispatcherProcedure
    .input(z.strictObject({ proposalId: id }))
    .mutation(({ ctx, input }) => undoCover(ctx.backend.db, ctx.actor, input)),

  /** Has a plan made that finds others for somebody's work after their last day. */
  coverLeaving: dispatcherProcedure
    .input(z.strictObject({ employeeId: id, lastDay: workDate }))
    .mutation(({ ctx, input }) => coverLeaving(ctx.backend.db, ctx.actor, input)),

  /** Has a plan made that moves the work of a closed day to other days. */
  coverClosedDay: dispatcherProcedure
    .input(z.strictObject({ storeId: id.optional(), day: workDate }))
    .mutation(({ ctx, input }) => coverClosedDay(ctx.backend.db, ctx.actor, input)),

  /** Discards a proposal. Its approved lines stay scheduled. */
  discard: dispatcherProcedure
    .input(z.strictObject(seen))
    .mutation(({ ctx, input }) => discardProposal(ctx.backend.db, ctx.actor, input)),

  /** Takes a discard back. The version is that of the answer to the discard. */
  restore: dispatcherProcedure
    .input(z.strictObject(seen))
    .mutation(({ ctx, input }) => restoreProposal(ctx.backend.db, ctx.actor, input)),

  /** People and times for one event, the best first, and the reasons against the others. */
  suggest: viewerProcedure
    .input(
      z.strictObject({
        eventId: id,
        day: workDate.optional(),
        time: time.optional(),
        /** For a reissue: the first day on which it can no longer be worked. */
        expiresOn: workDate.optional(),
        /** A plan under review, whose other ticked lines count as work. */
        proposalId: id.optional(),
      }),
    )
    .query(({ ctx, input }) => suggest(ctx.backend.db, input)),

  /** Open events for a person on a day, the best first, and the reasons against the others. */
  suggestEvents: viewerProcedure
    .input(z.strictObject({ employeeId: id, day: workDate, proposalId: id.optional() }))
    .query(({ ctx, input }) => suggestEvents(ctx.backend.db, input)),

  /** Who could take over the short work of a day, all of it or one person's; the best first. */
  suggestTakers: viewerProcedure
    .input(z.strictObject({ storeId: id.optional(), day: workDate, fromEmployeeId: id.optional() }))
    .query(({ ctx, input }) => suggestTakers(ctx.backend.db, input)),

  /** Whose turn it is on each weekday, and on single days from today on. */
  rotations: viewerProcedure
    .input(z.strictObject({ storeId: id.optional() }).default({}))
    .query(({ ctx, input }) => getRotations(ctx.backend.db, input)),

  /** Whose turn it is on each of some days, and substitutes for people who are off. */
  turns: viewerProcedure
    .input(
      z
        .strictObject({ storeId: id.optional(), fromDay: workDate, toDay: workDate })
        .refine(({ fromDay, toDay }) => fromDay <= toDay, {
          path: ['toDay'],
          message: 'must not be before fromDay',
        })
        .refine(({ fromDay, toDay }) => daysBetween(fromDay, toDay) <= MOST_TURNS, {
          path: ['toDay'],
          message: `must be ${MOST_TURNS} days after fromDay at most`,
        }),
    )
    .query(({ ctx, input }) => turnsBetween(ctx.backend.db, input)),

  /**
   * Sets whose turn it is on a weekday; null means nobody's. `seen` is the person that the user
   * saw.
   */
  setTurn: dispatcherProcedure
    .input(
      z.strictObject({
        storeId: id,
        kind: z.enum(ROTATION_KINDS),
        employeeId: id.nullable(),
        seen: id.nullable(),
        weekday: z.int('must be a whole number').min(0, 'must be 0 to 6').max(6, 'must be 0 to 6'),
      }),
    )
    .mutation(({ ctx, input }) => setTurn(ctx.backend.db, ctx.actor, input)),

  /**
   * Sets whose turn it is on one day; null removes the exception. `seen` is the exception's person
   * that the user saw, if any.
   */
  setException: dispatcherProcedure
    .input(
      z.strictObject({
        storeId: id,
        kind: z.enum(ROTATION_KINDS),
        employeeId: id.nullable(),
        seen: id.nullable(),
        day: workDate,
        reason: text(200).optional(),
      }),
    )
    .mutation(({ ctx, input }) => setException(ctx.backend.db, ctx.actor, input)),

  /** A store's settings of plans: the defaults, and the automatic plans. */
  settings: viewerProcedure
    .input(z.strictObject({ storeId: id.optional() }).default({}))
    .query(({ ctx, input }) => getPlanSettings(ctx.backend.db, input)),

  setSettings: adminProcedure
    .input(z.strictObject({ storeId: id, version, settings }))
    .mutation(({ ctx, input }) => setPlanSettings(ctx.backend.db, ctx.actor, input)),

  /** Marks an event as never to be planned automatically. `seen` is whether it was marked before. */
  setNeverPlan: dispatcherProcedure
    .input(z.strictObject({ eventId: id, neverPlan: z.boolean(), seen: z.boolean() }))
    .mutation(({ ctx, input }) => setNeverPlan(ctx.backend.db, ctx.actor, input)),

  /** How work is spread over people, in a week and in the four weeks that end with it. */
  fairness: viewerProcedure
    .input(z.strictObject({ storeId: id.optional(), weekOf: workDate.optional() }).default({}))
    .query(({ ctx, input }) => fairnessIn(ctx.backend.db, input)),
});
