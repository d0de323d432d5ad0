import type { CrossmarkClient } from '@scheduler/crossmark';
import type { FaultInput, Simulator } from '@scheduler/crossmark/simulator';
import { connect, type Database } from '@scheduler/db';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { pino } from 'pino';
import { DEFAULT_RETRY_POLICY } from '../../src/attempts/retry-policy.ts';
import { DEFAULT_CONFIRM_AFTER_MS, type SyncContext } from '../../src/context.ts';
import { postgresLedger } from '../../src/reconcile/postgres-ledger.ts';
import type { ReconcileContext } from '../../src/reconcile/reconcile.ts';
import { NO_DOWNLOADS } from '../fixture.ts';

/** A place at which a process waits for Postgres or for Crossmark. */
export interface Point {
  who: 'server' | 'worker';
  /** The number of the edit or job of its process. */
  task: number;
  /** `commit` is the moment before a transaction is committed, with all of its work done. */
  what: 'statement' | 'transaction' | 'commit' | 'call';
  /** The method of Crossmark's client, or the beginning of the statement. */
  name: string;
  /** Whether the process also waits for something that it sent earlier: the search beside the lease. */
  isBeside: boolean;
}

/** What happens at a point: before it is sent, or once it was done and before the answer is seen. */
export type Mishap =
  | {
      /**
       * `die`: the process ends; nothing of it happens any more. `disconnect`: its connection to
       * Postgres breaks. `freeze`: it stands still until another worker has done everything.
       */
      kind: 'die' | 'disconnect' | 'freeze';
      phase: 'before' | 'after';
    }
  /** The disk of Postgres is full: it refuses the statement, and whatever its transaction did is undone. */
  | { kind: 'full' }
  /** Crossmark fails, or answers falsely. */
  | { kind: 'answer'; fault: FaultInput };

/** Counts the points that processes reach, and says what happens there. */
export interface Course {
  /** Is called for each point, in order; returns what happens there. */
  reach(point: Point): Mishap | null;
}

/** How long a worker keeps an event, as in production. */
export const LEASE_MS = 120_000;

/** Which answer a process sees first if a search and the lease are under way. */
export type AnsweredFirst = 'search' | 'lease';

const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** A turn of the event loop, in which the process goes on as far as it can. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
/** A batch of requests, and what begins once it was answered, takes one turn each. */
const TURNS_UNTIL_IDLE = 3;

/** The calls of Crossmark's client that the engine makes, by the name that faults have for them. */
const CALLS = {
  schedule: 'scheduleMplanEvent',
  unschedule: 'deleteScheduledMplanEvent',
  reissue: 'createPendingWork',
  findEvent: 'getPlanningMplans',
  listEvents: 'getPlanningMplans',
  locationCondition: 'getmPlanLocationCondition',
} as const;
type Call = keyof typeof CALLS;

/** As the driver reports a full disk. */
const diskFull = () =>
  Object.assign(new Error('could not extend file "base/1/2": No space left on device'), {
    name: 'PostgresError',
    severity: 'ERROR',
    code: '53100',
  });

/** As the driver reports a connection that broke. */
const disconnected = () => Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' });

/** Waits for the end of something, which the function that is returned then tells or throws. */
const outcomeOf = <T>(work: Promise<T>): Promise<() => T> =>
  work.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );

/** Something that was sent, and whose answer the process has not seen. */
interface Sent {
  isSearch: boolean;
  /** Resolves once the other side has done it. */
  arrived: Promise<unknown>;
  /** Resolves once the process has seen the answer. */
  seen: Promise<void>;
}

type Query = { values(): PromiseLike<unknown> } & PromiseLike<unknown>;
type Send = (text: string, parameters?: unknown[], options?: object) => Query;
interface Client {
  unsafe: Send;
  begin(...parameters: unknown[]): Promise<unknown>;
}

/**
 * One process with its own connection: a server that saves edits, or a worker that runs the
 * engine's own code. Every statement, transaction and call passes a point, at which its
 * {@link Course} may end, freeze or disconnect it. What a dead process waits for never comes, and
 * Postgres rolls back what it had not committed. What a process had sent when it died or froze
 * arrives all the same.
 */
