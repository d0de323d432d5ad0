import { falseAnswers } from '@scheduler/crossmark/simulator';
import { connect, eventSyncs, refreshRuns } from '@scheduler/db';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { asc, desc, inArray, sql } from 'drizzle-orm';
import { type Api, signIn } from '../api.ts';
import { SECOND_BOOKINGS, type SecondBooking } from '../crossmark-side.ts';
import { type Infrastructure, seedDemo } from '../infrastructure.ts';
import { waitFor } from '../process.ts';
import {
  compareSides,
  concurrentWrites,
  type Differences,
  foreignRemovals,
  historyOf,
  isWrite,
  strangersBooked,
} from './compare.ts';
import { Editors } from './edits.ts';
import { createRandom, pause } from './random.ts';
import { openSwitchboard } from './switchboard.ts';
import { CONFIRM_SECONDS, remoteFaults, Troubles } from './troubles.ts';

/** What a run found, as `--json` prints it. */
export interface ChaosResult {
  seed: number;
  edits: number;
  /** Calls that Crossmark failed on purpose, sessions ended, workers frozen, Redis outages. */
  faults: number;
  kills: number;
  pgRestarts: number;
  remoteWrites: number;
  lost: number;
  duplicated: number;
  ghosts: number;
  stuck: number;
  secondsToConverge: number;
  /**
   * Writes of one event at one time, bookings of somebody whom nobody chose, removals of another
   * event's booking: never to be.
   */
  concurrentWrites: number;
  strangers: number;
  foreignRemovals: number;
}

const SECOND_BOOKING_IN_WORDS = {
  inPlace: 'an edit of the first',
  replace: 'made in place of the first',
  duplicate: 'kept beside the first',
} as const satisfies Record<SecondBooking, string>;

const QUIET_WITHIN_MS = 90_000;
/** Rounds in which a person ends conflicts and dead letters, for a choice may fail again. */
const ROUNDS_OF_CHOICES = 6;
/** A refresh confirms what the one before left as a doubt. */
const READINGS = 3;
const HISTORIES_SHOWN = 3;
/** A storm goes on after the last edit until Crossmark was called so often, or for so long. */
const CALLS_OF_AN_EDIT = 4;
const STORM_GOES_ON_MS = 20_000;
/** What takes longer than this in a healed system is reported. */
const LONG_MS = 10_000;

/**
 * One run under a seed: a stream of edits while everything fails that can, then all heals, and both
 * sides must hold the same. `history` is what happened to the events that differ; empty where all
 * is well.
 */
