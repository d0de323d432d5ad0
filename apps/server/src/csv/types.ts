import type { Instant, WorkDate } from '@scheduler/scheduling';

/** Cores that an import of an earlier version shortened, and the effect of lengthening each. */
export interface ShortenedCores {
  /** Their right duration in minutes. */
  minutes: number;
  rows: {
    eventId: number;
    name: string;
    storeId: number;
    timeZone: string;
    startsOn: WorkDate;
    dueOn: WorkDate;
    /**
     * The live schedule with its new end, which equals the current end if that was not shortened.
     */
    schedule: {
      scheduleId: number;
      version: number;
      employeeName: string;
      startsAt: Instant;
      endsAt: Instant;
      newEndsAt: Instant;
    } | null;
    /** Why the Core stays unchanged; null if it is lengthened. */
    refused: string | null;
  }[];
}
