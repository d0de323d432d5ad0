import type { AttemptOutcome, FailureKind, StepState, SyncState, UserRole } from '@scheduler/db';
import type {
  Condition,
  DayCheck,
  EventType,
  Holiday,
  Instant,
  NoonCheckOrder,
  NoonState,
  PersonFacts,
  PerType,
  PlannedWork,
  Reason,
  Role,
  RoleLimit,
  SlotCover,
  StoreRules,
  WorkDate,
} from '@scheduler/scheduling';

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
  /** Reissued work: its expiry, which takes the window's place; the last work day is the one before. */
  windowEndsOn: WorkDate | null;
  /** Rules that it breaks as things stand: what comes from Crossmark or a CSV is a fact and is shown, not refused. */
  flags: Reason[];
}

/** With what the rules ask of a store. */
export interface BoardStore extends StoreRules {
  id: number;
  name: string;
  number: string;
  slots: PerType<string[]>;
}

export type LinkState = 'unchecked' | 'linked' | 'not_found' | 'ambiguous' | 'taken';

/** With what the rules ask of a person, as far as it concerns the week. */
export interface BoardPerson extends PersonFacts {
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
  /** Of the week and the Sunday after it, into which work may go on. */
  holidays: { day: WorkDate; name: string }[];
  people: BoardPerson[];
  schedules: BoardSchedule[];
  /**
   * Live work of these people that is not among `schedules`, for the rules ask about it: at other stores, and on the days
   * next to the week, for work may reach over midnight.
   */
  besides: PlannedWork[];
  /** Unscheduled work whose window touches the week or is yet to come within it; most urgent first. */
  tray: BoardEvent[];
  /** How much unscheduled work has its window before the week, and how much after it. */
  openElsewhere: { earlier: number; later: number };
}

/** One day of one store. */
export interface DayBoard {
  store: BoardStore;
  day: WorkDate;
  /** The store's day now. */
  today: WorkDate;
  /** The holiday that falls on it. */
  holiday: string | null;
  /** `off` is why they don't work that day; null where they can. */
  people: { id: number; name: string; role: Role; off: string | null }[];
  /** By time. */
  schedules: BoardSchedule[];
  /** The Supervisor event of each Core that has one; `workDate` is the day on which it is scheduled. */
  noonChecks: { coreEventId: number; state: NoonState; event: BoardEvent; workDate: WorkDate | null }[];
  /** Unscheduled work whose last day this is, most urgent first. */
  due: BoardEvent[];
  /** Where the instructions of the day's work are, as far as Crossmark told; by event. */
  instructions: Record<number, string>;
  /** Usual starts of each type, and other ones where work stands there. */
  coverage: { type: EventType; slots: SlotCover[] }[];
  checks: DayCheck[];
}

/** What becomes of work that is given to another person in bulk. */
export interface Reassignment {
  to: { id: number; name: string };
  rows: {
    scheduleId: number;
    version: number;
    event: Pick<BoardEvent, 'eventId' | 'name' | 'type'>;
    from: { id: number; name: string };
    startsAt: Instant;
    /** Why it stays with whom it is; null where it goes over. */
    refused: string | null;
  }[];
}

/** What the rules say of a trade: `a` of B's person doing A's event, `b` the other way round. Hints don't forbid it. */
export interface TradePreview {
  allowed: boolean;
  a: Reason[];
  b: Reason[];
}

/** One month of one store in whole weeks, Sunday first. */
export interface MonthView {
  store: BoardStore;
  /** `YYYY-MM`. */
  month: string;
  /** The store's day now. */
  today: WorkDate;
  days: {
    day: WorkDate;
    holiday: string | null;
    /** Planned work, in the order of the types; none is left out. */
    counts: { type: EventType; count: number }[];
    /** Unscheduled events whose last day this is. */
    due: number;
  }[];
}

