import { connect } from '@scheduler/db';
import { pause } from '../chaos/random.ts';
import type { Infrastructure } from '../infrastructure.ts';
import type { Running } from '../process.ts';
import { openClub, type Placement, setRemoteMs } from './club.ts';
import { CELERY, celeryStack, OURS, ourServer, ourWorker, type Saver } from './contestants.ts';
import { interleave, type PartResult, percentile, Rounds, verdict } from './measure.ts';

const REMOTE_MS = 20;
const LOOK_EVERY_MS = 2;
const WARM_UP = 10;
/**
 * With the same time of its own, two calls in a row take 1.51 times as long as the older stack's one call
 * (docs/performance.md); the target is 95 % of that.
 */
const TWO_CALLS_AGAINST_ONE = 1.59;

/** Measures the time from a click until Crossmark's answer is recorded, one click at a time. */
export async function measureLatency(
  infrastructure: Infrastructure,
  { clicks, rounds }: { clicks: number; rounds: number },
): Promise<PartResult> {
  const each = WARM_UP + rounds * clicks;
  const placements = await openClub(infrastructure, 2 * each);
  await setRemoteMs(infrastructure.simulatorUrl, REMOTE_MS);
  const celery = await celeryStack(infrastructure);
  const { sql, close } = connect(infrastructure.databaseUrl, {
    max: 1,
    patience: null,
    applicationName: 'bench',
  });
  const workers: Running[] = [];
  const savers: Saver[] = [];
  const results = new Rounds();
  try {
    const ours = await ourServer(infrastructure);
    savers.push(ours);
    workers.push(ourWorker(infrastructure, 10));
    const isSynced = async ({ eventId }: Placement) =>
      (await sql`select from event_syncs where event_id = ${eventId} and state = 'synced'`).length > 0;
    // Each contestant has its own events, so that it never finds the bookings of another one.
    const turns = [{ saver: ours as Saver, isSynced, next: 0, mine: placements.slice(0, each) }];
    if (typeof celery !== 'string') {
      await celery.adopt(placements, false);
      const saver = await celery.startWeb();
      savers.push(saver);
      workers.push(await celery.startWorker());
      turns.push({ saver, isSynced: celery.isSynced, next: 0, mine: placements.slice(each) });
    }
    const clickThrough = async (turn: (typeof turns)[number], count: number) => {
      await forgetCalls(infrastructure.simulatorUrl);
      const total = new Map<string, number>();
      for (let n = 0; n < count; n++) {
        const placement = turn.mine[turn.next++];
        if (!placement) throw new Error('The club has too few events for this.');
        const clickedMs = performance.now();
        await turn.saver.save(placement);
        while (!(await turn.isSynced(placement))) {
          if (performance.now() - clickedMs > 60_000) throw new Error(`${turn.saver.name}: not synced.`);
          await pause(LOOK_EVERY_MS);
        }
        total.set(placement.form.mPlanID, performance.now() - clickedMs);
        await pause(20 + Math.random() * 60);
      }
      const remote = await remoteMsByPlan(infrastructure.simulatorUrl);
      const above = [...total].map(([plan, ms]) => ms - (remote.get(plan) ?? 0));
      const all = [...total.values()];
      return {
        p50: percentile(all, 0.5),
        p95: percentile(all, 0.95),
        aboveP50: percentile(above, 0.5),
        aboveP95: percentile(above, 0.95),
      };
    };
    for (const turn of turns) await clickThrough(turn, WARM_UP);
    await interleave(turns, rounds, async (turn) =>
      results.add(turn.saver.name, await clickThrough(turn, clicks)),
    );
  } finally {
    await Promise.all(savers.map((saver) => saver.stop()));
    await Promise.all(workers.map((worker) => worker.stop()));
    if (typeof celery !== 'string') await celery.close();
    await close();
  }
  return {
    part: 'latency',
    what: `click to synced, one at a time, ${REMOTE_MS} ms a call, ${rounds} rounds of ${clicks} clicks; milliseconds, also above the time that the remote itself took`,
    missing: typeof celery === 'string' ? [celery] : [],
    verdicts: [
      verdict('p50 above the remote’s own time, ms', results.of(OURS, 'aboveP50'), { atMost: 50 }),
      verdict('p95 above the remote’s own time, ms', results.of(OURS, 'aboveP95'), { atMost: 120 }),
      ...results.compare('p50 above the remote’s, of the older stack’s', [OURS, CELERY], 'aboveP50', {
        atMost: 1,
      }),
      ...results.compare('p50 in all (two calls against one), of the older stack’s', [OURS, CELERY], 'p50', {
        atMost: TWO_CALLS_AGAINST_ONE,
      }),
    ],
    standings: results.standings(),
  };
}

async function forgetCalls(simulatorUrl: string): Promise<void> {
  await fetch(`${simulatorUrl}/__sim/log`, { method: 'DELETE' });
}

/** Returns the total time of the simulated Crossmark's calls for each plan. */
async function remoteMsByPlan(simulatorUrl: string): Promise<Map<string, number>> {
  const answer = await fetch(`${simulatorUrl}/__sim/log`);
  const calls = (await answer.json()) as {
    params: Record<string, string>;
    receivedAt: string;
    finishedAt: string | null;
  }[];
  const byPlan = new Map<string, number>();
  for (const { params, receivedAt, finishedAt } of calls) {
    const searched = /"value":\["(\d+)"\]/.exec(params.searchFields ?? '')?.[1];
    const plan = params.mPlanID ?? searched;
    if (!plan || !finishedAt) continue;
    const ms = Date.parse(finishedAt) - Date.parse(receivedAt);
    byPlan.set(plan, (byPlan.get(plan) ?? 0) + ms);
  }
  return byPlan;
}
