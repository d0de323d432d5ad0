import { addMinutes } from '@scheduler/scheduling';
import type { Play } from './play.ts';

/** What people do in one story, and when workers work. */
export interface Scenario {
  name: string;
  /** What happened before, while all was well. */
  before?: (play: Play) => Promise<void>;
  /** Processes may fail at every point of this. */
  work: (play: Play) => Promise<void>;
  /** A conflict is part of the story, so that a person has to choose. */
  hasConflict?: boolean;
  /**
   * A removal waits while the work is reported. A search from before the report has it sent, and
   * Crossmark removes the report with the booking (docs/sync.md).
   */
  racesWithReport?: boolean;
}

/** Ada works the first event, and all is well. */
const booked = async (play: Play) => {
  await play.schedule(1, 'Ada', 0);
  await play.work();
};

const LATER = 1;
const OTHER = 2;

/** Every kind of change, as short as it can be. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'an event is scheduled',
    work: booked,
  },
  {
    name: 'a schedule is moved',
    before: booked,
    work: async (play) => {
      await play.schedule(1, 'Ada', LATER);
      await play.work();
    },
  },
  {
    name: 'a schedule goes to another person',
    before: booked,
    work: async (play) => {
      await play.schedule(1, 'Bob', 0);
      await play.work();
    },
  },
  {
    name: 'only the length of a schedule changes',
    before: booked,
    work: async (play) => {
      await play.schedule(1, 'Ada', 0, 300);
      await play.work();
    },
  },
  {
    name: 'two people trade',
    before: async (play) => {
      await booked(play);
      await play.schedule(2, 'Bob', LATER);
      await play.work();
    },
    work: async (play) => {
      await play.trade();
      await play.work();
    },
  },
  {
    name: 'a schedule is removed',
    before: booked,
    work: async (play) => {
      await play.unschedule(1);
      await play.work();
    },
  },
  {
    name: 'a removal is undone before it was sent',
    before: booked,
    work: async (play) => {
      await play.unschedule(1);
      await play.schedule(1, 'Ada', 0);
      await play.work();
    },
  },
  {
    name: 'a removal is undone after it was sent',
    before: booked,
    work: async (play) => {
      await play.unschedule(1);
      await play.work();
      await play.schedule(1, 'Ada', 0);
      await play.work();
    },
  },
  {
    name: 'reported work is reissued',
    before: async (play) => {
      await booked(play);
      play.report(1);
      await play.refresh();
    },
    work: async (play) => {
      await play.reissue(1, 'Bob', LATER);
      await play.work();
    },
  },
  {
    name: 'work is reported on Crossmark’s side',
    before: booked,
    work: async (play) => {
      play.report(1);
      await play.refresh();
    },
  },
  {
    name: 'work is reported while its removal waits',
    before: booked,
    work: async (play) => {
      await play.unschedule(1);
      play.report(1);
      await play.work();
    },
    racesWithReport: true,
  },
  {
    name: 'an event goes and comes back',
    before: booked,
    work: async (play) => {
      play.setGone(1, true);
      await play.refresh();
      await play.refresh();
      play.setGone(1, false);
      await play.refresh();
      await play.refresh();
    },
  },
  {
    name: 'a booking is moved on Crossmark’s own site',
    before: booked,
    work: async (play) => {
      play.changeOutside(1, { startsAt: play.slots[OTHER], endsAt: addMinutes(play.slots[OTHER], 390) });
      await play.refresh();
    },
  },
  {
    name: 'a booking is removed on Crossmark’s own site',
    before: booked,
    work: async (play) => {
      play.removeOutside(1);
      await play.refresh();
      await play.refresh();
    },
  },
  {
    name: 'a booking is made on Crossmark’s own site',
    work: async (play) => {
      play.bookOutside(1, 'Bob', OTHER);
      await play.refresh();
    },
  },
  {
    name: 'both sides change a schedule, and a person keeps ours',
    before: booked,
    work: async (play) => {
      play.changeOutside(1, { startsAt: play.slots[OTHER], endsAt: addMinutes(play.slots[OTHER], 390) });
      await play.schedule(1, 'Ada', LATER);
      await play.work();
      await play.choose(1, 'mine');
      await play.work();
    },
    hasConflict: true,
  },
];
