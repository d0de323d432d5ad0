import type { WorkDate } from '@scheduler/scheduling';
import type { VerifiedDay } from '@scheduler/verification';

export type { TurnOfDay, VerifiedDay } from '@scheduler/verification';

/** Some days of one store with their checks. */
export interface VerifiedDays {
  store: { id: number; name: string; number: string; timeZone: string };
  /** The store's day now. */
  today: WorkDate;
  days: VerifiedDay[];
}
