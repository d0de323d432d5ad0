import { type CrossmarkClient, mplanId, storeId } from '@scheduler/crossmark';
import { createSimulator, type SettingsPatch, type Simulator } from '@scheduler/crossmark/simulator';
import {
  connect,
  type Database,
  eventSyncs,
  events,
  refreshRuns,
  schedules,
  syncSteps,
  type Tx,
} from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { clockOffsetMs, currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { addDays, addMinutes, type Instant, instantAt, workDateOf } from '@scheduler/scheduling';
import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { vi } from 'vitest';
import type { TaskResult } from '../../src/attempts/run-attempt.ts';
import type { JobInfo } from '../../src/context.ts';
import { heartbeat } from '../../src/maintenance/heartbeat.ts';
import { rescue } from '../../src/maintenance/rescue.ts';
import { sweep } from '../../src/maintenance/sweep.ts';
import { type EventTask, PAYLOADS, type TaskName } from '../../src/queue/contracts.ts';
import { requestRefresh, retryNow, wantChange } from '../../src/queue/enqueue.ts';
import { JOB_TASKS, JOBS } from '../../src/queue/graphile.ts';
import type { EventSearch } from '../../src/reconcile/read-ahead.ts';
import { reconcileWith } from '../../src/reconcile/reconcile.ts';
import { refresh } from '../../src/refresh/refresh.ts';
import {
  addEmployee,
  addEvent,
  addSchedule,
  addStore,
  chooseSide,
  clientOf,
  jobOf,
  need,
  STORE,
} from '../fixture.ts';
import { type AnsweredFirst, type Course, LEASE_MS, type Point, Process } from './boundary.ts';

/** The events of a story. Nobody changes the last one: what was booked for it must stay. */
const EVENTS = 3;
const BYSTANDER = EVENTS;
const BYSTANDERS_BOOKING = '50000900';
const PEOPLE = { Ada: '100001', Bob: '100002', Cyd: '100003' } as const;
type Name = keyof typeof PEOPLE;
const NAMES = Object.keys(PEOPLE) as Name[];
const MINUTES = 390;
const today = workDateOf(currentInstant(), STORE.timeZone);
const slotOn = (days: number, time: string): Instant => instantAt(addDays(today, days), time, STORE.timeZone);
const SLOTS = [slotOn(3, '10:45'), slotOn(3, '12:00'), slotOn(4, '10:45')] as const;

/** More jobs than any story needs: one that needs more never comes to rest. */
const MOST_JOBS = 60;
const QUARTER_MS = 15 * 60_000;
/** In real time: nothing of a story takes seconds. */
const HANGS_AFTER_MS = 20_000;
/** Longer than a worker may be silent and keep an event. */
const ABSENCE_MS = LEASE_MS + 60_000;
/** A doubt of one refresh is confirmed by the next. */
const READINGS = 3;
const ROUNDS_OF_CHOICES = 4;
/** A job is taken some time after anything else, as in production. */
const TAKEN_AFTER_MS = 2;
/**
 * The most by which a process' clock moves on between two looks at it, besides what a story lets
 * pass: however busy the machine is, a search is as fresh as it was the first time.
 */
const MOST_BETWEEN_LOOKS_MS = 300;

const planOf = (event: number) => `4000000${event}`;

/** Postgres and a simulated Crossmark, which all stories use one after the other. */
export class World {
  readonly database: TestDatabase;
  readonly simulator: Simulator;
  readonly client: CrossmarkClient;
  readonly harness: Database;
  readonly eventIds: number[];
  readonly people: Record<Name, number>;
  /** Says what happens at the points that the processes pass. */
  course: Course = { reach: () => null };
  /** How far the clocks of the processes are ahead of Postgres' clock. */
  skewMs = 0;
  answeredFirst: AnsweredFirst = 'lease';
  private shiftMs = 0;
  private lookedAtMs = performance.now();
  /** How far the clocks of the processes are behind, because the machine was busy. */
  private behindMs = 0;
  private hired = 0;
  private readonly processes = new Map<Point['who'], Process>();
  private frozen: Process | null = null;
  private readonly clock = vi
    .spyOn(Date, 'now')
    .mockImplementation(() => Math.floor(performance.timeOrigin + performance.now()) + this.shiftMs);

  private constructor(
    parts: Pick<World, 'database' | 'simulator' | 'client' | 'harness' | 'eventIds' | 'people'>,
  ) {
    this.database = parts.database;
    this.simulator = parts.simulator;
    this.client = parts.client;
    this.harness = parts.harness;
    this.eventIds = parts.eventIds;
    this.people = parts.people;
  }

  static async create(): Promise<World> {
    const database = await createTestDatabase();
    const { db } = database;
    const storeId = await addStore(db);
    const ids: number[] = [];
    for (const [name, repId] of Object.entries(PEOPLE))
      ids.push(await addEmployee(db, { storeId, name: `${name} Example`, repId }));
    const eventIds: number[] = [];
    for (let event = 1; event <= EVENTS; event++) {
      const startsOn = addDays(today, 1);
      const dueOn = addDays(today, 20);
      eventIds.push(await addEventOf(database, { storeId, event, startsOn, dueOn }));
    }
    const simulator = createSimulator();
    await simulator.listen();
    await db.update(events).set({ instructionsUrl: instructionsOf(simulator) });
    const client = clientOf(simulator.url);
    const harness = connect(database.url, { max: 1 });
    const [Ada, Bob, Cyd] = ids;
    const people = { Ada: need(Ada), Bob: need(Bob), Cyd: need(Cyd) };
    return new World({ database, simulator, client, harness, eventIds, people });
  }

  async close(): Promise<void> {
    this.clock.mockRestore();
    await Promise.all(this.open.map((process) => process.close()));
    await this.harness.close();
    await this.client.close();
    await this.simulator.close();
    await this.database.close();
  }

  /** Makes everything as it was at first, with Crossmark's habits of a story. */
  async reset(habits: SettingsPatch): Promise<void> {
    await this.discard();
    this.shiftMs = 0;
    this.behindMs = 0;
    for (const process of this.open) process.forgetDeadlines();
    const { simulator, people } = this;
    const [, , startsAt] = SLOTS;
    const booking = { repId: PEOPLE.Cyd, startsAt, endsAt: addMinutes(startsAt, MINUTES) };
    simulator.clearFaults();
    simulator.clearLog();
    simulator.configure({
      seed: 1,
      sessionTtlMs: null,
      secondBooking: 'inPlace',
      reissueKeepsId: true,
      ...habits,
    });
    simulator.load({
      stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }],
      reps: Object.entries(PEOPLE).map(([firstName, repId]) => ({
        repId,
        employeeNumber: `US${repId}`,
        firstName,
        lastName: 'Example',
      })),
      plans: this.eventIds.map((_, index) => ({
        ...this.plan(index + 1),
        ...(index + 1 === BYSTANDER ? { condition: 'Scheduled' as const } : {}),
      })),
      bookings: [
        {
          ...booking,
          bookingId: BYSTANDERS_BOOKING,
          mplanId: planOf(BYSTANDER),
          storeId: STORE.crossmarkStoreId,
        },
      ],
    });
    const bystander = need(this.eventIds[BYSTANDER - 1]);
    await this.harness.sql.unsafe(`
      delete from graphile_worker._private_jobs;
      delete from sync_steps; delete from sync_attempts; delete from event_syncs; delete from schedules;
      delete from refresh_runs; delete from workers; delete from audit_log;
      update events set condition = case id when ${bystander} then 'Scheduled' else 'Unstaffed' end::event_condition,
        gone_since = null, missing_runs = 0, missing_since = null;
      insert into schedules (event_id, employee_id, starts_at, ends_at, work_date)
        values (${bystander}, ${people.Cyd}, '${booking.startsAt}', '${booking.endsAt}', '${booking.startsAt.slice(0, 10)}');
      insert into event_syncs (event_id, state, wanted_version, synced_version, booking_id, booked_rep_id, booked_rep_names, booked_starts_at, booked_ends_at)
        values (${bystander}, 'synced', 1, 1, '${BYSTANDERS_BOOKING}', '${booking.repId}', 'Cyd Example', '${booking.startsAt}', '${booking.endsAt}')`);
    await this.setClocks();
  }

  plan(event: number) {
    return {
      mplanId: planOf(event),
      storeId: STORE.crossmarkStoreId,
      name: nameOf(event),
      startsOn: addDays(today, 1),
      dueOn: addDays(today, 20),
      instructionsUrl: instructionsOf(this.simulator),
    };
  }

  /** The process that does such work now: the same one until it dies or freezes. */
  async process(who: Point['who']): Promise<Process> {
    const known = this.processes.get(who);
    if (known) return known;
    const { client, simulator, database } = this;
    const process = new Process({
      id: `${who}-${++this.hired}`,
      who,
      url: database.appUrl,
      client,
      simulator,
      course: { reach: (point) => this.course.reach(point) },
      now: () => this.look(),
      answeredFirst: () => this.answeredFirst,
    });
    this.processes.set(who, process);
    await process.setClock(this.offsetMs);
    return process;
  }

  /** Looks at the clock of a process. */
  private look(): Instant {
    const realMs = performance.now();
    this.behindMs += Math.max(0, realMs - this.lookedAtMs - MOST_BETWEEN_LOOKS_MS);
    this.lookedAtMs = realMs;
    return new Date(currentTimeMs() - this.behindMs + this.skewMs).toISOString();
  }

  /** From now on another process does the work of one that died or froze. */
  async replace(process: Process, how: 'died' | 'frozen'): Promise<void> {
    this.processes.delete(process.who);
    if (how === 'frozen') this.frozen = process;
    else await process.close();
  }

  /** Ends a process that was frozen. */
  async discard(): Promise<void> {
    await this.frozen?.close();
    this.frozen = null;
  }

  /** How far `app_now()` is from Postgres' own clock. */
  private get offsetMs(): number {
    return clockOffsetMs + this.shiftMs;
  }

  private get open(): Process[] {
    return [...this.processes.values(), ...(this.frozen ? [this.frozen] : [])];
  }

  /** Lets time pass, for all processes and for Postgres. */
  async advance(ms: number): Promise<void> {
    this.shiftMs += Math.ceil(ms);
    await this.setClocks();
  }

  private async setClocks(): Promise<void> {
    const offset = `select set_config('scheduler.clock_offset', '${this.offsetMs} ms', false)`;
    await Promise.all([
      this.harness.sql.unsafe(offset),
      ...this.open.map((process) => process.setClock(this.offsetMs)),
    ]);
  }
}

