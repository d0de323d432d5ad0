import type { ProposalLineState, ProposalOccasion, ProposalState } from '@scheduler/db';
import type {
  Fairness,
  OpenLine,
  PassResult,
  PlanOptions,
  PlanSettings,
  RotationKind,
  RunnerUp,
  Suggestions,
} from '@scheduler/planner';
import type { Cause, Stay } from '@scheduler/plans';
import type { EventType, Instant, Role, Severity, WorkDate } from '@scheduler/scheduling';
import type { BrokenSchedule } from '../employees/types.ts';

/** A proposed plan, as people review it. */
export interface ProposalView {
  proposalId: number;
  storeId: number;
  state: ProposalState;
  /** Why it was made: somebody asked for it, or it was made by itself. */
  occasion: ProposalOccasion;
  /** An edit names this version. An edit of an older version is refused. */
  version: number;
  /** The user who requested it, and the time. It is made from the board of that moment. */
  requestedBy: string;
  requestedById: string;
  /** Why it finds other people for scheduled work; null if it places open work. */
  cause: Cause | null;
  /** A sentence if that reason no longer holds, because the time off was removed; otherwise null. */
  causeOver: string | null;
  /**
   * Who has it planned again at the moment; null if nobody has. Until the new plan is ready, nothing
   * of this one can be changed.
   */
  plannedAgainBy: string | null;
  createdAt: Instant;
  finishedAt: Instant | null;
  fromDay: WorkDate;
  toDay: WorkDate;
  options: PlanOptions;
  madeBy: 'solver' | 'greedy' | null;
  /** A sentence about this plan, or why there is none. */
  note: string | null;
  /** In order of time. */
  lines: ProposalLineView[];
  open: (Omit<OpenLine, 'steps'> & {
    eventName: string;
    type: EventType;
    dueOn: WorkDate;
    /** Whether the repair can be taken into the plan. */
    canRepair: boolean;
  })[];
  /** Events that were left out because they are marked as never to be planned automatically. */
  leftOut: number;
  /** Locks of the plan before it that could not be kept, each with a sentence about why. */
  unkept: { eventId: number; eventName: string; message: string }[];
  passes: PassResult[];
  /** No plan places more events than this; null until it is ready. */
  atMostPlaced: number | null;
  fairness: { before: Fairness[]; after: Fairness[] };
  /** Of a plan with a cause: work that has begun or is over, and stays. */
  stays: Stay[];
  /** The approvals that can be undone, the latest first. */
  approvals: { approvalId: number; by: string; at: Instant; events: number }[];
}

/** A proposal among those of a store. */
export type ProposalSummary = Pick<
  ProposalView,
  | 'proposalId'
  | 'state'
  | 'occasion'
  | 'requestedBy'
  | 'requestedById'
  | 'cause'
  | 'createdAt'
  | 'fromDay'
  | 'toDay'
>;

/** One event of a proposal. */
export interface ProposalLineView {
  lineId: number;
  kind: 'new' | 'moved';
  eventId: number;
  eventName: string;
  type: EventType;
  employeeId: number;
  employeeName: string;
  day: WorkDate;
  startsAt: Instant;
  endsAt: Instant;
  from: { scheduleId: number; employeeId: number; startsAt: Instant } | null;
  /** Where the plan or a repair had put it before somebody moved it; null if nobody did. */
  proposed: { employeeId: number; startsAt: Instant } | null;
  /** The event for which a repair added or moved this line; otherwise null. */
  repairs: number | null;
  /** The event of a noon check's Core; otherwise null. */
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
  /** The obstacle on the present board, which may have changed; null if there is none. */
  changed: string | null;
}

/** Where a change has put a line. */
export type PlacedLine = Pick<ProposalLineView, 'lineId' | 'employeeId' | 'startsAt' | 'state'>;

/** The result of an approval. */
export interface Approved {
  proposalId: number;
  version: number;
  /** The id with which it can be undone; null if nothing was saved. */
  approvalId: number | null;
  saved: { lineId: number; eventId: number; scheduleId: number; version: number }[];
  refused: { lineId: number; eventId: number; message: string }[];
}

/** A plan that finds others for work: one being made, or one that was open for it already. */
export interface CoverStarted {
  /** Null if there is no work to find other people for. */
  proposalId: number | null;
  /** The time off that was recorded with it; null if the days were off before. */
  timeOffId: number | null;
  /** How many events it is about. */
  events: number;
  /** What has begun or is over, and stays. */
  stays: Stay[];
  /**
   * Schedules that the recorded time off invalidates and that the plan is not about: it has the work
   * of the person's own store on these days.
   */
  broken: BrokenSchedule[];
}

/** The result of undoing an approval. */
export interface Undone {
  proposalId: number;
  version: number;
  /** Lines that are open again. */
  restored: { lineId: number; eventId: number }[];
  /** Lines that stay scheduled, each with the reason. */
  kept: { lineId: number; eventId: number; message: string }[];
  /**
   * If the time off of a sick call was taken back: a sentence about other time off that the person
   * still has on its days; null if there is none.
   */
  stillOff: string | null;
}

export type { Cause, PlanSettings, Suggestions };

/** A store's settings of plans. */
export interface PlanSettingsView {
  storeId: number;
  /** The version of the store's settings, which a change names. */
  version: number;
  settings: PlanSettings;
}

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
  /** Why they are off that day; null if they are not. */
  off: string | null;
  /** Substitutes if they are off, the best first. */
  substitutes: { employeeId: number; name: string }[];
}

/** Whose turn it is on a day; null if nobody is named. */
export interface DayTurns {
  day: WorkDate;
  juicer: Turn | null;
  primaryLead: Turn | null;
  secondaryLead: { employeeId: number; name: string } | null;
}
