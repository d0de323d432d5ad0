import type { Infrastructure } from '../infrastructure.ts';
import { openClub, type Placement } from './club.ts';
import {
  BARE_SAVE,
  bareSaver,
  CELERY,
  celeryStack,
  OURS,
  OURS_TWICE,
  ourServer,
  ourServers,
  type Saver,
} from './contestants.ts';
import { hammer, interleave, type PartResult, Rounds } from './measure.ts';

const CLIENTS = 8;
const WARM_UP = 100;

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
      return hammer(CLIENTS, count, (n) => saver.save(at(chosen, n)));
    };
    for (const one of turns) await turn(one, WARM_UP);
    await interleave(turns, rounds, async (one) => results.add(one.saver.name, await turn(one, saves)));
  } finally {
    await Promise.all(savers.map((saver) => saver.stop()));
    if (typeof celery !== 'string') await celery.close();
  }
  return {
    part: 'save',
    what: `${CLIENTS} clients save schedules, ${rounds} rounds of ${saves} saves each; saves a second, milliseconds each`,
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
const BULK_NAME = `${BULK} in one call`;
const oneByOne = (clients: number) => `one by one, ${clients} client${clients === 1 ? '' : 's'}`;

/** Compares five hundred schedules in one call with single saves. */
export async function measureBulk(
  infrastructure: Infrastructure,
  { saves, rounds }: { saves: number; rounds: number },
): Promise<PartResult> {
  const placements = await openClub(infrastructure, WARM_UP + (rounds + 1) * (2 * saves + BULK));
  const server = await ourServer(infrastructure);
  const results = new Rounds();
  try {
    const take = taking(placements);
    const single = async (clients: number, count: number) => {
      const chosen = take(count);
      return hammer(clients, count, (n) => server.save(at(chosen, n)));
    };
    const bulk = async () => {
      const chosen = take(BULK);
      const { perSecond, p50 } = await hammer(1, 1, () => server.saveMany(chosen));
      return { perSecond: perSecond * BULK, p50 };
    };
    await single(CLIENTS, WARM_UP);
    await bulk();
    const turns = [
      { name: BULK_NAME, turn: bulk },
      { name: oneByOne(1), turn: () => single(1, saves) },
      { name: oneByOne(CLIENTS), turn: () => single(CLIENTS, saves) },
    ];
    await interleave(turns, rounds, async ({ name, turn }) => results.add(name, await turn()));
  } finally {
    await server.stop();
  }
  return {
    part: 'bulk',
    what: `${BULK} schedules in one call, beside ${saves} saved one by one, ${rounds} rounds; schedules a second, milliseconds a call`,
    missing: [],
    verdicts: [
      ...results.compare('rate, of one client’s single saves', [BULK_NAME, oneByOne(1)], 'perSecond', {
        atLeast: 20,
      }),
      ...results.compare(
        `rate, of ${CLIENTS} clients’ single saves`,
        [BULK_NAME, oneByOne(CLIENTS)],
        'perSecond',
        { atLeast: 20 },
      ),
    ],
    standings: results.standings(),
  };
}
