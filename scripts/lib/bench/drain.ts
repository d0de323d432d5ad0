import { connect, migrate, syncSteps } from '@scheduler/db';
import { eq } from 'drizzle-orm';
import type { Infrastructure } from '../infrastructure.ts';
import type { Running } from '../process.ts';
import { countBookings, makeDeep, makePending, openClub, setRemoteMs } from './club.ts';
import {
  BARE_WORKER,
  BARE_WORKER_READS,
  BULLMQ,
  bareDrainer,
  bullmqDrainer,
  CELERY,
  celeryStack,
  type Drainer,
  freshDatabase,
  knowTasks,
  OURS,
  ourDrainer,
  ourWorker,
} from './contestants.ts';
import { interleave, type PartResult, Rounds, rateOf, verdict } from './measure.ts';
import { processorMsOf, processorMsOfPostgres } from './processor.ts';

const REMOTE_MS = 20;

/**
 * Measures thousands of pending schedules with one worker process and a remote that takes 20 ms a
 * call.
 */
export async function measureDrain(
  infrastructure: Infrastructure,
  { jobs, rounds, concurrency }: { jobs: number; rounds: number; concurrency: number },
): Promise<PartResult> {
  const celery = await celeryStack(infrastructure);
  const bullmq = await bullmqDrainer(infrastructure, concurrency);
  const contestants: (Drainer | string)[] = [
    ourDrainer(infrastructure, concurrency),
    typeof celery === 'string' ? celery : celery.drainer(),
    await bareDrainer(infrastructure, concurrency, false),
    await bareDrainer(infrastructure, concurrency, true),
    bullmq,
  ];
  const drainers = contestants.filter((one) => typeof one !== 'string');
  const missing = contestants.filter((one) => typeof one === 'string');
  const results = new Rounds();
  try {
    await interleave(drainers, rounds, async (drainer) => {
      const placements = await openClub(infrastructure, jobs);
      await setRemoteMs(infrastructure.simulatorUrl, REMOTE_MS);
      const before = await countBookings(infrastructure.simulatorUrl);
      await drainer.fill(placements);
      const worker = await drainer.start();
      try {
        const figures = await rateOf(drainer.done, jobs, worker, () => [
          processorMsOf([worker.process.pid]),
          processorMsOfPostgres(infrastructure),
        ]);
        const [ownMs = 0, postgresMs = 0] = figures.each;
        results.add(drainer.name, { perSecond: figures.perSecond, ownMs, postgresMs });
      } finally {
        await worker.stop();
      }
      const booked = (await countBookings(infrastructure.simulatorUrl)) - before;
      if (booked !== jobs) throw new Error(`${drainer.name} made ${booked} bookings of ${jobs}.`);
    });
  } finally {
    await Promise.all(drainers.map((drainer) => drainer.close()));
    if (typeof celery !== 'string') await celery.close();
  }
  return {
    part: 'drain',
    what: `${jobs} pending, ${REMOTE_MS} ms a call, one worker process at concurrency ${concurrency} (the older stack: 4), ${rounds} rounds; schedules a second, and milliseconds of the processor each`,
    missing,
    verdicts: [
      ...results.compare('rate, of the older stack’s', [OURS, CELERY], 'perSecond', { atLeast: 5 }),
      ...results.compare('rate, of bare graphile-worker’s', [OURS, BARE_WORKER], 'perSecond', {
        atLeast: 0.6,
      }),
      ...results.compare(
        'rate, of bare graphile-worker’s that makes the same two calls',
        [OURS, BARE_WORKER_READS],
        'perSecond',
        { atLeast: 0.6 },
      ),
      ...results.compare('rate, of BullMQ’s', [OURS, BULLMQ], 'perSecond', { atLeast: 0.6 }),
    ],
    standings: results.standings(),
  };
}

const SHALLOW = 1_000;