/** What the job of a save searches for, as the server says it. */
const searchOf = (event: number): EventSearch => ({
  mplanId: mplanId(planOf(event)),
  storeId: storeId(STORE.crossmarkStoreId),
  timeZone: STORE.timeZone,
});

const nameOf = (event: number) => `61234${event}-Acme-Oat Bars (26010512345${event})  - V2-CORE`;
const instructionsOf = ({ url }: Simulator) => `${url}/salestools/1.pdf`;

async function addEventOf(
  { db }: TestDatabase,
  { storeId, event, startsOn, dueOn }: { storeId: number; event: number; startsOn: string; dueOn: string },
): Promise<number> {
  return addEvent(db, {
    storeId,
    mplanId: planOf(event),
    name: nameOf(event),
    eventNumber: `61234${event}`,
    startsOn,
    dueOn,
  });
}

/** A job that is waiting, and how long it still waits. */
interface DueJob {
  id: string;
  task: TaskName;
  payload: { eventId: number; search?: EventSearch } | { runId: number };
  inMs: number;
}

/** What a story ended with. */
export interface End {
  /** What is wrong. Empty if all is well. */
  wrong: string[];
  /** What the board shows, one line for each event. */
  board: string[];
  /** What people had to decide after all faults had ended. */
  decisions: string[];
}