export class Process {
  readonly id: string;
  readonly database: Database;
  readonly ctx: SyncContext;
  /** What reconciliation gets: the real ledger, and time that passes as the test says. */
  readonly reconciling: ReconcileContext;
  /** Resolves when the process dies or freezes. */
  readonly stopped: Promise<'died' | 'frozen'>;
  private stop: (how: 'died' | 'frozen') => void = () => {};
  /** The number of the edit or job that it is doing. */
  task = 0;
  private dead = false;
  /** Present while it is frozen: it sends nothing then, and sees no answer. */
  private standstill: { over: Promise<void>; end: () => void } | null = null;
  /** The calls and single statements that are under way. */
  private readonly sent = new Set<Sent>();
  /** All that it waits for, except searches whose answers are held back. */
  private readonly awaited = new Set<Promise<unknown>>();
  private readonly answeredFirst: () => AnsweredFirst;
  private deadlines: { atMs: number; controller: AbortController }[] = [];
  private readonly course: Course;
  private readonly simulator: Simulator;
  readonly who: Point['who'];
  private readonly setClockUnseen: (offsetMs: number) => PromiseLike<unknown>;

  constructor(options: {
    id: string;
    who: Point['who'];
    url: string;
    client: CrossmarkClient;
    simulator: Simulator;
    course: Course;
    now: () => string;
    answeredFirst: () => AnsweredFirst;
  }) {
    const { id, who, url, client, simulator, course, now, answeredFirst } = options;
    this.id = id;
    this.answeredFirst = answeredFirst;
    this.who = who;
    this.course = course;
    this.simulator = simulator;
    this.stopped = new Promise((resolve) => {
      this.stop = resolve;
    });
    this.database = connect(url, { max: 1, applicationName: id });
    const { unsafe } = this.database.sql as unknown as Client;
    this.setClockUnseen = (offsetMs) =>
      unsafe(`select set_config('scheduler.clock_offset', '${offsetMs} ms', false)`);
    this.watchPostgres(this.database.sql);
    const { db } = this.database;
    const crossmark = this.watchCrossmark(client);
    const settings = {
      retry: DEFAULT_RETRY_POLICY,
      leaseMs: LEASE_MS,
      confirmAfterMs: DEFAULT_CONFIRM_AFTER_MS,
    };
    const log = pino({ level: 'silent' });
    this.ctx = { db, crossmark, downloads: NO_DOWNLOADS, log, settings };
    this.reconciling = {
      ledger: postgresLedger(db),
      crossmark,
      log,
      settings,
      now,
      deadline: (ms) => {
        const controller = new AbortController();
        this.deadlines.push({ atMs: currentTimeMs() + ms, controller });
        return controller.signal;
      },
    };
  }

  /** Shifts `app_now()` on this connection. */
  async setClock(offsetMs: number): Promise<void> {
    if (!this.dead) await this.setClockUnseen(offsetMs);
  }

  /** A frozen process goes on: first it notices which of its deadlines are over. */
  thaw(): void {
    for (const { atMs, controller } of this.deadlines)
      if (atMs <= currentTimeMs()) controller.abort(new Error('timed out'));
    this.deadlines = this.deadlines.filter(({ atMs }) => atMs > currentTimeMs());
    this.standstill?.end();
  }

  forgetDeadlines(): void {
    this.deadlines = [];
  }

  async close(): Promise<void> {
    this.dead = true;
    this.database.drop();
    await this.database.close();
  }

  /** Waits until the other side has done all that was sent. */
  private async arrived(): Promise<void> {
    await Promise.all([...this.sent].map(({ arrived }) => arrived));
  }

  /** Waits for what a run has left over: a search that nobody needed. */
  async quiet(): Promise<void> {
    await Promise.all([...this.sent].map(({ seen }) => seen));
  }

  private async die(): Promise<never> {
    this.dead = true;
    await this.arrived();
    this.database.drop();
    this.stop('died');
    return never();
  }

