import type { Instant, WorkDate } from '@scheduler/scheduling';

/** What a note is about. */
export type NoteSubject =
  | { kind: 'event'; eventId: number }
  | { kind: 'person'; employeeId: number }
  | { kind: 'day'; storeId: number; day: WorkDate };

export interface Note {
  subject: NoteSubject;
  /** May have several lines. */
  text: string;
  version: number;
  writtenBy: string;
  writtenAt: Instant;
}
