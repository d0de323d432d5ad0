import { readFileSync } from 'node:fs';
import { createCrossmarkClient } from '@scheduler/crossmark';
import { connect, type Db, refreshRuns, stores } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { requestRefresh } from '@scheduler/sync';
import { eq, sql } from 'drizzle-orm';
import { startApp } from '../apps.ts';
import { pause } from '../chaos/random.ts';
import { DEMO, type Infrastructure, seedDemo } from '../infrastructure.ts';
import { type PartResult, Rounds } from './measure.ts';

const UNCHANGED_ROUNDS = 3;

/** The differences between the list and the database. */
type Work = 'all new' | 'unchanged' | '1 % changed';

/** Plans of every type, 100 to a day of the list's window, as the simulator takes them. */
function plans(count: number, storeId: string, today: string, renamed: (n: number) => boolean) {
  return Array.from({ length: count }, (_, n) => {
    const startsOn = addDays(today, (n % 100) - 20);
    const number = 600_000 + (n % 300_000);
    return {
      mplanId: String(40_000_000 + n),
      storeId,
      name: `${number}-Acme${renamed(n) ? ' Foods' : ''}-Oat Bars (${260_105_000_000 + n})  - V2-CORE`,
      startsOn,
      dueOn: addDays(startsOn, 13),
      condition: 'Unstaffed',
    };
  });
}

/**
 * Measures refreshes of several sizes: their time, the time of fetching alone, and their memory.
 */
export async function measureRefreshes(
  infrastructure: Infrastructure,
  counts: readonly number[],
  say: (line: string) => void,
): Promise<PartResult> {
  const results = new Rounds();
  for (const count of counts) await measureRefresh(infrastructure, count, results, say);
  const [few, many] = [Math.min(...counts), Math.max(...counts)];
  const unchanged = (count: number): [string, string] => [
    called(count, 'unchanged'),
    called(count, FETCHING),
  ];
  return {
    part: 'refresh',
    what: 'a reading of Crossmark’s whole list by a worker of its own; seconds, and its highest memory in MB',
    missing: [],
    verdicts: [
      ...counts.flatMap((count) =>
        results.compare(`time unchanged at ${count}, of fetching alone`, unchanged(count), 'seconds', {
          atMost: 3,
        }),
      ),
      ...(few === many
        ? []
        : results.compare(
            `memory at ${many}, of that at ${few}`,
            [called(many, 'unchanged'), called(few, 'unchanged')],
            'peakMemoryMb',
            { atMost: 1.3 },
          )),
    ],
    standings: results.standings(),
  };
}

const FETCHING = 'fetching alone';
const called = (count: number, what: string) => `${count} ${what}`;

/**
 * Measures refreshes of a number of events: all new, then unchanged, then with one in a hundred
 * renamed. Each runs in a worker process that does nothing else. For comparison, the client alone
 * fetches the same pages.
 */
async function measureRefresh(
  infrastructure: Infrastructure,
  count: number,
  results: Rounds,
  say: (line: string) => void,
): Promise<void> {
  const { databaseUrl, simulatorUrl } = infrastructure;
  await seedDemo({ databaseUrl, simulatorUrl });
  const { db, close } = connect(databaseUrl, { max: 2, patience: null, applicationName: 'bench' });
  try {
    const [store] = await db.select().from(stores).limit(1);
    if (!store) throw new Error('The demo has no store.');
    const today = workDateOf(currentInstant(), store.timeZone);
    const put = async (renamed: (n: number) => boolean) => {
      const all = plans(count, store.crossmarkStoreId, today, renamed);
      for (let from = 0; from < all.length; from += 5_000) {
        const answer = await fetch(`${simulatorUrl}/__sim/plans`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(all.slice(from, from + 5_000)),
        });
        if (!answer.ok) throw new Error(`The simulator refused the plans: ${await answer.text()}`);
      }
    };
    /**
     * Has a worker read the list. For `unchanged` it reads twice and the second time is measured: a worker runs for weeks, and
     * the client that fetches alone has run before too.
     */
    const read = async (work: Work): Promise<void> => {
      const worker = startApp(infrastructure, 'worker', 'src/main.ts', {
        SYNC_OUTBOUND_PER_SECOND: '10000',
        LOG_LEVEL: 'warn',
      });
      try {
        if (work === 'unchanged') await refreshOnce(db);
        const run = await refreshOnce(db);
        const { seconds, created, updated, unchanged } = run;
        const figures = { seconds, peakMemoryMb: peakMemoryMb(worker.process.pid ?? 0) };
        results.add(called(count, work), figures);
        say(JSON.stringify({ count, work, ...figures, created, updated, unchanged }));
      } finally {
        await worker.stop();
      }
    };
    const fetchAlone = async (): Promise<void> => {
      const { userId, password } = DEMO.crossmark;
      const client = createCrossmarkClient({ baseUrl: simulatorUrl, userId, password });
      await client.login();
      const startedMs = performance.now();
      // The windows that a refresh reads.
      for (const window of [
        { from: addDays(today, -30), to: addDays(today, 90) },
        { from: addDays(today, 91), to: addDays(today, 180), conditions: ['Unstaffed'] as const },
      ]) {
        for await (const _page of client.listEvents({ ...window, timeZoneOf: () => store.timeZone }));
      }
      results.add(called(count, FETCHING), { seconds: (performance.now() - startedMs) / 1_000 });
      await client.close();
    };
    await put(() => false);
    await read('all new');
    await db.execute(sql`vacuum analyze events`);
    for (let round = 0; round < UNCHANGED_ROUNDS; round++) {
      await fetchAlone();
      await read('unchanged');
    }
    await put((n) => n % 100 === 0);
    await read('1 % changed');
  } finally {
    await close();
  }
}

/** Has a running worker read Crossmark's whole list. Returns how long that took, and what it found. */
export async function refreshOnce(
  db: Db,
): Promise<{ seconds: number; created: number; updated: number; unchanged: number }> {
  const runId = await db.transaction((tx) => requestRefresh(tx, { requestedBy: 'bench' }));
  for (;;) {
    const [run] = await db.select().from(refreshRuns).where(eq(refreshRuns.id, runId));
    if (run?.state === 'done' && run.startedAt && run.finishedAt) {
      const { created, updated, unchanged } = run;
      const seconds = (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1_000;
      return { seconds, created, updated, unchanged };
    }
    if (run?.state === 'failed') throw new Error(`The refresh failed: ${run.failureReason}`);
    await pause(100);
  }
}

/**
 * Returns the most memory that a process has used; 0 on systems other than Linux, which don't
 * report it.
 */
function peakMemoryMb(pid: number): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return 0;
  }
}
