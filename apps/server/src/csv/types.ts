import type { Instant, WorkDate } from '@scheduler/scheduling';

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
