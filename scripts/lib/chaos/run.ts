import { falseAnswers } from '@scheduler/crossmark/simulator';
import { connect, eventSyncs, refreshRuns } from '@scheduler/db';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { asc, desc, inArray, sql } from 'drizzle-orm';
import { type Api, signIn } from '../api.ts';
import { SECOND_BOOKINGS, type SecondBooking } from '../crossmark-side.ts';
import { type Infrastructure, seedDemo } from '../infrastructure.ts';
import { waitFor } from '../process.ts';
import { approvalFaults, unsavedEdits } from './acknowledged.ts';
import {
  compareSides,
  concurrentWrites,
  type Differences,
  foreignRemovals,
  historyOf,
  isWrite,
  remoteEffects,
  removedReports,
  strangersBooked,
} from './compare.ts';
import { EditLog } from './edit-log.ts';
import { edit } from './edits.ts';
import { EventsInPlay } from './events-in-play.ts';
import { openDisk } from './full-disk.ts';
import { checkHistory } from './history.ts';
import type { Network } from './network.ts';
import { createRandom, pause } from './random.ts';
import { openSwitchboard } from './switchboard.ts';
import { CONFIRM_SECONDS, remoteFaults, Troubles } from './troubles.ts';
import { followCrossmark } from './zone-edits.ts';

/** The result of a run, as `--json` prints it. */
export interface ChaosResult {
  seed: number;
  edits: number;
  /** The number of failed calls, ended sessions, frozen workers and outages of Redis. */
  faults: number;
  kills: number;
  pgRestarts: number;
  /** Workers that were started with a wrong clock. */
  wrongClocks: number;
  /** The number of times that Postgres' disk was full, and that connections were silent or died. */
  fullDisks: number;
  silentConnections: number;
  /** The number of times that an event disappeared or came back, and that the store's zone changed. */
  vanishings: number;
  zoneChanges: number;
  /** Work that was reported as done at Crossmark. */
  reports: number;
  remoteWrites: number;
  lost: number;
  duplicated: number;
  ghosts: number;
  stuck: number;
  secondsToConverge: number;
  /**
   * Concurrent writes of one event, bookings of a person whom nobody chose, and removals of another
   * event's booking. All of these must be 0.
   */
  concurrentWrites: number;
  strangers: number;
  foreignRemovals: number;
  /** Removals of bookings that had been read to be reports of done work. It must be 0. */
  reportsRemoved: number;
  /** Approved lines of plans, including those whose approval was undone. */
  approved: number;
  /**
   * Acknowledged edits that Postgres lacks, and approved lines that were not scheduled exactly
   * once. It must be 0.
   */
  unsaved: number;
  approvalFaults: number;
  /**
   * What the history of edits and of their effects at Crossmark doesn't explain. It must be 0. And
   * the number of its edits and effects.
   */
  historyFaults: number;
  historyEntries: number;
}

const SECOND_BOOKING_IN_WORDS = {
  inPlace: 'an edit of the first',
  replace: 'made in place of the first',
  duplicate: 'kept beside the first',
} as const satisfies Record<SecondBooking, string>;

const QUIET_WITHIN_MS = 90_000;
/**
 * The number of rounds in which a person decides conflicts and dead letters, because a decision may
 * fail again.
 */
const ROUNDS_OF_CHOICES = 6;
/** A doubt of one refresh is confirmed by the next. */
const READINGS = 3;
const HISTORIES_SHOWN = 3;
/**
 * A storm continues after the last edit until Crossmark has been called this often, or for this
 * time.
 */
const CALLS_OF_AN_EDIT = 4;
const STORM_GOES_ON_MS = 20_000;
/** A step that takes longer than this after the storm is reported. */
const LONG_MS = 10_000;

/**
 * Makes one run under a seed: edits while every part fails, then all faults end, and both sides
 * must agree. `history` describes the events that differ; it is empty if none do.
 */
