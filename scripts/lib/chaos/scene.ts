import type { Api } from '../api.ts';
import type { SecondBooking } from '../crossmark-side.ts';
import type { EditLog } from './edit-log.ts';
import type { EventsInPlay } from './events-in-play.ts';
import type { Random } from './random.ts';
import type { Switchboard } from './switchboard.ts';

/** The parts that every kind of edit uses. */
export interface Scene {
  play: EventsInPlay;
  log: EditLog;
  api: Api;
  /** A second dispatcher with a separate session. */
  colleague: Api;
  switchboard: Switchboard;
  random: Random;
  secondBooking: SecondBooking;
  /** Whether the store's zone changes in this storm. */
  hasZones: boolean;
}