/** Measures whether a worker is slower with a million waiting jobs than with a thousand. */
export async function measureDepth(
  infrastructure: Infrastructure,
  { deep, rounds, concurrency }: { deep: number; rounds: number; concurrency: number },
): Promise<PartResult> {
  const sides = async (name: string): Promise<Infrastructure> => {
    const databaseUrl = await freshDatabase(infrastructure, name);
    await migrate(databaseUrl);
    const database = connect(databaseUrl, { max: 1, patience: null });
    await knowTasks(database);
    await database.close();
    return { ...infrastructure, databaseUrl, env: { ...infrastructure.env, DATABASE_URL: databaseUrl } };
  };
  const [few, many] = [`${SHALLOW} waiting`, `${deep} waiting`];
  const [shallow, below] = [await sides('bench_shallow'), await sides('bench_deep')];
  // More jobs than the rounds need, because the worker continues while it is being stopped.
  const front = 2 * rounds * SHALLOW;
  await makePending(below, await openClub(below, front));
  await makeDeep(below, deep - front);
  await setRemoteMs(infrastructure.simulatorUrl, REMOTE_MS);
  const results = new Rounds();
  await interleave([few, many], rounds, async (name, round) => {
    const place = name === few ? shallow : below;
    if (place === shallow) {
      const options = { firstPlan: 60_000_000 + round * SHALLOW, besideOthers: true };
      await makePending(place, await openClub(place, SHALLOW, options));
    }
    const { db, close } = connect(place.databaseUrl, { max: 1, patience: null, applicationName: 'bench' });
    // Counts the rows of the journal, which has only what was done. Counting a million rows would
    // use a whole core.
    const synced = () => db.$count(syncSteps, eq(syncSteps.state, 'done'));
    const before = await synced();
    const worker = ourWorker(place, concurrency);
    try {
      const { perSecond } = await rateOf(async () => (await synced()) - before, SHALLOW * 0.95, worker);
      results.add(name, { perSecond });
    } finally {
      await worker.stop();
      await close();
    }
  });
  return {
    part: 'depth',
    what: `the first ${SHALLOW} of so many pending ones, one worker process at concurrency ${concurrency}, ${REMOTE_MS} ms a call, ${rounds} rounds; schedules a second`,
    missing: [],
    verdicts: results.compare(
      `rate with ${deep} waiting, of that with ${SHALLOW}`,
      [many, few],
      'perSecond',
      {
        atLeast: 0.8,
      },
    ),
    standings: results.standings(),
  };
}

/** Measures one, two and four worker processes with a slow remote. */
export async function measureWorkers(
  infrastructure: Infrastructure,
  { jobs, rounds }: { jobs: number; rounds: number },
): Promise<PartResult> {
  const [concurrency, remoteMs] = [10, 200];
  const name = (processes: number) => `${processes} process${processes === 1 ? '' : 'es'}`;
  const results = new Rounds();
  await interleave([1, 2, 4], rounds, async (processes) => {
    const count = jobs * processes;
    const placements = await openClub(infrastructure, count);
    await setRemoteMs(infrastructure.simulatorUrl, remoteMs);
    const drainer = ourDrainer(infrastructure, concurrency);
    const workers: Running[] = [];
    try {
      await drainer.fill(placements);
      for (let n = 0; n < processes; n++) workers.push(await drainer.start());
      const { perSecond } = await rateOf(drainer.done, count, workers[0] as Running);
      results.add(name(processes), { perSecond });
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
      await drainer.close();
    }
  });
  const linear = (processes: number) =>
    verdict(
      `rate of ${name(processes)}, of ${processes} times one’s`,
      results.ratio(name(processes), name(1), 'perSecond').map((ratio) => ratio / processes),
      { atLeast: 0.85 },
    );
  return {
    part: 'workers',
    what: `${jobs} pending for each process of concurrency ${concurrency}, ${remoteMs} ms a call, ${rounds} rounds; schedules a second`,
    missing: [],
    verdicts: [linear(2), linear(4)],
    standings: results.standings(),
  };
}
