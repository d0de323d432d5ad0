import type { ProposalLineView } from '@scheduler/server/router';
import { describe, expect, it } from 'vitest';
import { NOT_SHOWN, review } from '../review/shown.ts';
import { workBeside } from '../review/work-beside.ts';
import { cellKey, evaluateCells, mayTrade } from './targets.ts';
import { testBoard, testDay, testEvent, testInstant, testPerson, testSchedule } from './test-board.ts';

const specialist = testPerson(1, 'Event Specialist');
const lead = testPerson(2, 'Lead Event Specialist');
const event = testEvent(1);
const messages = (reasons: readonly { message: string }[]) => reasons.map(({ message }) => message).join(' ');

describe('a cell, for an event of the tray', () => {
  it('is free where no rule speaks against it, and has the start of the first usual slot', () => {
    const evaluateCell = evaluateCells(testBoard({ people: [specialist] }), { kind: 'event', event });
    const placement = evaluateCell.cell(cellKey(1, testDay(2)));
    expect(placement).toMatchObject({ verdict: 'free', reasons: [], startsAt: testInstant(2, '10:45') });
  });

  it('is forbidden for a guest, and so is a trade with one: the server would refuse both', () => {
    const guest = testPerson(3, 'Event Specialist', { isGuest: true });
    const mine = testSchedule(event, 1, testInstant(2, '10:45'), testDay(2));
    const theirs = testSchedule(testEvent(2), 3, testInstant(3, '10:45'), testDay(3));
    const board = testBoard({ people: [specialist, guest] });
    const { verdict, reasons } = evaluateCells(board, { kind: 'event', event }).cell(cellKey(3, testDay(2)));
    expect(verdict).toBe('hard');
    expect(messages(reasons)).toBe('Person 3 belongs to another store. Choose somebody of this one.');
    expect(evaluateCells(board, { kind: 'schedule', schedule: mine }).trade(theirs)).toEqual(reasons);
  });

  it('needs a reason where the person has a Core on that day already', () => {
    const other = testSchedule(testEvent(2), 1, testInstant(2, '10:45'), testDay(2));
    const board = testBoard({ people: [specialist], schedules: [other] });
    const { verdict, reasons } = evaluateCells(board, { kind: 'event', event }).cell(cellKey(1, testDay(2)));
    expect(verdict).toBe('soft');
    expect(messages(reasons)).toContain('already has a Core');
  });

  it('needs a reason where the plan that is dragged in gives the person a Core that day', () => {
    const board = testBoard({ people: [specialist, lead] });
    const [startsAt, endsAt] = [testInstant(2, '10:45'), testInstant(2, '17:15')];
    const line = {
      eventId: 2,
      employeeId: 1,
      type: 'Core',
      startsAt,
      endsAt,
      state: 'proposed',
      ticked: true,
    };
    const lines = [line, { ...line, eventId: 1, employeeId: 2 }] as unknown as ProposalLineView[];
    review.set({ ...NOT_SHOWN, beside: (eventId) => workBeside(lines, eventId, board.store.timeZone) });
    try {
      const cells = evaluateCells(board, { kind: 'event', event });
      expect(cells.cell(cellKey(1, testDay(2))).verdict).toBe('soft');
      expect(cells.cell(cellKey(2, testDay(2))).verdict).toBe('free');
      const stranger = evaluateCells(board, { kind: 'event', event: testEvent(3) });
      expect(stranger.cell(cellKey(1, testDay(2))).verdict).toBe('free');
    } finally {
      review.set(NOT_SHOWN);
    }
  });

  it('is free where only the dragged line’s own schedule stands, which the plan moves', () => {
    const standing = testSchedule(event, 1, testInstant(2, '10:45'), testDay(2));
    const board = testBoard({ people: [specialist], schedules: [standing] });
    const line = {
      eventId: event.eventId,
      employeeId: 1,
      type: 'Core',
      startsAt: testInstant(3, '10:45'),
      endsAt: testInstant(3, '17:15'),
      from: { scheduleId: standing.scheduleId, employeeId: 1, startsAt: standing.startsAt },
      coreEventId: null,
      state: 'proposed',
      ticked: false,
    };
    const lines = [line] as unknown as ProposalLineView[];
    review.set({ ...NOT_SHOWN, beside: (eventId) => workBeside(lines, eventId, board.store.timeZone) });
    try {
      const cells = evaluateCells(board, { kind: 'event', event });
      expect(cells.cell(cellKey(1, testDay(2))).verdict).toBe('free');
    } finally {
      review.set(NOT_SHOWN);
    }
  });

  it('is barred for work of another role, and says who may do it', () => {
    const board = testBoard({ people: [specialist, lead] });
    const evaluateCell = evaluateCells(board, { kind: 'event', event: testEvent(3, 'Digital Setup') });
    const { verdict, reasons } = evaluateCell.cell(cellKey(1, testDay(3)));
    expect(verdict).toBe('hard');
    expect(messages(reasons)).toContain('is an Event Specialist, but');
    expect(evaluateCell.cell(cellKey(2, testDay(3))).verdict).toBe('free');
  });

  it('is barred on a day that is over, on a holiday, and outside of the window', () => {
    const board = testBoard({
      people: [specialist],
      today: testDay(2),
      holidays: [{ day: testDay(4), name: 'Test day' }],
    });
    const evaluateCell = evaluateCells(board, { kind: 'event', event: { ...event, dueOn: testDay(6) } });
    const past = evaluateCell.cell(cellKey(1, testDay(1)));
    expect(past.verdict).toBe('hard');
    expect(messages(past.reasons)).toContain('is over. Choose today or a later day.');
    expect(evaluateCell.cell(cellKey(1, testDay(4))).verdict).toBe('hard');
    expect(evaluateCell.cell(cellKey(1, testDay(6))).verdict).toBe('hard');
    expect(evaluateCell.cell(cellKey(1, testDay(5))).verdict).toBe('free');
  });

  it('is barred for a person who is not on the board', () => {
    expect(evaluateCells(testBoard(), { kind: 'event', event }).cell(cellKey(9, testDay(1))).verdict).toBe(
      'hard',
    );
  });
});

