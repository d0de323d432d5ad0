import { describe, expect, it } from 'vitest';
import { testBoard, testDay, testEvent, testInstant, testPerson, testSchedule } from '../board/test-board.ts';
import { type Edit, seenOf } from './edit.ts';
import { withEdit } from './optimistic-board.ts';

const timeZone = 'America/Indiana/Indianapolis';
const [ada, ben] = [testPerson(1, 'Event Specialist'), testPerson(2, 'Event Specialist')];
const first = testSchedule(testEvent(1), 1, testInstant(2, '10:45'), testDay(2));
const second = testSchedule(testEvent(2), 2, testInstant(3, '11:15'), testDay(3));
const free = testEvent(3);
const board = testBoard({ people: [ada, ben], schedules: [first, second], tray: [free] });
const to = (employeeId: number, day: number, time: string) => ({
  employeeId,
  employeeName: `Person ${employeeId}`,
  startsAt: testInstant(day, time),
});
const planned = (edits: readonly Edit[]) =>
  edits
    .reduce(withEdit, board)
    .schedules.map(({ event, employeeId, startsAt, workDate }) => ({
      eventId: event.eventId,
      employeeId,
      startsAt,
      workDate,
      state: event.sync.state,
    }))
    .sort((a, b) => a.eventId - b.eventId);
const unchanged = planned([]);

describe('the board, while an edit is saved', () => {
  it('has what is scheduled in its cell and no longer in the tray', () => {
    const edit: Edit = { kind: 'schedule', timeZone, event: free, to: to(1, 4, '12:15') };
    const after = withEdit(board, edit);
    expect(after.tray).toEqual([]);
    expect(planned([edit])[2]).toEqual({
      eventId: 3,
      employeeId: 1,
      startsAt: testInstant(4, '12:15'),
      workDate: testDay(4),
      state: 'pending',
    });
    expect(after.schedules.at(-1)?.endsAt).toBe(testInstant(4, '18:45'));
  });

  it('has what is moved with the other person, on the other day', () => {
    const [moved, other] = planned([
      { kind: 'move', timeZone, from: seenOf(first, board), to: to(2, 5, '10:45') },
    ]);
    expect(moved).toMatchObject({ employeeId: 2, workDate: testDay(5), state: 'pending' });
    expect(other).toEqual(unchanged[1]);
  });

  it('has no longer what is moved into another week', () => {
    const edit: Edit = { kind: 'move', timeZone, from: seenOf(first, board), to: to(1, 9, '10:45') };
    expect(planned([edit]).map(({ eventId }) => eventId)).toEqual([2]);
  });

  it('has what is unscheduled in the tray', () => {
    const after = withEdit(board, {
      kind: 'unschedule',
      timeZone,
      from: seenOf(first, board),
      overrideReason: null,
    });
    expect(after.schedules.map(({ event }) => event.eventId)).toEqual([2]);
    expect(after.tray.map(({ eventId }) => eventId)).toEqual([3, 1]);
  });

  it('has two that are traded with each other’s people, each at its own time', () => {
    const [a, b] = planned([{ kind: 'trade', timeZone, a: seenOf(first, board), b: seenOf(second, board) }]);
    expect(a).toMatchObject({ employeeId: 2, startsAt: first.startsAt });
    expect(b).toMatchObject({ employeeId: 1, startsAt: second.startsAt });
  });

  it('takes one edit after the other, and one that the saved board shows already changes nothing', () => {
    const schedule: Edit = { kind: 'schedule', timeZone, event: free, to: to(1, 4, '12:15') };
    expect(planned([schedule, schedule])).toEqual(planned([schedule]));
    const end: Edit = {
      kind: 'unschedule',
      timeZone,
      from: seenOf(first, board),
      overrideReason: null,
    };
    expect(planned([end, end])).toEqual(planned([end]));
  });
});