/**
 * One story, from its first edit to the moment at which everything is at rest. Edits go through a
 * server process and jobs through worker processes; a fresh one takes over from one that died.
 */
export class Play {
  readonly slots = SLOTS;
  readonly told: string[] = [];
  private readonly world: World;
  private thawed: (() => Promise<void>) | null = null;
  /** Everybody chosen for an event, here or on Crossmark's site, as `<plan> <rep> <start>`. */
  private readonly chosen = new Set<string>();

  constructor(world: World) {
    this.world = world;
  }

  private get db() {
    return this.world.harness.db;
  }

  private idOf(event: number): number {
    return need(this.world.eventIds[event - 1]);
  }

  private tell(what: string): void {
    this.told.push(`${currentInstant()} ${what}`);
  }

  // ------------------------------------------------------------ what people do here

  /** Reads the bystander's event: a crossed connection may give these answers to others. */
  async begin(): Promise<void> {
    const { client } = this.world;
    const { mplanId, storeId, timeZone } = searchOf(BYSTANDER);
    await client.findEvent({ mplanId, storeId, timeZone });
    await client.locationCondition({ mplanId, storeId });
    await this.world.advance(QUARTER_MS);
  }

  async schedule(event: number, name: Name, slot: number, minutes = MINUTES): Promise<void> {
    const startsAt = need(this.slots[slot]);
    this.choose_(event, PEOPLE[name], startsAt);
    await this.save(`schedules ${name} for event ${event} at ${startsAt}`, (tx) =>
      this.put(tx, event, { employeeId: this.world.people[name], startsAt, minutes }),
    );
  }

