import type { AttemptOutcome, FailureKind, SyncState, UserRole } from '@scheduler/db';
import type { Condition, EventType, Instant, Reason, Role, WorkDate } from '@scheduler/scheduling';

/** How far an event has got towards Crossmark. */
export interface SyncBadge {
  state: SyncState;
  /** Why it isn't there, in a sentence; null while nothing stands in the way. */
  reason: string | null;
  nextTryAt: Instant | null;
  /** Tries since what is wanted last changed. */
  tries: number;
}

export interface BoardEvent {
  eventId: number;
  name: string;
  eventNumber: string | null;
  type: EventType;
  startsOn: WorkDate;
  /** The last work day is the one before. */
  dueOn: WorkDate;
  durationMinutes: number;
  condition: Condition;
  mplanId: string | null;
  sync: SyncBadge;
  /** Names as in Crossmark, where it holds a booking that nobody here made and no person here stands for. */
  bookedElsewhere: string | null;
}

export interface BoardSchedule {
  scheduleId: number;
  version: number;
  event: BoardEvent;
  employeeId: number;
  startsAt: Instant;
  endsAt: Instant;
  /** The store's day. */
  workDate: WorkDate;
  source: 'board' | 'crossmark' | 'csv';
  /** Why a soft conflict was accepted. */
  overrideReason: string | null;
  /** Rules that it breaks as things stand: what comes from Crossmark or a CSV is a fact and is shown, not refused. */
  flags: Reason[];
}

export interface BoardStore {
  id: number;
  name: string;
  number: string;
  timeZone: string;
}

export type LinkState = 'unchecked' | 'linked' | 'not_found' | 'ambiguous' | 'taken';

export interface BoardPerson {
  id: number;
  name: string;
  role: Role;
  linkState: LinkState;
  /** Days of the week on which they don't work, and why. */
  off: { day: WorkDate; reason: string }[];
}

/** One week of one store, Sunday first. */
export interface WeekBoard {
  store: BoardStore;
  weekOf: WorkDate;
  days: WorkDate[];
  /** The store's day now. */
  today: WorkDate;
  holidays: { day: WorkDate; name: string }[];
  people: BoardPerson[];
  schedules: BoardSchedule[];
  /** Unscheduled work whose window touches the week or is yet to come within it; most urgent first. */
  tray: BoardEvent[];
}

/** Who may do an event on a day and when. */
export interface ScheduleOptions {
  event: BoardEvent;
  day: WorkDate;
  timeZone: string;
  slots: { time: string; startsAt: Instant }[];
  /** Those whom nothing speaks against at some slot come first. Hints are among the reasons and ask nothing. */
  people: { employeeId: number; name: string; role: Role; reasonsBySlot: Record<string, Reason[]> }[];
  /** The open Supervisor event that goes along with a Core. */
  supervisorEvent: BoardEvent | null;
}

/** What became of the Supervisor event of a Core: scheduled or moved, else `scheduleId` null and the reason. */
export interface PairedOutcome {
  eventId: number;
  scheduleId: number | null;
  employeeId: number | null;
  startsAt: Instant | null;
  message: string;
}

/** A saved schedule. */
export interface Saved {
  scheduleId: number;
  eventId: number;
  version: number;
  /** Null where no Supervisor event goes along. */
  paired: PairedOutcome | null;
}

export interface EventRow {
  event: BoardEvent;
  storeId: number;
  schedule: {
    scheduleId: number;
    version: number;
    employeeId: number;
    employeeName: string;
    startsAt: Instant;
    endsAt: Instant;
    workDate: WorkDate;
  } | null;
  instructionsUrl: string | null;
}

export interface EventList {
  rows: EventRow[];
  total: number;
}

export interface SyncAttempt {
  id: number;
  task: string;
  number: number;
  startedAt: Instant;
  finishedAt: Instant | null;
  /** Null while it runs. */
  outcome: AttemptOutcome | null;
  summary: string | null;
  failureKind: FailureKind | null;
  failureReason: string | null;
  nextTryAt: Instant | null;
}

/** A write to Crossmark, or one whose answer was lost. */
export interface SyncStep {
  id: number;
  kind: 'create' | 'delete' | 'reissue';
  state: 'sent' | 'done' | 'refused' | 'unknown' | 'settled';
  bookingId: string | null;
  detail: string | null;
  sentAt: Instant;
  answeredAt: Instant | null;
}

