import { currentTimeMs } from '@scheduler/runtime/clock';
import { editOutside } from './crossmark-edits.ts';
import {
  changePerson,
  move,
  moveAgainAndAgain,
  refresh,
  reissue,
  resolve,
  schedule,
  trade,
  unschedule,
} from './dispatcher-edits.ts';
import type { Row } from './events-in-play.ts';
import { changeSomebody } from './people-edits.ts';
import { planWeek } from './plan-edits.ts';
import { pause } from './random.ts';
import type { Scene } from './scene.ts';
import { changeZone } from './zone-edits.ts';

const EDITORS = 3;

/** How often each kind of edit is chosen. */
const WEIGHTS = {
  schedule: 24,
  move: 20,
  person: 16,
  trade: 8,
  reissue: 5,
  unschedule: 14,
  burst: 3,
  employee: 4,
  outside: 14,
  resolve: 6,
  refresh: 1,
  zone: 0,
};
/**
 * In a storm in which the store's zone changes, nothing is reissued, because what was worked is told by its
 * time, and nobody gets another RepID, because a booking under the earlier one counts as moved
 * (docs/sync.md).
 */
const WEIGHTS_WITH_ZONES = { ...WEIGHTS, zone: 3, reissue: 0, employee: 0 };

/**
 * Makes several edits a second, as dispatchers at the public API and as people on Crossmark's own
 * site who all change the same events. Ends when a number of edits is done or the time has passed.
 */
export async function edit(scene: Scene, until: { edits: number; overAtMs: number }): Promise<void> {
  const { play, log, random } = scene;
  const attempts = () => log.counts.done + log.counts.refused + log.counts.unanswered;
  const isEnough = () =>
    log.counts.done >= until.edits || currentTimeMs() > until.overAtMs || attempts() > until.edits * 8;
  const repeat = async (work: (scene: Scene) => Promise<void>) => {
    while (!isEnough()) {
      await play.read().catch(() => {});
      await work(scene);
      await pause(random.int(60, 400));
    }
  };
  // A plan takes as long as many other edits, so one editor always works on a plan.
  await Promise.all([...Array.from({ length: EDITORS }, () => repeat(editOnce)), repeat(planWeek)]);
}

async function editOnce(scene: Scene): Promise<void> {
  const { play, random } = scene;
  const kind = random.weighted(scene.hasZones ? WEIGHTS_WITH_ZONES : WEIGHTS);
  const free = play.free();
  const scheduled = free.filter((row) => row.schedule);
  const at = async (rows: readonly Row[], work: (row: Row) => Promise<unknown>) => {
    const row = random.pick(rows);
    if (row) await play.hold([row.event.id], () => work(row));
  };
  switch (kind) {
    case 'schedule':
      return at(
        free.filter((row) => !row.schedule),
        (row) => schedule(scene, row),
      );
    case 'move':
      return at(scheduled, (row) => move(scene, row));
    case 'burst':
      return at(scheduled, (row) => moveAgainAndAgain(scene, row));
    case 'person':
      return at(scheduled, (row) => changePerson(scene, row));
    case 'unschedule':
      return at(scheduled, (row) => unschedule(scene, row));
    case 'trade':
      return trade(
        scene,
        scheduled.filter((row) => row.event.type === 'Core'),
      );
    case 'reissue':
      return at(play.worked(), (row) => reissue(scene, row));
    case 'employee':
      return changeSomebody(scene);
    case 'resolve':
      return at(
        free.filter((row) => row.sync?.state === 'conflict'),
        (row) => resolve(scene, row),
      );
    case 'outside':
      return at(free, (row) => editOutside(scene, row));
    case 'refresh':
      return refresh(scene);
    case 'zone':
      return changeZone(scene);
  }
}