  async unschedule(event: number): Promise<void> {
    await this.save(`unschedules event ${event}`, async (tx) => {
      await tx.update(schedules).set({ endedAt: sql`app_now()` }).where(this.isLive(event));
      await this.want(tx, event, 'sync_schedule_deletion');
    });
  }

  /** The people of the first two events trade their work. */
  async trade(): Promise<void> {
    for (const slot of this.slots)
      for (const event of [1, 2])
        for (const repId of [PEOPLE.Ada, PEOPLE.Bob]) this.choose_(event, repId, slot);
    await this.save('trades events 1 and 2', async (tx) => {
      const live = await tx
        .select()
        .from(schedules)
        .where(and(inArray(schedules.eventId, [this.idOf(1), this.idOf(2)]), isNull(schedules.endedAt)))
        .orderBy(asc(schedules.eventId));
      const [a, b] = [need(live[0]), need(live[1])];
      await this.put(tx, 1, { employeeId: b.employeeId, startsAt: a.startsAt, minutes: MINUTES });
      await this.put(tx, 2, { employeeId: a.employeeId, startsAt: b.startsAt, minutes: MINUTES });
    });
  }

  async reissue(event: number, name: Name, slot: number): Promise<void> {
    const startsAt = need(this.slots[slot]);
    this.choose_(event, PEOPLE[name], startsAt);
    await this.save(`reissues event ${event} to ${name} at ${startsAt}`, async (tx) => {
      const eventId = this.idOf(event);
      const [sync] = await tx.select().from(eventSyncs).where(eq(eventSyncs.eventId, eventId));
      await tx.update(schedules).set({ endedAt: sql`app_now()` }).where(this.isLive(event));
      const id = await addSchedule(tx, { eventId, employeeId: this.world.people[name], startsAt });
      const reissue = { reissueOf: need(sync?.bookingId), reissueExpiresOn: addDays(today, 25) };
      await tx
        .update(schedules)
        .set({ ...reissue, reissueResponses: false })
        .where(eq(schedules.id, id));
      await tx.update(events).set({ condition: 'Reissued' }).where(eq(events.id, eventId));
      await this.want(tx, event, 'sync_schedule');
    });
  }