export async function runChaos(options: {
  infrastructure: Infrastructure;
  network: Network;
  serverUrl: string;
  seed: number;
  edits: number;
  minutes: number | null;
  /** Null uses the three ways in turn, seed by seed. */
  secondBooking: SecondBooking | null;
  say: (line: string) => void;
}): Promise<{ result: ChaosResult; history: string }> {
  const { infrastructure, seed, say } = options;
  const { databaseUrl, simulatorUrl } = infrastructure;
  const switchboard = openSwitchboard(simulatorUrl);
  await switchboard.clearFaults();
  await seedDemo({ databaseUrl, simulatorUrl });
  await switchboard.clearLog();
  const secondBooking = options.secondBooking ?? SECOND_BOOKINGS[seed % SECOND_BOOKINGS.length] ?? 'inPlace';
  const calm = {
    latencyMs: { '*': { minMs: 5, maxMs: 60 } },
    maxPageSize: 60,
    conditionLagMs: 0,
    listShift: { rows: 0, chance: 0 },
    clockSkewMs: 0,
    secondBooking,
    reissueKeepsId: createRandom(seed, 'reissue').chance(0.5),
    findsSeveralPlans: createRandom(seed, 'several plans').chance(0.5),
  } as const;
  const initial = await switchboard.state();
  // A row that every refresh lists twice. Nobody can repair that.
  const twice = createRandom(seed, 'twice');
  const repeatedPlans = twice.chance(0.3) ? [twice.pick(initial.plans)?.mplanId ?? ''] : [];
  await switchboard.configure({ seed, repeatedPlans, ...calm });

  const database = connect(databaseUrl, { max: 3, applicationName: 'chaos' });
  const { db } = database;
  const origin = infrastructure.env.WEB_ORIGIN as string;
  const api: Api = await signIn(options.serverUrl, origin);
  const colleague: Api = await signIn(options.serverUrl, origin, 'admin@demo.test');
  const disk = await openDisk(db);
  const parts = { infrastructure, network: options.network, disk, switchboard };
  const troubles = new Troubles(parts, createRandom(seed, 'troubles'), (key) => {
    const row = play.rows.find(({ event, store }) => `${event.mplanId}_${store.crossmarkStoreId}` === key);
    if (row) log.rememberOutside(row.event.id);
  });
  const random = createRandom(seed, 'edits');
  const play = new EventsInPlay(db, random);
  const log = new EditLog((eventId) => play.pairsOf(eventId));
  const choose = createRandom(seed, 'choices');
  const hasZones = createRandom(seed, 'zones').chance(0.5);
  /**
   * The number of times that the system did not become quiet after the storm. They count as stuck,
   * even if a later refresh resolves them.
   */
  let stalls = 0;
  try {
    await play.choose();
    const before = new Map(play.rows.map(({ event, schedule }) => [event.id, schedule]));
    const [start] = await db.execute<{ now: string }>(sql`select app_now()::text as now`);
    troubles.hire();
    troubles.hire();
    // Without workers there are no calls that can fail.
    await waitFor('Two workers', async () => {
      const hired = await db.execute(
        sql`select 1 from workers where started_at >= ${start?.now}::timestamptz`,
      );
      return hired.length >= 2;
    });
    say(`seed ${seed}: a second booking is ${SECOND_BOOKING_IN_WORDS[secondBooking]}; the storm begins`);
    await switchboard.addFaults([...falseAnswers(secondBooking), ...remoteFaults()]);
    troubles.begin();
    const collecting = setInterval(() => void switchboard.collect().catch(() => {}), 2_000);
    await edit(
      { play, log, api, colleague, switchboard, random, secondBooking, hasZones },
      {
        edits: options.minutes === null ? options.edits : Number.POSITIVE_INFINITY,
        overAtMs: currentTimeMs() + (options.minutes ?? 60) * 60_000,
      },
    )
      // On a busy machine calls are slower, but edits are not. The storm therefore lasts until the
      // edits have caused enough calls.
      .then(() => enoughCalls(log.counts.done * CALLS_OF_AN_EDIT))
      .finally(() => clearInterval(collecting));

    await switchboard.clearFaults();
    await switchboard.configure(calm);
    await troubles.heal();
    await waitFor('The zone of Crossmark', () => followCrossmark({ log, colleague, play, switchboard }));
    const healedMs = performance.now();
    const { done, refused, unanswered } = log.counts;
    say(
      `seed ${seed}: ${done} edits, ${refused} refused, ${unanswered} without an answer; all faults have ended`,
    );
    await converge();
    const differences = await compareSides(db, await switchboard.state(), { repsOf: play.repsOf, hasZones });
    const secondsToConverge = Math.round((performance.now() - healedMs) / 100) / 10;
    await switchboard.collect();
    const calls = switchboard.calls();
    const { toll } = troubles;
    const concurrent = concurrentWrites(calls, toll);
    const strangers = await strangersBooked(db, calls, log, play, initial);
    const foreign = await foreignRemovals(db, calls);
    const reportsRemoved = await removedReports(db, log);
    const unsaved = await unsavedEdits(db, log);
    const approvals = await approvalFaults(db, log);
    const effects = await remoteEffects(db, calls);
    const unexplained = checkHistory({
      entries: log.history,
      effects,
      ends: differences.ends.map((end) => ({ ...end, before: before.get(end.eventId) ?? null })),
      repsOf: play.repsOf,
    });
    const { lost, duplicated, ghosts, stuck } = differences;
    const result: ChaosResult = {
      seed,
      edits: done,
      faults:
        calls.filter((call) => !['answered', 'refused', null].includes(call.outcome)).length +
        toll.freezes +
        toll.redisOutages +
        toll.sessionExpiries,
      kills: toll.kills,
      pgRestarts: toll.pgRestarts,
      wrongClocks: toll.wrongClocks,
      fullDisks: toll.fullDisks,
      silentConnections: toll.silentConnections,
      vanishings: toll.vanishings,
      zoneChanges: log.zoneChanges,
      reports: log.reports.size,
      remoteWrites: calls.filter((call) => isWrite(call) && call.applied).length,
      lost,
      duplicated,
      ghosts,
      stuck: stuck + stalls,
      secondsToConverge,
      concurrentWrites: concurrent.length,
      strangers: strangers.length,
      foreignRemovals: foreign.length,
      reportsRemoved: reportsRemoved.length,
      approved: log.approvals.flat().length,
      unsaved: unsaved.length,
      approvalFaults: approvals.length,
      historyFaults: unexplained.length,
      historyEntries: log.history.length + effects.length,
    };
    const violations = [
      ...concurrent,
      ...strangers,
      ...foreign,
      ...reportsRemoved,
      ...unsaved,
      ...approvals,
      ...unexplained,
    ];
    return { result, history: await tellOf(differences, violations) };

    async function tellOf(differences: Differences, violations: string[]): Promise<string> {
      const report = [...violations];
      for (const [eventId, faults] of [...differences.events].slice(0, HISTORIES_SHOWN)) {
        report.push(...faults.map((fault) => `event ${eventId} ${fault}`));
        report.push(await historyOf(db, eventId, calls, log.records, toll));
      }
      for (const violation of violations.slice(0, HISTORIES_SHOWN)) {
        const [, eventId, mplanId] = /event (\d+)|^(\w+?)_/.exec(violation) ?? [];
        const [row] = await db.execute<{ id: number }>(
          sql`select id from events where id = ${eventId ?? null} or mplan_id = ${mplanId ?? null}`,
        );
        if (row) report.push(await historyOf(db, row.id, calls, log.records, toll));
      }
      if (report.length > 0 && process.env.CHAOS_OUTPUT) report.push(troubles.output());
      return report.join('\n');
    }
  } finally {
    await troubles.stop();
    await disk.remove();
    await database.close();
  }

  async function enoughCalls(number: number): Promise<void> {
    const overAtMs = currentTimeMs() + STORM_GOES_ON_MS;
    while (switchboard.calls().length < number && currentTimeMs() < overAtMs) await pause(200);
  }

  /** Reports work that takes too long after the storm. */
  async function watch<T>(what: string, work: PromiseLike<T>): Promise<T> {
    const startedMs = performance.now();
    const timer = setInterval(
      () => say(`seed ${seed}: ${what} takes ${Math.round((performance.now() - startedMs) / 1_000)} s`),
      LONG_MS,
    );
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }

  /** Whether no job is running or will run without a person. */
  async function quiet(): Promise<boolean> {
    const until = currentTimeMs() + QUIET_WITHIN_MS;
    let steady = 0;
    while (currentTimeMs() < until) {
      const [row] = await watch(
        'a query',
        db.execute<{ busy: number }>(sql`
        select (select count(*) from event_syncs sync join events on events.id = sync.event_id
                where state in ('pending', 'waiting') and events.mplan_id is not null or lease_until > app_now())
             + (select count(*) from refresh_runs where state in ('queued', 'running'))
             -- Files of instructions are fetched one after the other, and nothing of a schedule waits for them.
             + (select count(*) from graphile_worker._private_jobs
                where attempts < max_attempts and coalesce(key, '') not like 'instructions:%')
          as busy`),
      );
      steady = Number(row?.busy) === 0 ? steady + 1 : 0;
      if (steady >= 3) return true;
      await pause(100);
    }
    stalls += 1;
    say(
      `seed ${seed}: not quiet after ${QUIET_WITHIN_MS / 1000} s\n${await underWay()}\n${troubles.output()}`,
    );
    return false;
  }

  /** Returns the jobs that keep the system from being quiet. */
  async function underWay(): Promise<string> {
    const [jobs, attempts, connections] = await Promise.all([
      db.execute(sql`
        select key, attempts, locked_at, locked_by, run_at, last_error from graphile_worker._private_jobs
        where attempts < max_attempts order by locked_at nulls last, run_at limit 20`),
      db.execute(sql`
        select id, event_id, worker_id, started_at from sync_attempts where outcome is null order by id limit 20`),
      db.execute(sql`
        select application_name, state, wait_event, state_change, left(query, 100) as query from pg_stat_activity
        where application_name like 'scheduler-worker%' and (state <> 'idle' or wait_event = 'Lock') limit 20`),
    ]);
    return [...jobs, ...attempts, ...connections].map((row) => JSON.stringify(row)).join('\n');
  }

  /** Refreshes, and repeats it while a refresh leaves doubts that only the next one can confirm. */
  async function refresh(): Promise<void> {
    for (let reading = 0; reading < READINGS; reading++) {
      const { runId } = await watch('asking for a refresh', api.sync.refreshNow.mutate());
      await quiet();
      const [run] = await db.select().from(refreshRuns).orderBy(desc(refreshRuns.id)).limit(1);
      if (run?.state !== 'done')
        say(`seed ${seed}: refresh ${runId} ended as ${run?.state}: ${run?.failureReason}`);
      else if (run.unconfirmed === 0) return;
      else await pause(CONFIRM_SECONDS * 1_000);
    }
  }

  /** Does what people do after a storm: refresh once, then decide what was left to them. */
  async function converge(): Promise<void> {
    // The retry of a refresh that failed in the storm is planned for a later time. A person makes
    // it run now.
    await watch(
      'the first query',
      db.execute(sql`
      select graphile_worker.reschedule_jobs(array(
        select jobs.id from graphile_worker._private_jobs jobs where key like 'refresh:%' and locked_at is null
      ), run_at => now())`),
    );
    await quiet();
    await refresh();
    for (let round = 0; round < ROUNDS_OF_CHOICES; round++) {
      const open = await db
        .select({ eventId: eventSyncs.eventId, state: eventSyncs.state, conflict: eventSyncs.conflict })
        .from(eventSyncs)
        .where(inArray(eventSyncs.state, ['failed', 'conflict']))
        .orderBy(asc(eventSyncs.eventId));
      if (open.length === 0) return;
      say(`seed ${seed}: ${open.length} events are left to people`);
      for (const one of open) await watch('a choice', decide(one, round));
      if (!(await quiet())) return;
      await refresh();
    }
  }

  async function decide(
    { eventId, conflict }: Pick<typeof eventSyncs.$inferSelect, 'eventId' | 'conflict'>,
    round: number,
  ): Promise<void> {
    if (conflict) {
      const choice = choose.chance(0.5) ? 'mine' : 'theirs';
      const startedAt = currentInstant();
      await api.sync.resolve.mutate({ eventId, choice, seenAt: conflict.seenAt });
      if (choice === 'theirs') log.remember('saved', startedAt, [{ eventId, wish: 'anything' }]);
      troubles.tell(`event ${eventId}: a dispatcher keeps ${choice}`);
    } else if (round === 0) {
      await api.sync.retry.mutate({ eventId });
      troubles.tell(`event ${eventId}: a dispatcher retries it`);
    } else {
      // Crossmark refused the schedule, for example because its person left. A dispatcher removes
      // it from the board.
      const [live] = await db.execute<{ id: number; version: number }>(
        sql`select id, version from schedules where event_id = ${eventId} and ended_at is null`,
      );
      if (live) {
        const startedAt = currentInstant();
        await api.schedules.unschedule.mutate({ scheduleId: live.id, version: live.version });
        log.remember('saved', startedAt, [{ eventId, wish: 'nobody' }]);
      } else await api.sync.retry.mutate({ eventId });
      troubles.tell(`event ${eventId}: a dispatcher ${live ? 'unschedules it' : 'retries it'}`);
    }
  }
}