/** Who may do an event on a day and when. */
export interface ScheduleOptions {
  event: BoardEvent;
  day: WorkDate;
  /** The last day on which it may be worked: the window's, or that of its reissue. */
  lastDay: WorkDate;
  timeZone: string;
  slots: { time: string; startsAt: Instant }[];
  /** Those whom nothing speaks against at some slot come first. Hints are among the reasons and ask nothing. */
  people: {
    employeeId: number;
    name: string;
    role: Role;
    reasonsBySlot: Record<string, Reason[]>;
    /** Who would do the noon check of a Core that this person does; null where nobody can. */
    noonCheckBy: { employeeId: number; name: string } | null;
  }[];
  /** The open Supervisor event that goes along with a Core. */
  supervisorEvent: BoardEvent | null;
  /** Who is asked first to do it. */
  noonCheckBy: NoonCheckOrder;
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

/** What became of one of several events that were scheduled at once: `saved`, or null and why not. */
export interface CreatedRow {
  eventId: number;
  saved: Saved | null;
  message: string | null;
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
  /** A person chose its type; else its name tells it. */
  typeByHand: boolean;
  /** Its work was reported as done or is over, so that it may be opened again. */
  reissuable: boolean;
}

/** Cores that an import of an earlier version shortened, and what setting them right does with each. */
export interface ShortenedCores {
  /** The minutes that they are set to. */
  minutes: number;
  rows: {
    eventId: number;
    name: string;
    storeId: number;
    timeZone: string;
    startsOn: WorkDate;
    dueOn: WorkDate;
    /** With the end that it gets; the same as now where its end was not shortened. */
    schedule: {
      scheduleId: number;
      version: number;
      employeeName: string;
      startsAt: Instant;
      endsAt: Instant;
      newEndsAt: Instant;
    } | null;
    /** Why it stays as it is; null where it is set right. */
    refused: string | null;
  }[];
}

/** What kind of work an event is since a person said so, or left it to its name. */
export interface ChosenType {
  eventId: number;
  type: EventType;
  typeByHand: boolean;
  durationMinutes: number;
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
  state: StepState;
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
  /** When that was read; a choice names it. Null without a conflict. */
  conflictSeenAt: Instant | null;
  /** The rules that the board would break if it took Crossmark's side of the conflict. */
  theirsBreaks: Reason[];
  /** Newest first. */
  attempts: SyncAttempt[];
  /** Newest first. */
  steps: SyncStep[];
}

export interface RefreshRun {
  runId: number;
  state: 'queued' | 'running' | 'done' | 'failed' | 'needs_decision' | 'superseded';
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
  /** Events and bookings that this reading lacks, where no earlier one confirms it: a later one does or doesn't. */
  unconfirmed: number;
  /** Rows of Crossmark's list that could not be read; they changed nothing. */
  badRows: { mplanId: string | null; reason: string }[];
  failureReason: string | null;
}

/** Crossmark's list lacks so many events at once that an admin has to tell whether they are gone. */
export interface RefreshQuestion {
  runId: number;
  /** When the second of two whole readings ended that both lack them. */
  askedAt: Instant;
  count: number;
  /** Names exactly these events; an answer to another list is refused. */
  digest: string;
  /** The first of the missing events: scheduled events before unscheduled ones, each group by due day. */
  events: {
    eventId: number;
    name: string;
    storeName: string;
    startsOn: string;
    dueOn: string;
    schedule: { employeeName: string; workDate: string } | null;
  }[];
}

export interface SyncSummary {
  counts: Record<SyncState, number>;
  /** What holds up most of the waiting ones; null where none waits. */
  waitingBecause: string | null;
  /** Workers that were heard of lately; none means that nothing reaches Crossmark. */
  workers: number;
  /** An admin lets nothing out to Crossmark: all calls, or the sync of schedules; null while nobody does. */
  heldBack: { since: Instant } | null;
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
  ranges: { id: number; startsOn: WorkDate; endsOn: WorkDate; available: boolean; reason: string | null }[];
  dates: { day: WorkDate; available: boolean; reason: string | null }[];
  timeOff: { id: number; startsOn: WorkDate; endsOn: WorkDate; reason: string | null }[];
  store: BoardStore;
  /** The store's day now. */
  today: WorkDate;
  holidays: Holiday[];
  /** Live schedules that touch today or a later day, soonest first; `lastDay` is the last day that each one touches. */
  upcoming: {
    scheduleId: number;
    eventName: string;
    startsAt: Instant;
    workDate: WorkDate;
    lastDay: WorkDate;
  }[];
}

/** `deleted` where nothing was ever scheduled for them, else `retired`: their history stays. */
export interface Removed {
  outcome: 'deleted' | 'retired';
  terminatedOn: WorkDate | null;
  /** Live schedules after their last day: somebody else must do these. */
  schedulesToReassign: number[];
}

/** A schedule of somebody who can't work that day as things stand now. */
export interface BrokenSchedule {
  scheduleId: number;
  eventId: number;
  eventName: string;
  startsAt: Instant;
  workDate: WorkDate;
  /** What the rule says, in a sentence. */
  message: string;
}

/** A change of the days on which somebody can work. */
export interface AvailabilitySaved {
  employee: Employee;
  /** Live schedules that the change put in the wrong, soonest first: they stay, and the board marks them. */
  broken: BrokenSchedule[];
}

/** A person's work in one week, Sunday first. */
export interface PersonWeek {
  store: BoardStore;
  employee: { id: number; name: string; role: Role };
  weekOf: WorkDate;
  days: WorkDate[];
  today: WorkDate;
  holidays: { day: WorkDate; name: string }[];
  /** Days on which they don't work, and why. */
  off: { day: WorkDate; reason: string }[];
  schedules: {
    scheduleId: number;
    eventId: number;
    version: number;
    eventName: string;
    eventNumber: string | null;
    type: EventType;
    startsAt: Instant;
    endsAt: Instant;
    workDate: WorkDate;
    changedAt: Instant;
    instructionsUrl: string | null;
    syncState: SyncState;
  }[];
  /** Whether anything was ever planned for them in that week: a calendar file then says what became of it. */
  hasCalendarFile: boolean;
}

/** What a calendar file says of a person's week. */
export interface PersonCalendar {
  store: BoardStore;
  employee: { id: number; name: string };
  weekOf: WorkDate;
  entries: {
    eventId: number;
    eventName: string;
    type: EventType;
    startsAt: Instant;
    endsAt: Instant;
    /** It ended, or somebody else has it. */
    isCancelled: boolean;
    /** Grows with each change of who works the event and when, whatever else becomes of its schedules. */
    sequence: number;
    changedAt: Instant;
    instructionsUrl: string | null;
  }[];
}

/** A rep of Crossmark's list as it was last read. */
export interface Rep {
  repId: string;
  /** As a person writes it: Crossmark's own list is often in upper case. */
  name: string;
  employeeNumber: string | null;
  email: string | null;
  phone: string | null;
  /** Whose RepID or employee number it is here. */
  holder: { id: number; name: string } | null;
}

/** The latest reading of Crossmark's rep list; while `queued`, `failureReason` says why it takes so long. */
export interface RepReading {
  readingId: number;
  state: 'queued' | 'done' | 'failed';
  requestedAt: Instant;
  finishedAt: Instant | null;
  failureReason: string | null;
}

/** Crossmark's reps for somebody to choose from. `readAt` null: never read. */
export interface RepList {
  reading: RepReading | null;
  readAt: Instant | null;
  reps: Rep[];
}

/**
 * What an import would do with a rep: `new` adds a person, `changed` changes one, `same` nothing, `conflict` can't be
 * told by itself.
 */
export interface ImportRow {
  rep: Rep;
  status: 'new' | 'changed' | 'same' | 'conflict';
  /** Who is meant; null for a new person and where nobody can be told. */
  employee: { id: number; name: string; retired: boolean } | null;
  changes: { field: 'name' | 'employeeNumber' | 'repId'; from: string | null; to: string }[];
  /** `conflict`: why, and what to do; `new`: what to look out for. */
  note: string | null;
}

export interface ImportPreview {
  reading: RepReading | null;
  readAt: Instant | null;
  rows: ImportRow[];
}

export interface ImportResult {
  created: number;
  changed: number;
}

export interface Store extends BoardStore {
  crossmarkStoreId: string;
  /** Minutes of new events that were set for it. */
  durations: PerType<number>;
  /** Of these settings. */
  version: number;
}

/** What a store's settings are and what they would be without. */
export interface Settings {
  store: Store;
  types: {
    type: EventType;
    slots: string[];
    usualSlots: string[];
    minutes: number;
    usualMinutes: number;
    /** Whose people do it without being asked why; all roles where nobody is limited. */
    roles: Role[];
    /** Whether others may do it with a reason. */
    roleLimit: RoleLimit;
    usualRoleLimit: RoleLimit;
  }[];
  holidays: (Holiday & { id: number })[];
  /** Live schedules from today on: what a change of zone concerns. */
  upcoming: number;
}

/**
 * Why an event isn't settled: `failed` nothing is tried until a person acts · `conflict` both sides were changed ·
 * `long_waiting` tried again by itself, but for a while already · `unknown_rep` Crossmark holds a booking of somebody whom
 * nobody here stands for · `waiting` and `pending` go out by themselves.
 */
export type UnsettledKind = 'failed' | 'conflict' | 'long_waiting' | 'unknown_rep' | 'waiting' | 'pending';

export interface UnsettledEvent extends EventRow {
  kind: UnsettledKind;
  /** Since when what is wanted differs; null where nothing is wanted here. */
  since: Instant | null;
  /** In words: what is wanted here, and what Crossmark holds. */
  wanted: string;
  held: string;
  /** When Crossmark's side of a conflict was read; a choice names it. Null without a conflict. */
  conflictSeenAt: Instant | null;
}

/** A person who can't be told to Crossmark, with work that therefore can't either. */
export interface UnlinkedPerson {
  employeeId: number;
  name: string;
  linkState: LinkState;
  linkReason: string | null;
  /** Live schedules from today on, and the day of the first. */
  schedules: number;
  nextOn: WorkDate;
}

/** What isn't as it should be in a store; what needs a person most comes first. */
export interface Attention {
  timeZone: string;
  counts: Record<UnsettledKind, number>;
  /** One page of `total` that match what was asked. */
  rows: UnsettledEvent[];
  total: number;
  people: UnlinkedPerson[];
  /** Why dead letters failed, most frequent first. */
  failures: { reason: string; count: number }[];
}

/** `drift`: what was changed on Crossmark's side and what became of it here. */
export type HistoryKind = 'plan' | 'drift' | 'sync' | 'people' | 'import' | 'refresh' | 'other';

/** Somebody did something, or the sync ended a try. */
export interface HistoryEntry {
  id: string;
  at: Instant;
  kind: HistoryKind;
  by: string;
  /** Goes on from `by`: `moved it from Mon Jan 5, 10:45 AM to Tue Jan 6, 11:15 AM`. */
  what: string;
  problem: boolean;
  event: { eventId: number; name: string; type: EventType } | null;
  employeeName: string | null;
}

export interface HistoryPage {
  timeZone: string;
  /** Newest first. */
  entries: HistoryEntry[];
  /** Where the next page begins; null where there is none. */
  next: string | null;
}

/** Kinds of history, and what only admins see: `access` to the scheduler, `settings`, and what was done to `queues`. */
export type AuditKind = HistoryKind | 'settings' | 'access' | 'queues';

/** What an entry of the audit log can be about. */
export type AuditObject =
  | 'event'
  | 'schedule'
  | 'employee'
  | 'store'
  | 'holiday'
  | 'user'
  | 'refresh'
  | 'queue'
  | 'job'
  | 'scheduler'
  | 'worker'
  | 'breaker';

/** Somebody did something. */
export interface AuditEntryView {
  id: number;
  at: Instant;
  by: string;
  actorId: string;
  /** Such as `schedule.create`. */
  action: string;
  kind: AuditKind;
  /** Goes on from `by`. */
  what: string;
  /** What it was done to; its name as it is now, or was then where it is gone. */
  object: { type: string; id: string; name: string | null };
  changes: { field: string; from: string | null; to: string | null }[];
  event: { eventId: number; name: string; type: EventType } | null;
  person: { employeeId: number; name: string } | null;
  requestId: string | null;
}

export interface AuditPage {
  timeZone: string;
  /** Newest first. */
  entries: AuditEntryView[];
  /** Where the next page begins; null where there is none. A search may find less than a page, or nothing, before it. */
  next: string | null;
  /** How far back this page looked, where it is not the last. */
  reached: Instant | null;
}

/** `left` more match: ask again. */
export interface Retried {
  retrying: number;
  left: number;
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
