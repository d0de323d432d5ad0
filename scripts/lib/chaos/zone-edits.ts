import { currentInstant } from '@scheduler/runtime/clock';
import { pause } from './random.ts';
import type { Scene } from './scene.ts';

/** Zones that are hours away from the one of the demo club. */
const OTHER_ZONES = ['America/Los_Angeles', 'America/Chicago', 'Europe/Berlin'];

/** How long to wait until the zone is set again. */
const WAIT_MS = 500;

/** The store of the storm, as the settings show it. */
async function readStore({ colleague }: Pick<Scene, 'colleague'>) {
  const { store } = await colleague.settings.get.query(undefined, { signal: AbortSignal.timeout(8_000) });
  return store;
}

/**
 * Gives the store another zone, either here, by a mistake that an admin then corrects, or at Crossmark,
 * which the admin then follows. While the two differ, each refresh reads Crossmark's wall times wrongly.
 */
export async function changeZone(scene: Scene): Promise<void> {
  const { log, random, switchboard } = scene;
  if (log.isZoneMoving) return;
  log.isZoneMoving = true;
  try {
    const timeZone = random.pick(OTHER_ZONES) ?? 'UTC';
    const isHere = random.chance(0.5);
    const [store] = (await switchboard.state()).stores;
    const here = await readStore(scene).catch(() => null);
    if (!store || !here) return;
    log.zoneChanges += 1;
    if (isHere) await setZoneHere(scene, timeZone, store.timeZone);
    else {
      const startedAt = currentInstant();
      await switchboard.putStore({ ...store, timeZone });
      noteZone(scene, `Crossmark gives the store the zone ${timeZone}`, startedAt, [
        here.timeZone,
        store.timeZone,
        timeZone,
      ]);
    }
    await pause(random.int(500, 3_000));
    await followCrossmark(scene);
  } finally {
    log.isZoneMoving = false;
  }
}

/** Gives the store here the zone that it has at Crossmark. Returns whether it has it. */
export async function followCrossmark(scene: Pick<Scene, 'log' | 'colleague' | 'play' | 'switchboard'>) {
  const [store] = (await scene.switchboard.state()).stores;
  return store ? setZoneHere(scene, store.timeZone, store.timeZone) : true;
}

/** Returns whether the store has the zone then. It can't get it while a refresh reads by the old one. */
async function setZoneHere(
  scene: Pick<Scene, 'log' | 'colleague' | 'play'>,
  timeZone: string,
  crossmarkZone: string,
): Promise<boolean> {
  const store = await readStore(scene).catch(() => null);
  if (!store) return false;
  if (store.timeZone === timeZone) return true;
  const { id: storeId, version, name, number } = store;
  const startedAt = currentInstant();
  const saved = await scene.log.ask(`sets the store’s zone to ${timeZone}`, [], (options) =>
    scene.colleague.settings.setStore.mutate({ storeId, version, name, number, timeZone }, options),
  );
  // A change without an answer may have been saved. One that is refused waits for a refresh.
  if (!saved) await pause(WAIT_MS);
  noteZone(scene, `the store’s zone may be ${timeZone} from here on`, startedAt, [
    store.timeZone,
    timeZone,
    crossmarkZone,
  ]);
  return saved !== null;
}

/**
 * Wall times of Crossmark's list may be read in another of these zones from `startedAt` on, and the board
 * adopts what they mean then.
 */
function noteZone(
  { log, play }: Pick<Scene, 'log' | 'play'>,
  what: string,
  startedAt: string,
  zones: readonly string[],
): void {
  log.note(what);
  for (const { event } of play.rows) log.rememberOutside(event.id, { zones }, startedAt);
}
