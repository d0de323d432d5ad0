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
    /** A user's id and name at the time. */
    requestedBy: text().notNull(),
    requestedByName: text().notNull(),
    /** The planned days, both included. */
    fromDay: date({ mode: 'string' }).notNull(),
    toDay: date({ mode: 'string' }).notNull(),
    /** What the plan was allowed to do: `PlanOptions` of packages/planner. */
    options: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The proposal whose locks it keeps, and which it replaces once it is ready. */
    replaces: integer(),
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
    // Two that plan one store at once: the second one fails here, always.
    uniqueIndex('proposals_one_running').on(table.storeId).where(sql`${table.state} = 'running'`),
    // The latest of a store.
    index('proposals_of_store').on(table.storeId, table.id),
  ],
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
     * Of a schedule that moves: which one, its version when the plan was made, and where it was.
     */
    fromScheduleId: integer(),
    fromVersion: integer(),
    fromEmployeeId: integer(),
    fromStartsAt: instant(),
    /** Of a noon check: the event of its Core. */
    coreEventId: integer(),
    makesRoomFor: integer(),
    /** Whether it is among those that are approved together. */
    ticked: boolean().notNull().default(true),
    /** Whether planning again keeps it. */
    locked: boolean().notNull().default(false),
    state: proposalLineStateEnum().notNull().default('proposed'),
    /** The schedule that it became. */
    scheduleId: integer(),
    refusal: plainText(),
    why: plainText().notNull(),
    /** `RunnerUp` of packages/planner. */
    runnerUp: jsonb().$type<Record<string, unknown>>(),
    warnings: jsonb().$type<{ code: string; severity: string; message: string }[]>().notNull().default([]),
  },
  (table) => [
    uniqueIndex('proposal_lines_event').on(table.proposalId, table.eventId),
    // The lines that an event or a person has to do with, for their removal.
    index('proposal_lines_of_event').on(table.eventId),
    index('proposal_lines_of_person').on(table.employeeId),
  ],
);