  /** A person ends a conflict, if there is one. */
  async choose(event: number, choice: 'mine' | 'theirs'): Promise<void> {
    const [sync] = await this.db
      .select()
      .from(eventSyncs)
      .where(eq(eventSyncs.eventId, this.idOf(event)));
    if (sync?.state !== 'conflict') return;
    await this.save(`keeps ${choice} of event ${event}`, async (tx) => {
      await chooseSide(tx, this.idOf(event), choice);
    });
  }

  private isLive = (event: number) => and(eq(schedules.eventId, this.idOf(event)), isNull(schedules.endedAt));

  private async put(
    tx: Tx,
    event: number,
    to: { employeeId: number; startsAt: Instant; minutes: number },
  ): Promise<void> {
    const { employeeId, startsAt, minutes } = to;
    const eventId = this.idOf(event);
    const moved = { employeeId, startsAt, endsAt: addMinutes(startsAt, minutes), source: 'board' as const };
    const [held] = await tx.update(schedules).set(moved).where(this.isLive(event)).returning();
    if (!held) await addSchedule(tx, { eventId, employeeId, startsAt, minutes });
    await this.want(tx, event, held ? 'sync_schedule_update' : 'sync_schedule');
  }

  /** What the server does at the end of a save. */
  private want(tx: Tx, event: number, task: EventTask): Promise<void> {
    return wantChange(tx, { eventId: this.idOf(event), task, search: searchOf(event) });
  }

  private choose_(event: number, repId: string, startsAt: Instant): void {
    this.chosen.add(`${planOf(event)} ${repId} ${startsAt}`);
  }

  /**
   * Saves an edit. If the server dies or answers with an error, the person looks whether the edit is
   * there, and repeats it if it isn't.
   */
  private async save(what: string, edit: (tx: Tx) => Promise<void>, isRepeated = false): Promise<void> {
    const before = await this.wantedVersions();
    const server = await this.world.process('server');
    server.task += 1;
    const { database, stopped } = server;
    const answer = await within(
      what,
      Promise.race([
        database.db.transaction(edit).then(
          () => 'saved' as const,
          (error: unknown) => `${error}`,
        ),
        stopped,
      ]),
    );
    this.tell(`a person ${what}: ${answer}`);
    if (answer === 'saved') return;
    if (answer === 'died') await this.world.replace(server, answer);
    if ((await this.wantedVersions()) !== before) return;
    if (isRepeated) throw new Error(`${what} can’t be saved: ${answer}`);
    await this.save(what, edit, true);
  }

  private async wantedVersions(): Promise<string> {
    const rows = await this.db
      .select({ eventId: eventSyncs.eventId, version: eventSyncs.wantedVersion, state: eventSyncs.state })
      .from(eventSyncs)
      .orderBy(eventSyncs.eventId);
    return JSON.stringify(rows);
  }

  // ------------------------------------------------------------ what people do on Crossmark's site

  report(event: number): void {
    this.world.simulator.putPlans({ ...this.world.plan(event), condition: 'Submitted' });
    this.tell(`event ${event} is reported as done`);
  }

  setGone(event: number, gone: boolean): void {
    this.world.simulator.putPlans({ ...this.world.plan(event), gone });
    this.tell(`event ${event} ${gone ? 'goes' : 'comes back'}`);
  }

  changeOutside(event: number, to: { startsAt: Instant; endsAt: Instant }): void {
    const booking = need(this.bookingsOf(event).at(-1));
    this.choose_(event, need(booking.repId), to.startsAt);
    this.world.simulator.moveBooking(booking.bookingId, to);
    this.tell(`outside moves event ${event} to ${to.startsAt}`);
  }

