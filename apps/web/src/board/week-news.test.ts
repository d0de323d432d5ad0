import { describe, expect, it } from 'vitest';
import { filterPeople } from './people-in-week.ts';
import { testBoard, testDay, testEvent, testInstant, testPerson, testSchedule } from './test-board.ts';
import { newsOf } from './week-news.ts';

const synced = { state: 'synced', reason: null, nextAttemptAt: null, attemptCount: 0 } as const;
const people = [testPerson(1, 'Lead Event Specialist'), testPerson(2, 'Event Specialist')];

describe('the news of a week', () => {
  it('are its problems, failures, conflicts and what is due in it, in the order of the board', () => {
    const failed = testEvent(1, 'Core', { sync: { ...synced, state: 'failed' } });
    const conflict = testEvent(2, 'Core', { sync: { ...synced, state: 'conflict' } });
    const broken = {
      ...testSchedule(testEvent(3), 1, testInstant(1, '10:45'), testDay(1)),
      flags: [{ code: 'role', severity: 'soft', message: 'No.' } as const],
    };
    const board = testBoard({
      people,
      schedules: [
        testSchedule(failed, 2, testInstant(1, '10:45'), testDay(1)),
        testSchedule(testEvent(4, 'Core', { sync: failed.sync }), 1, testInstant(5, '10:45'), testDay(5)),
        testSchedule(conflict, 2, testInstant(3, '10:45'), testDay(3)),
        broken,
      ],
      tray: [
        testEvent(7, 'Core', { dueOn: testDay(7) }),
        testEvent(8, 'Core', { dueOn: testDay(8) }),
        testEvent(9, 'Core', { dueOn: testDay(7), bookedElsewhere: 'ZED UNKNOWN' }),
      ],
    });
    expect(newsOf(board)).toEqual([
      { kind: 'problem', eventIds: [3] },
      { kind: 'failed', eventIds: [4, 1] },
      { kind: 'conflict', eventIds: [2] },
      { kind: 'due', eventIds: [7] },
    ]);
  });

  it('are none where nothing wants anybody', () => {
    expect(newsOf(testBoard({ people }))).toEqual([]);
  });
});

describe('a filter of people', () => {
  const cores = [0, 1, 2, 3, 4, 5].map((day) =>
    testSchedule(testEvent(day + 10), 2, testInstant(day, '10:45'), testDay(day)),
  );
  const namesOn = (part: Parameters<typeof testBoard>[0], filter: Parameters<typeof filterPeople>[1]) =>
    filterPeople(testBoard({ people, ...part }), filter).map(({ id }) => id);

  it('leaves those of a role, or one person', () => {
    expect(namesOn({}, {})).toEqual([1, 2]);
    expect(namesOn({}, { role: 'Event Specialist' })).toEqual([2]);
    expect(namesOn({}, { person: 1 })).toEqual([1]);
  });

  it('has room for who has the hours and a day for a Core', () => {
    expect(namesOn({ schedules: cores.slice(0, 5) }, { room: 'yes' })).toEqual([1, 2]);
    expect(namesOn({ schedules: cores }, { room: 'yes' })).toEqual([1]);
    const away = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day: testDay(day), reason: 'Time off' }));
    expect(namesOn({ people: [testPerson(1, 'Event Specialist', { off: away })] }, { room: 'yes' })).toEqual(
      [],
    );
  });
});