  private async freeze(): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const end = () => {
      this.standstill = null;
      resolve();
    };
    this.standstill = { over, end };
    await this.arrived();
    this.stop('frozen');
    await over;
  }

  /** Passes a point: `run` is what happens there. */
  private pass<T>(what: Point['what'], name: string, run: () => PromiseLike<T>): Promise<T> {
    if (this.dead) return never();
    if (this.standstill) return this.standstill.over.then(() => this.pass(what, name, run));
    const { who, task } = this;
    const isBeside = [...this.sent].some(({ isSearch }) => isSearch);
    const mishap = this.course.reach({ who, task, what, name, isBeside });
    return this.go({ what, name, mishap }, run);
  }

  private async go<T>(
    { what, name, mishap }: Pick<Point, 'what' | 'name'> & { mishap: Mishap | null },
    run: () => PromiseLike<T>,
  ): Promise<T> {
    if (mishap?.kind === 'full') throw diskFull();
    const interrupts = mishap?.kind === 'answer' ? null : mishap;
    if (interrupts?.phase === 'before') await this.interrupt(interrupts.kind);
    const arrived = outcomeOf(
      mishap?.kind === 'answer' ? this.answerWith(mishap.fault, name, run) : Promise.resolve(run()),
    );
    const isSearch = name === 'findEvent';
    const { promise: seen, resolve: see } = Promise.withResolvers<void>();
    const sent = { isSearch, arrived, seen };
    // A transaction arrives bit by bit, and may be where the process stops.
    if (what === 'call' || what === 'statement') this.sent.add(sent);
    if (!isSearch) this.awaited.add(seen);
    try {
      const outcome = await arrived;
      await this.keepOrder({ what, isSearch });
      if (interrupts?.phase === 'after') await this.interrupt(interrupts.kind);
      while (this.standstill) await this.standstill.over;
      return this.dead ? await never() : outcome();
    } finally {
      this.sent.delete(sent);
      this.awaited.delete(seen);
      see();
    }
  }

  /** Holds an answer back until another one was seen, so that a story is the same each time. */
  private async keepOrder({ what, isSearch }: { what: Point['what']; isSearch: boolean }): Promise<void> {
    if (this.answeredFirst() === 'search') {
      const searches = [...this.sent].filter((sent) => sent.isSearch);
      if (what === 'statement') await Promise.all(searches.map(({ seen }) => seen));
      return;
    }
    let idleTurns = isSearch ? 0 : TURNS_UNTIL_IDLE;
    while (idleTurns < TURNS_UNTIL_IDLE) {
      idleTurns = this.awaited.size > 0 ? 0 : idleTurns + 1;
      await Promise.all(this.awaited);
      await turn();
    }
  }

  private async interrupt(kind: 'die' | 'disconnect' | 'freeze'): Promise<void> {
    if (kind === 'disconnect') throw disconnected();
    await (kind === 'die' ? this.die() : this.freeze());
  }

  /** Has Crossmark fail, or answer falsely, this once. */
  private async answerWith<T>(fault: FaultInput, name: string, run: () => PromiseLike<T>): Promise<T> {
    const call = CALLS[name as Call];
    const reading = { findEvent: 'search' as const, listEvents: 'list' as const }[name];
    this.simulator.addFaults({ ...fault, call, ...(reading ? { reading } : {}) });
    try {
      return await run();
    } finally {
      this.simulator.clearFaults();
    }
  }

  /** Drizzle calls these methods of the driver for every statement and every transaction. */
  private watchPostgres(sql: Database['sql']): void {
    const client = sql as unknown as Client;
    const { unsafe, begin } = client;
    client.unsafe = (text, parameters, options) => {
      // The driver's own, in the transaction that has passed its point.
      if (text.startsWith('begin ')) return unsafe(text, parameters, options);
      const name = text.trim().replace(/\s+/g, ' ').slice(0, 60);
      const send = <T>(how: (query: Query) => PromiseLike<T>) =>
        this.pass('statement', name, () => how(unsafe(text, parameters, options)));
      let sent: Promise<unknown> | undefined;
      const result = () => {
        sent ??= send((query) => query);
        return sent;
      };
      return {
        values: () => send((query) => query.values()),
        // biome-ignore lint/suspicious/noThenProperty: the driver's queries are awaited as well
        then: (resolve, reject) => result().then(resolve, reject),
      } as Query;
    };
    client.begin = (...parameters) => {
      const work = parameters.pop() as (inner: unknown) => Promise<unknown>;
      return this.pass('transaction', 'begin', () =>
        begin(...parameters, async (inner: unknown) => {
          const value = await work(inner);
          await this.pass('commit', 'commit', () => Promise.resolve());
          return value;
        }),
      );
    };
  }

  private watchCrossmark(client: CrossmarkClient): CrossmarkClient {
    const watched = { ...client };
    const pass = <T>(name: Call, run: () => Promise<T>) => this.pass('call', name, run);
    watched.findEvent = (query) => pass('findEvent', () => client.findEvent(query));
    watched.locationCondition = (query) => pass('locationCondition', () => client.locationCondition(query));
    watched.schedule = (request) => pass('schedule', () => client.schedule(request));
    watched.unschedule = (request) => pass('unschedule', () => client.unschedule(request));
    watched.reissue = (request) => pass('reissue', () => client.reissue(request));
    watched.listEvents = (query) => {
      const pages = client.listEvents(query)[Symbol.asyncIterator]();
      return {
        [Symbol.asyncIterator]: () => ({ next: () => pass('listEvents', () => pages.next()) }),
      };
    };
    return watched;
  }
}