  removeOutside(event: number): void {
    this.world.simulator.unbook(need(this.bookingsOf(event).at(-1)).bookingId);
    this.tell(`outside removes the booking of event ${event}`);
  }

  bookOutside(event: number, name: Name, slot: number): void {
    const startsAt = need(this.slots[slot]);
    this.choose_(event, PEOPLE[name], startsAt);
    const at = { startsAt, endsAt: addMinutes(startsAt, MINUTES) };
    const { mplanId, storeId } = this.world.plan(event);
    this.world.simulator.book({ mplanId, storeId, repId: PEOPLE[name], ...at });
    this.tell(`outside books ${name} for event ${event} at ${startsAt}`);
  }

  private bookingsOf(event: number) {
    return this.world.simulator.state.bookings.filter(({ mplanId }) => mplanId === planOf(event));
  }

  // ------------------------------------------------------------ what workers do

  /** Has the list read once, as the hourly tick does, a quarter of an hour after anything else. */
  async refresh(): Promise<void> {
    await this.world.advance(QUARTER_MS);
    await this.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
    await this.work();
  }

  /** Reads the list until no refresh leaves a doubt. */
  private async readAll(): Promise<void> {
    for (let reading = 0; reading < READINGS; reading++) {
      await this.refresh();
      const [run] = await this.db.select().from(refreshRuns).orderBy(desc(refreshRuns.id)).limit(1);
      if (run?.state === 'done' && run.unconfirmed === 0) return;
    }
  }

  /** Workers do all jobs that there are, and those that follow from them, each at its time. */
  async work(): Promise<void> {
    for (let jobs = 0; jobs < MOST_JOBS; jobs++) {
      const job = await this.nextJob();
      if (job) await this.perform(job);
      else if (this.thawed) {
        const thaw = this.thawed;
        this.thawed = null;
        await thaw();
      } else return;
    }
    throw new Error(`it does not come to rest after ${MOST_JOBS} jobs`);
  }

  private async nextJob(): Promise<DueJob | undefined> {
    const [job] = await this.db.execute<DueJob & Record<string, unknown>>(sql`
      select jobs.id::text, tasks.identifier as task, jobs.payload,
        extract(epoch from jobs.run_at - now()) * 1000 as "inMs"
      from ${JOBS} jobs join ${JOB_TASKS} tasks on tasks.id = jobs.task_id
      where jobs.is_available
        and (tasks.identifier like 'sync\_schedule%' or tasks.identifier = 'refresh_events')
      order by jobs.run_at, jobs.id limit 1`);
    return job;
  }

  private async perform({ id, task, payload, inMs }: DueJob): Promise<void> {
    await this.world.advance(Math.max(Number(inMs), TAKEN_AFTER_MS));
    const worker = await this.world.process('worker');
    worker.task += 1;
    // A heartbeat protects it. Postgres' own clock does not move on, so its job counts as old at
    // once: only the heartbeat tells whether it lives.
    await heartbeat(this.db, { id: worker.id, host: 'test', pid: 1, concurrency: 1 });
    const [taken] = await this.db.execute<{ at: string }>(sql`
      update ${JOBS} set locked_by = ${worker.id}, locked_at = now() - interval '1 hour', run_at = now(),
        attempts = attempts + 1
      where id = ${id} returning app_now()::text as at`);
    const job = jobOf(task, { id, workerId: worker.id });
    const running: Promise<TaskResult> =
      'runId' in payload
        ? refresh(worker.ctx, payload.runId, job)
        : this.reconcile(worker, payload, { job, takenAt: new Date(need(taken).at).toISOString() });
    const ended = running.then(
      async ({ outcome, summary, failureReason }) => {
        this.tell(`${worker.id} ${JSON.stringify(payload)}: ${outcome} ${summary ?? failureReason ?? ''}`);
        await this.db.execute(sql`delete from ${JOBS} where id = ${id} and locked_by = ${worker.id}`);
        return 'ended' as const;
      },
      async (error: unknown) => {
        this.tell(`${worker.id} ${JSON.stringify(payload)}: broke off: ${error}`);
        // As graphile-worker does: a job that lost its key to a newer one is not repeated.
        await this.db.execute(
          sql`delete from ${JOBS} where id = ${id} and locked_by = ${worker.id} and key is null`,
        );
        await this.db.execute(sql`
          update ${JOBS} set locked_by = null, locked_at = null, run_at = now() + exp(attempts) * interval '1 second'
          where id = ${id} and locked_by = ${worker.id}`);
        return 'ended' as const;
      },
    );
    const how = await within(`${task} ${JSON.stringify(payload)}`, Promise.race([ended, worker.stopped]));
    if (how === 'ended') return within(`what ${worker.id} has left over`, worker.quiet());
    this.tell(`${worker.id} ${how}`);
    await this.world.replace(worker, how);
    await this.world.advance(ABSENCE_MS);
    await rescue(this.db);
    if (how === 'frozen')
      this.thawed = async () => {
        this.tell(`${worker.id} goes on`);
        worker.thaw();
        await within(`${worker.id} after its thaw`, ended);
        await this.world.discard();
      };
  }

