import { ALLOWABLE, type PlanOptions, ROTATION_KINDS } from '@scheduler/planner';
import { daysBetween, EVENT_TYPES } from '@scheduler/scheduling';
import { z } from 'zod';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id, overrideReason, text, version, workDate } from '../trpc/schemas.ts';
import { approveProposal } from './approve.ts';
import {
  cancelPlan,
  currentProposal,
  discardProposal,
  getProposal,
  markLines,
  moveProposalLine,
  startPlan,
} from './proposals.ts';
import { getRotations, setException, setTurn, turnsBetween } from './rotations.ts';
import { fairnessIn, suggest } from './suggest.ts';

const MOST_DAYS = 28;
const MOST_LINES = 1_000;
const MOST_TURNS = 62;

const seen = { proposalId: id, version };
const time = z
  .string('must be text')
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 10:45');

const options = z.strictObject({
  earliestDay: workDate.optional(),
  types: z.array(z.enum(EVENT_TYPES)).max(EVENT_TYPES.length).optional(),
  /** Soft rules that the plan may break; each such line needs a reason when it is approved. */
  allow: z.array(z.enum(ALLOWABLE)).max(ALLOWABLE.length).optional(),
  neverPlan: z.array(id).max(MOST_LINES).optional(),
  moveExisting: z.boolean().optional(),
});

export const planRouter = router({
  /**
   * Has a plan for some days made, which takes seconds; listen for changes of kind `proposal`, then
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
          /** Plans again around the locked lines of this proposal, and replaces it. */
          again: z.strictObject(seen).optional(),
        })
        .refine(({ fromDay, toDay }) => fromDay <= toDay, {
          path: ['toDay'],
          message: 'must not be before fromDay',
        })
        .refine(({ fromDay, toDay }) => daysBetween(fromDay, toDay) < MOST_DAYS, {
          path: ['toDay'],
          message: `must be less than ${MOST_DAYS} days after fromDay`,
        }),
    )
    .mutation(({ ctx, input }) => {
      // Zod gives absent fields the value undefined, which options of a plan don't have.
      const options = Object.fromEntries(
        Object.entries(input.options).filter(([, value]) => value !== undefined),
      );
      return startPlan(ctx.backend.db, ctx.actor, { ...input, options: options as PlanOptions });
    }),

  /** Stops a plan that is being made. */
  cancel: dispatcherProcedure
    .input(z.strictObject({ proposalId: id }))
    .mutation(({ ctx, input }) => cancelPlan(ctx.backend.db, ctx.actor, input)),

  get: viewerProcedure
    .input(z.strictObject({ proposalId: id }))
    .query(({ ctx, input }) => getProposal(ctx.backend.db, input.proposalId)),

  /** The proposal of a store that is being made or reviewed; null where there is none. */
  current: viewerProcedure
    .input(z.strictObject({ storeId: id.optional() }).default({}))
    .query(({ ctx, input }) => currentProposal(ctx.backend.db, input)),

  /** Ticks lines for approval and locks them for planning again, or takes that back. */
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
    .mutation(({ ctx, input }) => markLines(ctx.backend.db, input)),

  /** Gives a line another person, day or time; it is scored again at once. */
  moveLine: dispatcherProcedure
    .input(z.strictObject({ ...seen, lineId: id, employeeId: id, day: workDate, time: time.optional() }))
    .mutation(({ ctx, input }) => moveProposalLine(ctx.backend.db, input)),

  /**
   * Schedules the ticked lines, or those that are named. What changed meanwhile is refused and
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

  /** Puts a proposal away. What was approved of it stays. */
  discard: dispatcherProcedure
    .input(z.strictObject(seen))
    .mutation(({ ctx, input }) => discardProposal(ctx.backend.db, ctx.actor, input)),

  /** People and times for one event, the best first, and why the others can't. */
  suggest: viewerProcedure
    .input(z.strictObject({ eventId: id, day: workDate.optional(), time: time.optional() }))
    .query(({ ctx, input }) => suggest(ctx.backend.db, input)),

  /** Whose turn it is on each weekday, and on single days from today on. */
  rotations: viewerProcedure
    .input(z.strictObject({ storeId: id.optional() }).default({}))
    .query(({ ctx, input }) => getRotations(ctx.backend.db, input)),

  /** Whose turn it is from day to day, and who could stand in for somebody who is off. */
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

  /** Sets whose turn it is on a weekday; null is nobody's. `seen` is who it was before. */
  setTurn: dispatcherProcedure
    .input(
      z.strictObject({
        ...{ storeId: id, kind: z.enum(ROTATION_KINDS), employeeId: id.nullable(), seen: id.nullable() },
        weekday: z.int('must be a whole number').min(0, 'must be 0 to 6').max(6, 'must be 0 to 6'),
      }),
    )
    .mutation(({ ctx, input }) => setTurn(ctx.backend.db, ctx.actor, input)),

  /**
   * Sets whose turn it is on one day; null leaves it to the weekday. `seen` is the exception's
   * person before, if any.
   */
  setException: dispatcherProcedure
    .input(
      z.strictObject({
        ...{ storeId: id, kind: z.enum(ROTATION_KINDS), employeeId: id.nullable(), seen: id.nullable() },
        ...{ day: workDate, reason: text(200).optional() },
      }),
    )
    .mutation(({ ctx, input }) => setException(ctx.backend.db, ctx.actor, input)),

  /** How work is spread over people, in a week and in the four that end with it. */
  fairness: viewerProcedure
    .input(z.strictObject({ storeId: id.optional(), weekOf: workDate.optional() }).default({}))
    .query(({ ctx, input }) => fairnessIn(ctx.backend.db, input)),
});