describe('a cell, for a schedule of the board', () => {
  const schedule = testSchedule(event, 1, testInstant(2, '12:15'), testDay(2));
  const board = testBoard({ people: [specialist, lead], schedules: [schedule] });

  it('keeps the time of day, and the schedule is no obstacle to itself', () => {
    const evaluateCell = evaluateCells(board, { kind: 'schedule', schedule });
    expect(evaluateCell.cell(cellKey(1, testDay(2)))).toMatchObject({
      verdict: 'free',
      startsAt: testInstant(2, '12:15'),
    });
    expect(evaluateCell.cell(cellKey(2, testDay(4)))).toMatchObject({
      verdict: 'free',
      startsAt: testInstant(4, '12:15'),
    });
  });

  it('lets the tray take it back, unless it was reported as done', () => {
    expect(evaluateCells(board, { kind: 'schedule', schedule }).tray()).toEqual([]);
    const reported = { ...schedule, event: { ...schedule.event, condition: 'Submitted' as const } };
    const [reason] = evaluateCells(board, { kind: 'schedule', schedule: reported }).tray();
    expect(reason?.message).toContain('reported as done');
  });
});

describe('a trade', () => {
  const mine = testSchedule(testEvent(1), 1, testInstant(2, '10:45'), testDay(2));
  const theirs = testSchedule(testEvent(2), 2, testInstant(3, '11:15'), testDay(3));

  it('is offered between two Cores of two people', () => {
    expect(mayTrade({ kind: 'schedule', schedule: mine }, theirs)).toBe(true);
    expect(mayTrade({ kind: 'schedule', schedule: mine }, { ...theirs, employeeId: 1 })).toBe(false);
    const freeosk = testSchedule(testEvent(3, 'Freeosk'), 2, testInstant(3, '09:00'), testDay(3));
    expect(mayTrade({ kind: 'schedule', schedule: mine }, freeosk)).toBe(false);
    expect(mayTrade({ kind: 'event', event }, theirs)).toBe(false);
  });

  it('takes no override: what would need a reason forbids it', () => {
    const second = testSchedule(testEvent(4), 1, testInstant(3, '10:45'), testDay(3));
    const board = testBoard({ people: [specialist, lead], schedules: [mine, theirs, second] });
    const evaluateCell = evaluateCells(board, { kind: 'schedule', schedule: mine });
    const reasons = evaluateCell.trade(theirs);
    expect(messages(reasons)).toContain('already has a Core');
    expect(reasons.filter(({ severity }) => severity === 'soft')).toEqual([]);
    const free = testBoard({ people: [specialist, lead], schedules: [mine, theirs] });
    expect(evaluateCells(free, { kind: 'schedule', schedule: mine }).trade(theirs)).toEqual([]);
  });
});
