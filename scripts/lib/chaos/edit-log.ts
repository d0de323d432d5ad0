import { currentInstant } from '@scheduler/runtime/clock';
import { TRPCClientError } from '@trpc/client';
import type { HistoryEntry, Wish } from './history.ts';

const CALL_WITHIN_MS = 8_000;

/** The edits and their authors, in the order of the answers. */
export interface EditRecord {
  at: string;
  /** Empty if the edit may be about any event. */
  eventIds: number[];
  what: string;
}

/** The number of edits by result. */
export interface EditCounts {
  /** Edits that were saved, or done on Crossmark's site. */
  done: number;
  /** Edits that the rules or a newer version refused. */
  refused: number;
  /** Edits without a trustworthy answer, which may have been saved or not. */
  unanswered: number;
}

/** A schedule in an answer. */
export interface AcknowledgedSchedule {
  scheduleId: number;
  version: number;
}

/** An approved line in an answer. */
export interface ApprovedLine extends AcknowledgedSchedule {
  lineId: number;
  eventId: number;
}

/** What an edit makes of an event. */
export interface EventWish {
  eventId: number;
  wish: Wish;
  isReissue?: boolean;
}

/** Records the edits, and the server's answers to them. */
export class EditLog {
  /** Everything that people did to events, for the check of the history. */
  readonly history: HistoryEntry[] = [];
  private readonly pairsOf: (eventId: number) => number[];

  /** `pairsOf`: the events that may be changed together with an event, because they are its pair. */
  constructor(pairsOf: (eventId: number) => number[]) {
    this.pairsOf = pairsOf;
  }

  readonly counts: EditCounts = { done: 0, refused: 0, unanswered: 0 };
  readonly records: EditRecord[] = [];
  /** The newest version of each schedule that an answer reported as saved. */
  readonly acknowledged = new Map<number, number>();
  /** The lines of plans that answers reported as scheduled, grouped by concurrent approvals. */
  readonly approvals: ApprovedLine[][] = [];

  /** The bookings whose work was reported as done. */
  readonly reports = new Set<string>();

  /** How often a store got another zone, here or at Crossmark, and whether somebody is at it. */
  zoneChanges = 0;
  isZoneMoving = false;

  /** The choices of people on Crossmark's own site, as `<mplanId>_<storeId> <repId>`. */
  readonly chosenOutside = new Set<string>();

  note(what: string, eventIds: number[] = []): void {
    this.records.push({ at: currentInstant(), eventIds, what });
  }

  /** Records a change on Crossmark's own site. */
  noteOutside(what: string, eventIds: number[] = [], wish: Wish = 'anything'): void {
    this.counts.done += 1;
    this.note(what, eventIds);
    for (const eventId of eventIds) this.rememberOutside(eventId, wish);
  }

  /** Records that the work of a booking was reported as done on Crossmark's own site. */
  noteReport(eventId: number, bookingId: string): void {
    this.reports.add(bookingId);
    this.noteOutside(
      `somebody on Crossmark's site reports the work of booking ${bookingId}`,
      [eventId],
      'reported',
    );
  }

  /**
   * Records that an event was changed otherwise than by an edit of it here, for the check of the history.
   * `startedAt` is when that was requested.
   */
  rememberOutside(eventId: number, wish: Wish = 'anything', startedAt?: string): void {
    const endedAt = currentInstant();
    this.history.push({ eventId, startedAt: startedAt ?? endedAt, endedAt, kind: 'outside', wish });
  }

  /** Records what an edit made of events, for the check of the history. */
  remember(kind: 'saved' | 'unanswered', startedAt: string, wishes: readonly EventWish[]): void {
    const endedAt = currentInstant();
    for (const { eventId, ...wish } of wishes) {
      this.history.push({ eventId, startedAt, endedAt, kind, ...wish });
      for (const pair of this.pairsOf(eventId))
        if (wishes.every((one) => one.eventId !== pair))
          this.history.push({ eventId: pair, startedAt, endedAt, kind: 'unanswered', wish: 'anything' });
    }
  }

  acknowledge(...schedules: AcknowledgedSchedule[]): void {
    for (const { scheduleId, version } of schedules)
      this.acknowledged.set(scheduleId, Math.max(version, this.acknowledged.get(scheduleId) ?? 0));
  }

  /**
   * Makes one edit by the API and counts it. Returns null if it was refused or not answered.
   * `wishes` has what it makes of events.
   */
  async ask<Answer>(
    what: string,
    eventIds: number[],
    call: (options: { signal: AbortSignal }) => Promise<Answer>,
    wishes: readonly EventWish[] = [],
  ): Promise<Answer | null> {
    const startedAt = currentInstant();
    try {
      const answer = await call({ signal: AbortSignal.timeout(CALL_WITHIN_MS) });
      this.counts.done += 1;
      this.note(`a dispatcher ${what}`, eventIds);
      this.remember('saved', startedAt, wishes);
      return answer;
    } catch (error) {
      const isRefused = isRefusal(error);
      this.counts[isRefused ? 'refused' : 'unanswered'] += 1;
      if (!isRefused) {
        this.note(`a dispatcher ${what}: no answer (${String(error)})`, eventIds);
        this.remember('unanswered', startedAt, wishes);
      }
      return null;
    }
  }

  /** Like {@link ask}, for an edit whose answer is a saved schedule. */
  async save(
    what: string,
    eventIds: number[],
    call: (options: { signal: AbortSignal }) => Promise<AcknowledgedSchedule>,
    wishes: readonly EventWish[],
  ): Promise<boolean> {
    const saved = await this.ask(what, eventIds, call, wishes);
    if (saved) this.acknowledge(saved);
    return saved !== null;
  }

  /** Makes a call that prepares an edit and is not counted. */
  async step<Answer>(
    what: string,
    call: (options: { signal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer | null> {
    return call({ signal: AbortSignal.timeout(CALL_WITHIN_MS) }).catch((error) => {
      this.note(`${what}: ${String(error)}`);
      return null;
    });
  }
}

function isRefusal(error: unknown): boolean {
  const status = error instanceof TRPCClientError ? (error.data?.httpStatus as number | undefined) : 500;
  return status !== undefined && status < 500;
}