export interface SyncDetail extends SyncBadge {
  eventId: number;
  wantedVersion: number;
  syncedVersion: number;
  wantedAt: Instant | null;
  syncedAt: Instant | null;
  failureKind: FailureKind | null;
  bookingId: string | null;
  /** For a person: what is wanted here, what Crossmark is known to hold, what happens next. */
  wanted: string;
  held: string;
  next: string;
  /** What somebody changed in Crossmark while it was changed here. */
  conflict: string | null;
  /** Newest first. */
  attempts: SyncAttempt[];
  /** Newest first. */
  steps: SyncStep[];
}

export interface RefreshRun {
  runId: number;
  state: 'queued' | 'running' | 'done' | 'failed';
  requestedBy: string;
  requestedAt: Instant;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  read: number;
  total: number | null;
  created: number;
  updated: number;
  unchanged: number;
  gone: number;
  drifted: number;
  /** Rows of Crossmark's list that could not be read; they changed nothing. */
  badRows: { mplanId: string | null; reason: string }[];
  failureReason: string | null;
}

export interface SyncSummary {
  counts: Record<SyncState, number>;
  /** What holds up most of the waiting ones; null where none waits. */
  waitingBecause: string | null;
  /** Workers that were heard of lately; none means that nothing reaches Crossmark. */
  workers: number;
  /** Whether Crossmark answers the workers; `since` is null while it does. `waiting` counts what will go out by itself. */
  crossmark: { state: 'reachable' | 'unreachable'; since: Instant | null; waiting: number };
  /** The latest refresh that ended well, and the one asked for last. */
  lastDone: RefreshRun | null;
  lastRefresh: RefreshRun | null;
}

/** Something changed: read it again. `all`: changes may have been missed, read everything again. */
export interface LiveChange {
  kind: 'event' | 'employee' | 'refresh' | 'crossmark' | 'access' | 'all';
  id: number;
}

export interface Employee {
  id: number;
  storeId: number;
  name: string;
  email: string | null;
  phone: string | null;
  role: Role;
  employeeNumber: string | null;
  repId: string | null;
  linkState: LinkState;
  /** Why there is no link to Crossmark. */
  linkReason: string | null;
  adultBeverageTrained: boolean;
  /** Last work day; null while they are with us. */
  terminatedOn: WorkDate | null;
  version: number;
}

/** A person with the days on which they can work. */
export interface EmployeeDetail extends Employee {
  /** Sunday first; null: every day. */
  pattern: boolean[] | null;
  ranges: { startsOn: WorkDate; endsOn: WorkDate; available: boolean; reason: string | null }[];
  dates: { day: WorkDate; available: boolean; reason: string | null }[];
  timeOff: { startsOn: WorkDate; endsOn: WorkDate; reason: string | null }[];
  /** Live schedules from today on, soonest first. */
  upcoming: { scheduleId: number; eventName: string; startsAt: Instant; workDate: WorkDate }[];
}

/** `deleted` where nothing was ever scheduled for them, else `retired`: their history stays. */
export interface Removed {
  outcome: 'deleted' | 'retired';
  terminatedOn: WorkDate | null;
  /** Live schedules after their last day: somebody else must do these. */
  schedulesToReassign: number[];
}

export interface Store extends BoardStore {
  crossmarkStoreId: string;
}

/** Somebody who may sign in, or might until they were disabled. */
export interface UserAccess {
  id: string;
  name: string;
  email: string;
  role: UserRole;
  disabledAt: Instant | null;
  version: number;
  /** Open sessions, and when one was last used. */
  sessions: number;
  lastSeenAt: Instant | null;
}

/** An invitation that nobody has used yet. */
export interface Invitation {
  id: number;
  name: string;
  email: string;
  role: UserRole;
  createdBy: string;
  expiresAt: Instant;
}

export interface UserList {
  users: UserAccess[];
  invitations: Invitation[];
}

/** A place where somebody is signed in. */
export interface OpenSession {
  id: string;
  /** Such as `Chrome on Windows`. */
  device: string;
  address: string | null;
  app: 'Scheduler' | 'Admin page';
  signedInAt: Instant;
  lastUsedAt: Instant;
  /** The one that asks. */
  current: boolean;
}

/** A one-time link's secret part: shown once, to be handed over. */
export interface NewLink {
  token: string;
  expiresAt: Instant;
}

/** What a link is for. */
export type OpenedLink =
  | { kind: 'set_up'; needsStore: boolean }
  | { kind: 'invite'; email: string; name: string; role: UserRole }
  | { kind: 'reset'; email: string; name: string };
