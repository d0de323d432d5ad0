import { describe, expect, it } from 'vitest';
import { testBoard, testDay, testEvent, testInstant, testPerson, testSchedule } from './test-board.ts';
import { eventsThatFit, groupTray } from './tray-groups.ts';

/** An event whose last day that is. */
const lastOn = (eventId: number, day: number, type?: Parameters<typeof testEvent>[1]) =>
  testEvent(eventId, type, { dueOn: testDay(day + 1) });

describe('the tray', () => {
  it('is grouped by the last day, which is the day before an event is due, the most pressing first', () => {
    const events = [
      lastOn(1, 12),
      lastOn(2, 2),
      lastOn(3, 1),
      lastOn(4, 0),
      lastOn(5, 3),
      lastOn(6, 20),
      lastOn(7, 2),
    ];
    const groups = groupTray(events, 'due', { today: testDay(1), weekOf: testDay(0) });
    expect(
      groups.map(({ title, urgency, members }) => [title, urgency, members.map((event) => event.eventId)]),
    ).toEqual([
      ['Past its last day', 'over', [4]],
      ['Today is the last day', 'over', [3]],
      ['Last day tomorrow', 'soon', [2, 7]],
      ['Last day Wed Mar 4', '', [5]],
      ['Last day next week', '', [1]],
      ['Last day in the week of Sun Mar 15', '', [6]],
    ]);
  });

  it('is grouped by type in the order of the trade, and by client in that of the alphabet', () => {
    const events = [
      lastOn(1, 3, 'Freeosk'),
      lastOn(2, 2, 'Core'),
      { ...lastOn(3, 1), name: '610009-Alderbrook-Oats' },
    ];
    const titles = (order: 'type' | 'client') =>
      groupTray(events, order, testBoard()).map(({ title }) => title);
    expect(titles('type')).toEqual(['Core', 'Freeosk']);
    expect(titles('client')).toEqual(['Alderbrook', 'Testwell']);
  });

  it('tells what fits a person or a day with nothing that speaks against it', () => {
    const specialist = testPerson(1, 'Event Specialist');
    const lead = testPerson(2, 'Lead Event Specialist');
    const core = testEvent(1);
    const setup = testEvent(2, 'Digital Setup');
    const busy = testSchedule(testEvent(3), 1, testInstant(6, '10:45'), testDay(6));
    const away = { startsOn: testDay(6), endsOn: testDay(6), reason: null };
    const board = testBoard({
      people: [specialist, { ...lead, timeOff: [away] }],
      schedules: [busy],
      tray: [core, setup],
    });
    expect([...eventsThatFit(board, '1')]).toEqual([1]);
    expect([...eventsThatFit(board, '2')]).toEqual([1, 2]);
    expect([...eventsThatFit(board, testDay(3))]).toEqual([1, 2]);
    expect([...eventsThatFit(board, testDay(6))]).toEqual([]);
  });
});