  /** Reconciles an event as the task does. */
  private reconcile(
    { reconciling }: Process,
    payload: unknown,
    { job, takenAt }: { job: JobInfo; takenAt: Instant },
  ): Promise<TaskResult> {
    const { eventId, search } = PAYLOADS.sync_schedule.parse(payload);
    return reconcileWith(reconciling, eventId, job, search && { search, takenAt });
  }

  // ------------------------------------------------------------ the end

  /** Ends the story: all is well from here on, and everything must come to rest. */
  async toRest(choice: 'mine' | 'theirs'): Promise<End> {
    const wrong: string[] = [];
    const decisions: string[] = [];
    this.world.simulator.clearFaults();
    this.tell('all is well from here on');
    await this.world.advance(QUARTER_MS);
    await sweep(this.db);
    await this.work();
    // Nobody has to wait for the next refresh.
    for (const { eventId, state, failureKind, failureReason } of await this.db.select().from(eventSyncs))
      if (state === 'pending' || state === 'waiting' || (state === 'failed' && failureKind !== 'rejected'))
        wrong.push(`event ${eventId} is ${state} though all is well: ${failureReason}`);
    await this.readAll();
    for (let round = 0; round < ROUNDS_OF_CHOICES; round++) {
      const open = await this.db
        .select()
        .from(eventSyncs)
        .where(inArray(eventSyncs.state, ['failed', 'conflict']))
        .orderBy(eventSyncs.eventId);
      if (open.length === 0) break;
      for (const { eventId, state, failureReason } of open) {
        const event = this.world.eventIds.indexOf(eventId) + 1;
        decisions.push(`event ${event}: ${state} ${failureReason ?? ''}`);
        if (state === 'conflict') await this.choose(event, choice);
        else if (round === 0) await this.db.transaction((tx) => retryNow(tx, eventId));
        else await this.unschedule(event);
      }
      await this.work();
      await this.readAll();
    }
    const board: string[] = [];
    for (let event = 1; event <= EVENTS; event++) {
      const { displayed, faults } = await this.compare(event);
      board.push(`event ${event}: ${displayed}`);
      wrong.push(...faults);
    }
    wrong.push(...this.strangers(), ...(await this.checkRest()));
    return { wrong, board, decisions };
  }