export async function runChaos(options: {
  infrastructure: Infrastructure;
  serverUrl: string;
  seed: number;
  edits: number;
  minutes: number | null;
  /** Null takes the ways in turn, seed by seed. */
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
  // A row that the list has twice in every reading: nothing to be repaired by anybody.
  const twice = createRandom(seed, 'twice');
  const repeatedPlans = twice.chance(0.3) ? [twice.pick(initial.plans)?.mplanId ?? ''] : [];
  await switchboard.configure({ seed, repeatedPlans, ...calm });

  const database = connect(databaseUrl, { max: 3, applicationName: 'chaos' });
  const { db } = database;
  const api: Api = await signIn(options.serverUrl, infrastructure.env.WEB_ORIGIN as string);
  const troubles = new Troubles(infrastructure, switchboard, createRandom(seed, 'troubles'));
  const editors = new Editors({ db, api, switchboard, random: createRandom(seed, 'edits'), secondBooking });
  const choose = createRandom(seed, 'choices');
  /**
   * Times that the healed system didn't come to rest: stuck, whatever a refresh makes of it
   * afterwards.
   */
  let stalls = 0;
  try {
    await editors.prepare();
    const [start] = await db.execute<{ now: string }>(sql`select app_now()::text as now`);
    troubles.hire();
    troubles.hire();
    // A storm needs calls to fail.
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
    await editors
      .work({
        edits: options.minutes === null ? options.edits : Number.POSITIVE_INFINITY,
        overAtMs: currentTimeMs() + (options.minutes ?? 60) * 60_000,
      })
      // Edits come as quickly on a busy machine as on an idle one, and calls don't: what was edited
      // is to go through the storm.
      .then(() => enoughCalls(editors.counts.done * CALLS_OF_AN_EDIT))
      .finally(() => clearInterval(collecting));

    await switchboard.clearFaults();
    await switchboard.configure(calm);
    await troubles.heal();
    const healedMs = performance.now();
    const { done, refused, unanswered } = editors.counts;
    say(`seed ${seed}: ${done} edits, ${refused} refused, ${unanswered} without an answer; all is healed`);
    await converge();
    const differences = await compareSides(db, await switchboard.state(), editors.repsOf);
    const secondsToConverge = Math.round((performance.now() - healedMs) / 100) / 10;
    await switchboard.collect();
    const calls = switchboard.calls();
    const { toll } = troubles;
    const concurrent = concurrentWrites(calls, toll);
    const strangers = await strangersBooked(db, calls, editors, initial);
    const foreign = await foreignRemovals(db, calls);
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
      remoteWrites: calls.filter((call) => isWrite(call) && call.applied).length,
      lost,
      duplicated,
      ghosts,
      stuck: stuck + stalls,
      secondsToConverge,
      concurrentWrites: concurrent.length,
      strangers: strangers.length,
      foreignRemovals: foreign.length,
    };
    return { result, history: await tellOf(differences, [...concurrent, ...strangers, ...foreign]) };

    async function tellOf(differences: Differences, violations: string[]): Promise<string> {
      const report = [...violations];
      for (const [eventId, faults] of [...differences.events].slice(0, HISTORIES_SHOWN)) {
        report.push(...faults.map((fault) => `event ${eventId} ${fault}`));
        report.push(await historyOf(db, eventId, calls, editors.deeds, toll));
      }
      for (const violation of violations.slice(0, HISTORIES_SHOWN)) {
        const [mplanId] = violation.split('_');
        const [row] = await db.execute<{ id: number }>(
          sql`select id from events where mplan_id = ${mplanId ?? ''}`,
        );
        if (row) report.push(await historyOf(db, row.id, calls, editors.deeds, toll));
      }
      if (report.length > 0 && process.env.CHAOS_OUTPUT) report.push(troubles.output());
      return report.join('\n');
    }
  } finally {
    await troubles.stop();
    await database.close();
  }

  async function enoughCalls(number: number): Promise<void> {
    const overAtMs = currentTimeMs() + STORM_GOES_ON_MS;
    while (switchboard.calls().length < number && currentTimeMs() < overAtMs) await pause(200);
  }

  /** Reports something that a healed system should have done long ago. */
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

  /** Nothing under way, nothing that will be attempted by itself. */
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
             + (select count(*) from graphile_worker._private_jobs where attempts < max_attempts)
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

  /** What keeps the run from being quiet. */
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

  /** Reads Crossmark's list, and again while a reading lacks what only the next one can confirm. */
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

  /** What people do when the storm is over: read Crossmark once, then end what was left to them. */
  async function converge(): Promise<void> {
    // A reading that failed in the storm waits as long as the storm lasted; somebody at the queue
    // lets it go on now.
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
      await api.sync.resolve.mutate({ eventId, choice, seenAt: conflict.seenAt });
      troubles.tell(`event ${eventId}: a dispatcher keeps ${choice}`);
    } else if (round === 0) {
      await api.sync.retry.mutate({ eventId });
      troubles.tell(`event ${eventId}: a dispatcher retries it`);
    } else {
      // Refused for good: its person left, say. Nobody can work it so, and a dispatcher takes it
      // off the board.
      const [live] = await db.execute<{ id: number; version: number }>(
        sql`select id, version from schedules where event_id = ${eventId} and ended_at is null`,
      );
      if (live) await api.schedules.unschedule.mutate({ scheduleId: live.id, version: live.version });
      else await api.sync.retry.mutate({ eventId });
      troubles.tell(`event ${eventId}: a dispatcher ${live ? 'unschedules it' : 'retries it'}`);
    }
  }
}
