import type { Instant, Severity, WorkDate } from '@scheduler/scheduling';
import type { Fairness } from './fairness.ts';
import type { PassName } from './formulation.ts';
import type { Obstacle } from './roster.ts';

/** A plan that somebody may approve, line by line. Nothing is changed by it. */
export interface Proposal {
  /**
   * What it was made with. `greedy`: the engine failed or found nothing in time, as `note` says.
   */
  madeBy: 'solver' | 'greedy';
  /**
   * A sentence for the reader: why it is not the best plan, or may not be; null where it is proven
   * to be.
   */
  note: string | null;
  /** Events that get a person and a day, and schedules that move, by time. */
  lines: ProposalLine[];
  /** Events that stay open. */
  open: OpenLine[];
  /** What was minimized, one after another. */
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
  /** Of a schedule that moves: where it is now. */
  from: { scheduleId: number; employeeId: number; startsAt: Instant } | null;
  /** Of a noon check: the event of its Core. */
  coreEventId: number | null;
  /** Of a schedule that moves: the event that takes its place; null where none does. */
  makesRoomFor: number | null;
  /** Whether a lock held it. */
  locked: boolean;
  /** Why this person and day, in a sentence. */
  why: string;
  runnerUp: RunnerUp | null;
  /** Rules that it breaks and that the caller allowed, each of which needs a reason, and hints. */
  warnings: { code: string; severity: Severity; message: string }[];
}

/** The best of the other people, or of the other days where no other person can. */
export interface RunnerUp {
  employeeId: number;
  day: WorkDate;
  startsAt: Instant;
  /** What it would cost, in a sentence. */
  cost: string;
}

export interface OpenLine {
  eventId: number;
  /**
   * What keeps people and days from it: a sentence for each kind of reason, the most frequent
   * first.
   */
  obstacles: (Pick<Obstacle, 'code'> & { message: string; people: number[] })[];
  /** The cheapest change with which it would find a place; null where none was found. */
  repair: string | null;
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