  /** What the board shows of an event, and how Crossmark differs from it. */
  private async compare(event: number): Promise<{ displayed: string; faults: string[] }> {
    const eventId = this.idOf(event);
    const [schedule] = await this.db.select().from(schedules).where(this.isLive(event));
    const [sync] = await this.db.select().from(eventSyncs).where(eq(eventSyncs.eventId, eventId));
    const [row] = await this.db.select().from(events).where(eq(events.id, eventId));
    const { pendingWork } = this.world.simulator.state;
    const all = this.bookingsOf(event);
    const newest = all.at(-1);
    const steps = await this.db
      .select()
      .from(syncSteps)
      .where(eq(syncSteps.eventId, eventId))
      .orderBy(syncSteps.id);
    // What was worked before a reissue stays as history, and a report stays where nobody is wanted.
    const held = all.filter(
      ({ bookingId, lastEditedAt }) =>
        !pendingWork.some(
          (work) =>
            work.bookingId === bookingId &&
            (bookingId !== newest?.bookingId || lastEditedAt <= work.createdAt),
        ) && !(row?.condition === 'Submitted' && !schedule && bookingId === sync?.bookingId),
    );
    const inWords = (one: { repId: string | null; startsAt: string; endsAt: string }) =>
      `${one.repId} ${one.startsAt} ${one.endsAt}`;
    const repOf = (employeeId: number) =>
      PEOPLE[need(NAMES.find((name) => this.world.people[name] === employeeId))];
    const wanted = schedule
      ? [inWords({ repId: repOf(schedule.employeeId), startsAt: schedule.startsAt, endsAt: schedule.endsAt })]
      : [];
    const isSettled =
      !sync || (sync.state === 'synced' && sync.syncedVersion === sync.wantedVersion && !sync.leaseOwner);
    const displayed = `${wanted[0] ?? 'nobody'}, ${row?.condition}${row?.goneSince ? ', gone' : ''}`;
    if (JSON.stringify(held.map(inWords)) === JSON.stringify(wanted) && isSettled)
      return { displayed, faults: [] };
    return {
      displayed,
      faults: [
        `event ${event}: wanted ${wanted}, Crossmark has ${JSON.stringify(all)}, ${JSON.stringify(sync)}`,
        ...steps.map((step) => `  step ${JSON.stringify(step)}`),
      ],
    };
  }

  /** Bookings that were made for somebody whom nobody chose. */
  private strangers(): string[] {
    return this.world.simulator.log
      .filter(({ call, applied }) => call === 'scheduleMplanEvent' && applied)
      .map(({ params }) => `${params.mPlanID} ${params.RepID} ${new Date(need(params.Start)).toISOString()}`)
      .filter((booking) => !this.chosen.has(booking))
      .map((booking) => `booked ${booking}, whom nobody chose`);
  }

  /** Repeats a job for each event: it must find nothing to do. */
  private async checkRest(): Promise<string[]> {
    const writes = () => this.world.simulator.log.filter(({ applied }) => applied).length;
    const before = writes();
    const worker = await this.world.process('worker');
    const faults: string[] = [];
    for (const [index, eventId] of this.world.eventIds.entries()) {
      const payload = { eventId, search: searchOf(index + 1) };
      const { outcome } = await this.reconcile(worker, payload, {
        job: jobOf(),
        takenAt: currentInstant(),
      });
      if (outcome !== 'nothing') faults.push(`a repeated job for event ${eventId} ends as ${outcome}`);
    }
    if (writes() !== before) faults.push('a repeated job writes to Crossmark');
    return faults;
  }

  /** Everything that happened, for the report of a fault. */
  story(): string[] {
    const calls = this.world.simulator.log
      .filter(({ call }) => call !== 'authenticate' && call !== 'getUserInfo')
      .map(
        ({ receivedAt, call, params, outcome, applied, bookingId }) =>
          `${receivedAt} crossmark ${call} ${params.RepID ?? ''} ${params.Start ?? ''} ${params.id ?? ''} -> ${outcome}${applied ? ' APPLIED' : ''} ${bookingId ?? ''}`,
      );
    return [...this.told, ...calls].sort((a, b) => a.slice(0, 24).localeCompare(b.slice(0, 24)));
  }
}

/** Waits for something that takes no time when all is well. */
async function within<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), HANGS_AFTER_MS);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
