import { sql } from 'drizzle-orm';
import {
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { instant, now, plainText } from './columns.ts';
import { employees } from './employees.ts';
import { events } from './events.ts';
import { stores } from './stores.ts';

/**
 * `running` a server plans · `ready` people review it · `approved` no line waits any more ·
 * `replaced` planned again with its locks · `discarded` by a person · `canceled` while it was
 * running · `interrupted` the server that planned stopped · `failed` no plan could be made.
 */
export const PROPOSAL_STATES = [
  'running',
  'ready',
  'approved',
  'replaced',
  'discarded',
  'canceled',
  'interrupted',
  'failed',
] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];
export const proposalStateEnum = pgEnum('proposal_state', PROPOSAL_STATES);

/**
 * `proposed` until somebody approves it · `saved` it is a schedule now · `refused` it could not be
 * saved, as `refusal` says.
 */
export const PROPOSAL_LINE_STATES = ['proposed', 'saved', 'refused'] as const;
export type ProposalLineState = (typeof PROPOSAL_LINE_STATES)[number];
export const proposalLineStateEnum = pgEnum('proposal_line_state', PROPOSAL_LINE_STATES);
export const proposalLineKindEnum = pgEnum('proposal_line_kind', ['new', 'moved']);

/**
 * Why a plan was made: `request` somebody asked for it · `import` and `refresh` brought new open
 * events · `night` it was the store's time for it.
 */
export const PROPOSAL_OCCASIONS = ['request', 'import', 'refresh', 'night'] as const;
export type ProposalOccasion = (typeof PROPOSAL_OCCASIONS)[number];
export const proposalOccasionEnum = pgEnum('proposal_occasion', PROPOSAL_OCCASIONS);

/** A plan for some days of a store, to be reviewed. Nothing is scheduled by it. */
export const proposals = pgTable(
  'proposals',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    storeId: integer()
      .notNull()
      .references(() => stores.id, { onDelete: 'cascade' }),
    state: proposalStateEnum().notNull().default('running'),
    /**
     * Counts the changes of this proposal and its lines: an edit names the version it saw, a stale
     * one is refused.
     */
    version: integer().notNull().default(1),
    occasion: proposalOccasionEnum().notNull().default('request'),
    /** The job that makes it, by graphile-worker's id; null where a server does. */
    jobId: text(),
    /** A user's id and name at the time; `schedule` if no person asked. */
    requestedBy: text().notNull(),
    requestedByName: text().notNull(),
    /** The planned days, both included. */
    fromDay: date({ mode: 'string' }).notNull(),
    toDay: date({ mode: 'string' }).notNull(),
    /** What the plan was allowed to do: `PlanOptions` of packages/planner. */
    options: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The proposal whose locks it keeps, and which it replaces once it is ready. */
    replaces: integer(),
    /**
     * Why scheduled work can't be done as it is scheduled, if the plan finds other people for it: a
     * `Cause` of packages/plans. Null if the plan places open work.
     */
    cause: jsonb().$type<Record<string, unknown>>(),
    /** `solver` or `greedy`; null until it is ready. */
    madeBy: text(),
    /** A sentence for people: what to know of this plan, or why there is none. */
    note: plainText(),
    /** The rest of the planner's answer: open events, passes and fairness. */
    outcome: jsonb().$type<Record<string, unknown>>(),
    createdAt: instant().notNull().default(now),
    finishedAt: instant(),
    updatedAt: instant().notNull().default(now),
  },
  (table) => [
    // If two users plan one store at once, the second one always fails here. A plan with a cause
    // never waits for that of the open work, because an absence is recorded with it.
    uniqueIndex('proposals_one_running')
      .on(table.storeId, sql`coalesce(${table.cause}::text, '')`)
      .where(sql`${table.state} = 'running'`),
    // For the latest proposal of a store.
    index('proposals_of_store').on(table.storeId, table.id),
  ],
);

/** An approval of lines of a proposal: what is taken back together. */
export const proposalApprovals = pgTable(
  'proposal_approvals',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    proposalId: integer()
      .notNull()
      .references(() => proposals.id, { onDelete: 'cascade' }),
    /** A user's id and name at the time. */
    approvedBy: text().notNull(),
    approvedByName: text().notNull(),
    approvedAt: instant().notNull().default(now),
    /** Null until somebody takes it back. */
    undoneByName: text(),
    undoneAt: instant(),
  },
  (table) => [index('proposal_approvals_of_proposal').on(table.proposalId, table.id)],
);

/** One event of a proposal, with the person and time that it would get. */
export const proposalLines = pgTable(
  'proposal_lines',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    proposalId: integer()
      .notNull()
      .references(() => proposals.id, { onDelete: 'cascade' }),
    kind: proposalLineKindEnum().notNull(),
    eventId: integer()
      .notNull()
      .references(() => events.id, { onDelete: 'cascade' }),
    employeeId: integer()
      .notNull()
      .references(() => employees.id, { onDelete: 'cascade' }),
    startsAt: instant().notNull(),
    endsAt: instant().notNull(),
    workDate: date({ mode: 'string' }).notNull(),
    /**
     * If the line moves a schedule: its id, its version when the plan was made, and where it was.
     */
    fromScheduleId: integer(),
    fromVersion: integer(),
    fromEmployeeId: integer(),
    fromStartsAt: instant(),
    /** For a noon check: the event of its Core. */
    coreEventId: integer(),
    makesRoomFor: integer(),
    /** The place that the plan or its repair had given the event before a person moved it. */
    proposedEmployeeId: integer(),
    proposedStartsAt: instant(),
    /** If a repair added or moved this line: the event that was open before. */
    repairs: integer(),
    /** Whether it is among those that are approved together. */
    ticked: boolean().notNull().default(true),
    /** Whether a noon check is unticked only because nobody can do it on the day of its moved Core. */
    untickedByMove: boolean().notNull().default(false),
    /** Whether planning again keeps it. */
    locked: boolean().notNull().default(false),
    /** Whether it was locked before a person moved it, which locks it until it is moved back. */
    lockedBefore: boolean().notNull().default(false),
    state: proposalLineStateEnum().notNull().default('proposed'),
    /** The schedule that it became, in the version of that moment, and by which approval. */
    scheduleId: integer(),
    scheduleVersion: integer(),
    approvalId: integer(),
    refusal: plainText(),
    why: plainText().notNull(),
    /** `RunnerUp` of packages/planner. */
    runnerUp: jsonb().$type<Record<string, unknown>>(),
    warnings: jsonb().$type<{ code: string; severity: string; message: string }[]>().notNull().default([]),
  },
  (table) => [
    uniqueIndex('proposal_lines_event').on(table.proposalId, table.eventId),
    // For the removal of an event or a person, which has to find their lines.
    index('proposal_lines_of_event').on(table.eventId),
    index('proposal_lines_of_person').on(table.employeeId),
  ],
);
