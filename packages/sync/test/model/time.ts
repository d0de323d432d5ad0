/** 2026-01-05, a Monday. */
const START_MS = Date.UTC(2026, 0, 5, 12);

/**
 * A clock that moves on only when nothing is left to do at the present moment, so that hours of
 * waiting take no real time.
 */
export class VirtualTime {
  nowMs = START_MS;
  private readonly agenda: { atMs: number; happen: () => void }[] = [];

  now(): string {
    return new Date(this.nowMs).toISOString();
  }

  at(atMs: number, happen: () => void): void {
    let index = this.agenda.length;
    while (index > 0 && (this.agenda[index - 1]?.atMs ?? 0) > atMs) index -= 1;
    this.agenda.splice(index, 0, { atMs: Math.max(atMs, this.nowMs), happen });
  }

  after(ms: number, happen: () => void): void {
    this.at(this.nowMs + ms, happen);
  }

  /**
   * Runs everything that is planned, with all that follows from it, up to a moment or until nothing
   * is planned.
   */
  async pass(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    for (let next = this.agenda[0]; next && next.atMs <= untilMs; next = this.agenda[0]) {
      this.agenda.shift();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.happen();
      // The code under test continues to its next call before anything else happens.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (Number.isFinite(untilMs)) this.nowMs = Math.max(this.nowMs, untilMs);
  }
}

/** The part of a call in which something happens to the process that makes it. */
export type Phase = 'before' | 'after';

/** What may happen to a worker process. */
export type Trouble =
  /** `rescued`: others find out that it is silent before its leases end. */
  | { kind: 'crash'; rescued: boolean }
  /**
   * The process is frozen for a while. `first` says what it handles first when it continues:
   * answers or its timers.
   */
  | { kind: 'freeze'; ms: number; first: 'answers' | 'timers'; rescued: boolean }
  /** The process is asked to stop, and hands its jobs back. */
  | { kind: 'stop' };

/** A worker process, which sees nothing while it is frozen and nothing any more once it is dead. */
export class Process {
  readonly id: string;
  readonly stopping = new AbortController();
  /** How far the clock of its machine is ahead. */
  clockAheadMs = 0;
  dead = false;
  frozen = false;
  running = 0;
  private readonly unseen: { kind: 'answers' | 'timers'; see: () => void }[] = [];
  private readonly time: VirtualTime;
  private readonly suffer: (trouble: Trouble) => void;
  private armed: { trouble: Trouble; calls: number; phase: Phase }[] = [];

  constructor(id: string, time: VirtualTime, suffer: (trouble: Trouble) => void) {
    this.id = id;
    this.time = time;
    this.suffer = suffer;
  }

  /** Something reaches the process: an answer, or the end of a timer. */
  see(kind: 'answers' | 'timers', see: () => void): void {
    if (this.dead) return;
    if (this.frozen) this.unseen.push({ kind, see });
    else see();
  }

  /** Makes a fault happen at the process's n-th call from now. */
  arm(trouble: Trouble, calls: number, phase: Phase): void {
    this.armed.push({ trouble, calls, phase });
  }

  disarm(): void {
    this.armed = [];
  }

  /** The process makes a call; returns what must be called once it has arrived. */
  call(): () => void {
    const due = this.armed.filter((one) => one.calls-- <= 0);
    this.armed = this.armed.filter((one) => !due.includes(one));
    for (const { trouble, phase } of due) if (phase === 'before') this.suffer(trouble);
    return () => {
      for (const { trouble, phase } of due) if (phase === 'after') this.suffer(trouble);
    };
  }

  freeze(): void {
    this.frozen = true;
  }

  thaw(first: 'answers' | 'timers'): void {
    if (!this.frozen) return;
    this.frozen = false;
    const all = this.unseen.splice(0);
    const order = [...all.filter((one) => one.kind === first), ...all.filter((one) => one.kind !== first)];
    for (const { kind, see } of order) this.time.after(0, () => this.see(kind, see));
  }
}
