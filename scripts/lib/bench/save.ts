import type { Infrastructure } from '../infrastructure.ts';
import { openClub, type Placement } from './club.ts';
import {
  BARE_SAVE,
  type BulkSaver,
  bareSaver,
  CELERY,
  celeryStack,
  OURS,
  OURS_TWICE,
  ourServer,
  ourServers,
  type Saver,
} from './contestants.ts';
import { hammer, interleave, type PartResult, Rounds, verdict } from './measure.ts';
import { processorMsOf, processorMsOfPostgres } from './processor.ts';

const CLIENTS = 8;
/** Saves before the first round, after which the programs are compiled and Postgres has planned their statements. */
const WARM_UP = 1_000;

/** Returns a function that takes the next unused placements. */
function taking(placements: readonly Placement[]) {
  let next = 0;
  return (count: number): Placement[] => {
    const taken = placements.slice(next, next + count);
    if (taken.length < count) throw new Error('The club has too few events for this.');
    next += count;
    return taken;
  };
}

const at = <T>(all: readonly T[], n: number): T => {
  const result = all[n];
  if (result === undefined) throw new Error(`There is no number ${n}.`);
  return result;
};

/**
 * Measures eight clients that save schedules: with this product, the older stack, and the minimal
 * program.
 */
export async function measureSave(
  infrastructure: Infrastructure,
  { saves, rounds }: { saves: number; rounds: number },
): Promise<PartResult> {
  const each = WARM_UP + rounds * saves;
  const placements = await openClub(infrastructure, 2 * each);
  const celery = await celeryStack(infrastructure);
  const missing = typeof celery === 'string' ? [celery] : [];
  const savers: Saver[] = [];
  const results = new Rounds();
  try {
    savers.push(
      await ourServer(infrastructure),
      await ourServers(infrastructure),
      await bareSaver(infrastructure),
    );
    if (typeof celery !== 'string') {
      await celery.adopt(placements, false);
      savers.push(await celery.startWeb());
    }
    // All servers of this product save in one database.
    const turns = savers.map((saver) => ({
      saver,
      take: taking(saver.name === OURS_TWICE ? placements.slice(each) : placements.slice(0, each)),
    }));
    const turn = async ({ saver, take }: (typeof turns)[number], count: number) => {
      const chosen = take(count);
      const pids = saver.running.map((running) => running.process.pid);
      const beforeMs = [processorMsOf(pids), processorMsOfPostgres(infrastructure)];
      const figures = await hammer(CLIENTS, count, (n) => saver.save(at(chosen, n)));
      const afterMs = [processorMsOf(pids), processorMsOfPostgres(infrastructure)];
      const [ownMs = 0, postgresMs = 0] = afterMs.map((ms, n) => (ms - (beforeMs[n] ?? 0)) / count);
      return { ...figures, ownMs, postgresMs };
    };
    for (const one of turns) await turn(one, WARM_UP);
    await interleave(turns, rounds, async (one) => results.add(one.saver.name, await turn(one, saves)));
  } finally {
    await Promise.all(savers.map((saver) => saver.stop()));
    if (typeof celery !== 'string') await celery.close();
  }
  return {
    part: 'save',
    what: `${CLIENTS} clients save schedules, ${rounds} rounds of ${saves} saves each; saves a second, milliseconds each, also of the processor`,
    missing,
    verdicts: [
      ...results.compare('rate, of the older stack’s', [OURS, CELERY], 'perSecond', { atLeast: 2 }),
      ...results.compare('p50, of the older stack’s', [OURS, CELERY], 'p50', { atMost: 0.5 }),
      ...results.compare(
        'rate of two server processes, of the older stack’s four',
        [OURS_TWICE, CELERY],
        'perSecond',
        {
          atLeast: 2,
        },
      ),
      ...results.compare('rate, of the bare limit’s', [OURS, BARE_SAVE], 'perSecond', { atLeast: 0.7 }),
    ],
    standings: results.standings(),
  };
}

const BULK = 500;
/** A quarter of the second within which a person's thought is not interrupted (Nielsen, Usability Engineering, 1993). */
const BULK_MS = 250;
const BULK_NAME = `${BULK} in one call`;
const BARE_BULK_NAME = `${BULK} in one call, ${BARE_SAVE}`;
const oneByOne = (clients: number) => `one by one, ${clients} client${clients === 1 ? '' : 's'}`;

/**
 * Compares five hundred schedules in one call with single saves, and with the minimal program's five hundred in one call.
 */
export async function measureBulk(
  infrastructure: Infrastructure,
  { saves, rounds }: { saves: number; rounds: number },
): Promise<PartResult> {
  const placements = await openClub(infrastructure, WARM_UP + (rounds + 1) * (2 * saves + BULK));
  const bulkSavers: BulkSaver[] = [];
  const results = new Rounds();
  try {
    const server = await ourServer(infrastructure);
    bulkSavers.push(server);
    const bare = await bareSaver(infrastructure);
    bulkSavers.push(bare);
    const take = taking(placements);
    const takeBare = taking(placements);
    const single = async (clients: number, count: number) => {
      const chosen = take(count);
      return hammer(clients, count, (n) => server.save(at(chosen, n)));
    };
    const bulk = async (saver: BulkSaver, chosen: readonly Placement[]) => {
      const { perSecond, p50 } = await hammer(1, 1, () => saver.saveMany(chosen));
      return { perSecond: perSecond * BULK, p50 };
    };
    await single(CLIENTS, WARM_UP);
    const turns = [
      { name: BULK_NAME, turn: () => bulk(server, take(BULK)) },
      { name: BARE_BULK_NAME, turn: () => bulk(bare, takeBare(BULK)) },
      { name: oneByOne(1), turn: () => single(1, saves) },
      { name: oneByOne(CLIENTS), turn: () => single(CLIENTS, saves) },
    ];
    for (const { turn } of turns.slice(0, 2)) await turn();
    await interleave(turns, rounds, async ({ name, turn }) => results.add(name, await turn()));
  } finally {
    await Promise.all(bulkSavers.map((saver) => saver.stop()));
  }
  return {
    part: 'bulk',
    what: `${BULK} schedules in one call, beside ${saves} saved one by one, ${rounds} rounds; schedules a second, milliseconds a call`,
    missing: [],
    verdicts: [
      // What a person waits for who copies a week. Single saves are no measure of it: the faster they are, the less it seems.
      verdict(`p50 of ${BULK} in one call, ms`, results.of(BULK_NAME, 'p50'), { atMost: BULK_MS }),
    ],
    standings: results.standings(),
  };
}
