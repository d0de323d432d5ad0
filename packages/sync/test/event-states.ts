import type { BookingId, MplanId, PlannedEvent, RepId, StoreId } from '@scheduler/crossmark';
import type { EventState, JournalStep } from '../src/reconcile/ledger.ts';

/*
 * Invented states of one event, and rows of Crossmark's list, for the tests of decisions, which
 * need neither Postgres nor HTTP, and load neither.
 */

export const ADA = '100001' as RepId;
export const BOB = '100002' as RepId;
export const STARTS = '2026-01-08T15:45:00.000Z';
export const ENDS = '2026-01-08T22:15:00.000Z';
export const LATER = '2026-01-09T15:45:00.000Z';
export const NOW = '2026-01-05T12:00:00.000Z';
export const LONG_AGO = '2026-01-05T11:00:00.000Z';
export const B1 = '50000001' as BookingId;
export const B2 = '50000002' as BookingId;
export const PLAN = '40000001' as MplanId;

export interface Given {
  /** Who is scheduled here; nobody where null. */
  schedule?: Partial<NonNullable<EventState['schedule']>> | null;
  employee?: Partial<NonNullable<EventState['employee']>>;
  sync?: Partial<EventState['sync']>;
  event?: Partial<EventState['event']>;
  /** Newest first. */
  steps?: Partial<JournalStep>[];
}

/**
 * An event with Ada scheduled at {@link STARTS} and nothing known of Crossmark's side, but for what
 * is given.
 */
export function stateOf({ schedule, employee, sync, event, steps = [] }: Given): EventState {
  const some = { id: 7, eventId: 1, employeeId: 3, startsAt: STARTS, endsAt: ENDS, workDate: '2026-01-08' };
  return {
    sync: {
      wantedVersion: 1,
      wantedAt: LONG_AGO,
      bookingId: null,
      bookedRepId: null,
      bookedRepNames: null,
      bookedStartsAt: null,
      bookedEndsAt: null,
      ...sync,
    },
    event: { id: 1, mplanId: PLAN, condition: 'Unstaffed', missingRuns: 0, ...event },
    store: { crossmarkStoreId: '300001' as StoreId, timeZone: 'America/Chicago' },
    schedule: schedule === null ? null : { ...some, reissueOf: null, ...schedule },
    employee: schedule === null ? null : { id: 3, name: 'Ada', repId: ADA, terminatedOn: null, ...employee },
    steps: steps.map((step, index) => ({
      id: 100 - index,
      state: 'done',
      repId: null,
      scheduleId: null,
      startsAt: null,
      endsAt: null,
      bookingId: null,
      sentAt: LONG_AGO,
      ...step,
    })),
  } as unknown as EventState;
}

export const rowOf = (row: Partial<PlannedEvent> = {}): PlannedEvent => ({
  mplanId: PLAN,
  storeId: '300001' as StoreId,
  storeName: 'Club',
  name: 'Event',
  startsOn: '2026-01-01',
  dueOn: '2026-02-01',
  condition: 'Unstaffed',
  staffedReps: [],
  repId: null,
  bookingId: null,
  startsAt: null,
  instructionsUrl: null,
  ...row,
});
export const bookedRow = (id: BookingId, rep = ADA, startsAt = STARTS): PlannedEvent =>
  rowOf({
    condition: 'Scheduled',
    bookingId: id,
    repId: rep,
    startsAt,
    staffedReps: [rep === ADA ? 'Ada' : 'Bob'],
  });
/** The columns of a sync row that knows a booking. */
export const knows = (id: BookingId, rep = ADA, startsAt = STARTS, endsAt = ENDS) => ({
  bookingId: id,
  bookedRepId: rep,
  bookedRepNames: rep === ADA ? 'Ada' : 'Bob',
  bookedStartsAt: startsAt,
  bookedEndsAt: endsAt,
});
export const made = (id: BookingId | null, step: Partial<JournalStep> = {}): Partial<JournalStep> => ({
  kind: 'create',
  repId: ADA,
  startsAt: STARTS,
  endsAt: ENDS,
  bookingId: id,
  ...step,
});
export const removal = (id: BookingId, step: Partial<JournalStep> = {}): Partial<JournalStep> => ({
  kind: 'delete',
  bookingId: id,
  ...step,
});
export const reissue = (step: Partial<JournalStep> = {}): Partial<JournalStep> => ({
  kind: 'reissue',
  bookingId: B1,
  repId: ADA,
  scheduleId: 7,
  startsAt: STARTS,
  ...step,
});
export const asksForReissue = { reissueOf: B1, reissueExpiresOn: '2026-03-01', reissueResponses: false };
