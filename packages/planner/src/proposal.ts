import type { Instant, Severity, WorkDate } from '@scheduler/scheduling';
import type { Fairness } from './fairness.ts';
import type { PassName } from './formulation.ts';
import type { Obstacle } from './roster.ts';

/** A plan that a person may approve, line by line. It changes nothing itself. */
export interface Proposal {
  /** The method. `greedy` means that the engine failed or found nothing in time, as `note` says. */
  madeBy: 'solver' | 'greedy';
  /**
   * A sentence about why it is not the best plan, or may not be; null if it is proven to be the
   * best.
   */
  note: string | null;
  /** Events that get a person and a day, and schedules that move, by time. */
  lines: ProposalLine[];
  /** Events that stay open. */
  open: OpenLine[];
  /**
   * The number of events that were left out because they are marked as never to be planned
   * automatically.
   */
  leftOut: number;
  /** Locks that could not be kept. Their events are planned anew, or stay open. */
  unkept: UnkeptLock[];
  /** The sums that were minimized, one after another. */
  passes: PassResult[];
  /** No plan places more events than this. */
  atMostPlaced: number;
  /** The people's work in the planned days without the proposal and with it. */
  fairness: { before: Fairness[]; after: Fairness[] };
}

export interface ProposalLine {
  kind: 'new' | 'moved';
  eventId: number;
  employeeId: number;
  day: WorkDate;
  startsAt: Instant;
  endsAt: Instant;
  /** The present place of a schedule that moves; otherwise null. */
  from: { scheduleId: number; employeeId: number; startsAt: Instant } | null;
  /** The event of a noon check's Core; otherwise null. */
  coreEventId: number | null;
  /** The event that takes the place of a schedule that moves; null if there is none. */
  makesRoomFor: number | null;
  /** Whether a lock held it. */
  locked: boolean;
  /** A sentence about why the plan chose this person and day. */
  why: string;
  runnerUp: RunnerUp | null;
  /** Rules that it breaks and that the caller allowed, each of which needs a reason, and hints. */
  warnings: { code: string; severity: Severity; message: string }[];
}

/** The best of the other people, or of the other days if no other person can do it. */
export interface RunnerUp {
  employeeId: number;
  day: WorkDate;
  startsAt: Instant;
  /** A sentence about its cost. */
  cost: string;
}

export interface OpenLine {
  eventId: number;
  /** A sentence for each kind of reason that excludes people and days, the most frequent first. */
  obstacles: (Pick<Obstacle, 'code'> & { message: string; people: number[] })[];
  /** The cheapest change that would make a place for it; null if none was found. */
  repair: string | null;
  /** How {@link OpenLine.repair} is done; missing if there is none, and in older plans. */
  steps?: RepairSteps;
}

/** What makes a place for an event that stays open. */
export interface RepairSteps {
  /** Who then does the event, and when. */
  place: { employeeId: number; day: WorkDate };
  /** The work of that person on that day that goes elsewhere first; null if a reason is enough. */
  move: { eventId: number; employeeId: number; day: WorkDate } | null;
}

/** A lock that a plan could not keep. */
export interface UnkeptLock {
  eventId: number;
  /** A sentence about where it was, and what forbids it. */
  message: string;
}

export interface PassResult {
  name: PassName;
  /** The sum reached. */
  value: number;
  /** No plan has a smaller one, given the passes before. */
  bound: number;
  isProven: boolean;
  tookMs: number;
}
