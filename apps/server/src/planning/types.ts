import type { ProposalLineState, ProposalState } from '@scheduler/db';
import type {
  Fairness,
  OpenLine,
  PassResult,
  PlanOptions,
  RotationKind,
  RunnerUp,
  Suggestions,
} from '@scheduler/planner';
import type { Instant, Role, Severity, WorkDate } from '@scheduler/scheduling';

/** A proposed plan, as people review it. */
export interface ProposalView {
  proposalId: number;
  storeId: number;
  state: ProposalState;
  /** An edit names it; a stale one is refused. */
  version: number;
  /** Who asked for it, and when. It is made from the board of that moment. */
  requestedBy: string;
  createdAt: Instant;
  finishedAt: Instant | null;
  fromDay: WorkDate;
  toDay: WorkDate;
  options: PlanOptions;
  madeBy: 'solver' | 'greedy' | null;
  /** A sentence: what to know of this plan, or why there is none. */
  note: string | null;
  /** By time. */
  lines: ProposalLineView[];
  open: OpenLine[];
  passes: PassResult[];
  /** No plan places more events than this; null until it is ready. */
  atMostPlaced: number | null;
  fairness: { before: Fairness[]; after: Fairness[] };
}

/** One event of a proposal. */
export interface ProposalLineView {
  lineId: number;
  kind: 'new' | 'moved';
  eventId: number;
  eventName: string;
  employeeId: number;
  employeeName: string;
  day: WorkDate;
  startsAt: Instant;
  endsAt: Instant;
  from: { scheduleId: number; employeeId: number; startsAt: Instant } | null;
  /** Of a noon check: the event of its Core. */
  coreEventId: number | null;
  makesRoomFor: number | null;
  ticked: boolean;
  locked: boolean;
  state: ProposalLineState;
  scheduleId: number | null;
  /** Why it could not be saved. */
  refusal: string | null;
  why: string;
  runnerUp: RunnerUp | null;
  warnings: { code: string; severity: Severity; message: string }[];
  /** What speaks against it by now, for the board changed since; null where nothing does. */
  changed: string | null;
}

/** What became of an approval. */
export interface Approved {
  proposalId: number;
  version: number;
  saved: { lineId: number; eventId: number; scheduleId: number; version: number }[];
  refused: { lineId: number; eventId: number; message: string }[];
}

export type { Suggestions };

/** Whose turn it is on each weekday, the exceptions from today on, and who may be chosen. */
export interface RotationsView {
  storeId: number;
  /** Weekday 0 = Sunday … 6 = Saturday. */
  weekdays: { kind: RotationKind; weekday: number; employeeId: number; name: string }[];
  exceptions: {
    kind: RotationKind;
    day: WorkDate;
    employeeId: number;
    name: string;
    reason: string | null;
  }[];
  choices: Record<RotationKind, { employeeId: number; name: string; role: Role }[]>;
}

/** Somebody's turn on a day. */
export interface Turn {
  employeeId: number;
  name: string;
  /** Whether it is an exception to the weekday. */
  isException: boolean;
  /** Why they aren't there that day; null where they are. */
  off: string | null;
  /** Who could stand in where they are off, the best first. */
  substitutes: { employeeId: number; name: string }[];
}

/** Whose turn it is on a day; null where nobody is named. */
export interface DayTurns {
  day: WorkDate;
  juicer: Turn | null;
  primaryLead: Turn | null;
  secondaryLead: { employeeId: number; name: string } | null;
}
