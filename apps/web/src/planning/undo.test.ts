import { beforeEach, describe, expect, it, vi } from 'vitest';
import { testDay, testEvent, testInstant, testSchedule } from '../board/test-board.ts';
import { seenOf } from './edit.ts';
import { saveEdit } from './save-edit.ts';
import { latest, recordChange, undoLast } from './undo.ts';

const notices = vi.hoisted(() => [] as string[]);
vi.mock('../ui/toast.tsx', () => ({
  toast: (message: string) => {
    notices.push(message);
    return () => {};
  },
}));

const timeZone = 'America/Indiana/Indianapolis';
const people = [
  { id: 1, name: 'Ada' },
  { id: 2, name: 'Ben' },
];
const event = testEvent(1);
const assignment = (employeeId: number, day: number, time = '10:45') => ({
  employeeId,
  employeeName: people[employeeId - 1]?.name ?? '',
  startsAt: testInstant(day, time),
});

type Schedules = Parameters<typeof saveEdit>[1];

/**
 * The API's calls for schedules, which all succeed: each saved schedule has the next version of the
 * one it changes.
 */
function recordedCalls() {
  const calls: [name: string, input: Record<string, unknown>][] = [];
  let nextId = 100;
  const next = ({ scheduleId, version }: { scheduleId?: number; version?: number }) => ({
    scheduleId: scheduleId ?? nextId++,
    version: (version ?? 0) + 1,
    paired: null,
  });
  const call = (name: string, answer: (input: never) => unknown) => ({
    mutate: async (input: never) => {
      calls.push([name, input]);
      return answer(input);
    },
  });
  const schedules = {
    create: call('create', next),
    changeEmployee: call('changeEmployee', next),
    reschedule: call('reschedule', next),
    unschedule: call('unschedule', next),
    trade: call('trade', ({ a, b }: { a: object; b: object }) => ({ a: next(a), b: next(b) })),
  } as unknown as Schedules;
  return { calls, schedules };
}

const undo = () => undoLast(() => {});

beforeEach(() => {
  notices.length = 0;
});

describe('undo', () => {
  it('takes back the last changes one by one, each based on what the one before it left', async () => {
    const { calls, schedules } = recordedCalls();
    const save = async (edit: Parameters<typeof saveEdit>[0]) => {
      const change = await saveEdit(edit, schedules);
      recordChange(change, () => {});
      return change.after[0];
    };
    const created = await save({ kind: 'schedule', timeZone, event, to: assignment(1, 2) });
    const seen = {
      ...assignment(1, 2),
      event,
      scheduleId: created?.scheduleId ?? 0,
      version: created?.version ?? 0,
    };
    const moved = await save({ kind: 'move', timeZone, from: seen, to: assignment(2, 4) });
    const movedSeen = {
      ...assignment(2, 4),
      event,
      scheduleId: moved?.scheduleId ?? 0,
      version: moved?.version ?? 0,
    };
    await save({ kind: 'unschedule', timeZone, from: movedSeen, overrideReason: null });
    calls.length = 0;

    await undo();
    expect(calls.splice(0)).toEqual([
      [
        'create',
        {
          eventId: 1,
          employeeId: 2,
          startsAt: testInstant(4, '10:45'),
          withSupervisor: false,
          overrideReason: 'Undone: back to how it was',
        },
      ],
    ]);
    await undo();
    // The schedule that the first undo made anew is the one that goes back.
    expect(calls.splice(0)).toEqual([
      [
        'reschedule',
        {
          scheduleId: 101,
          version: 1,
          employeeId: 1,
          startsAt: testInstant(2, '10:45'),
          overrideReason: 'Undone: back to how it was',
        },
      ],
    ]);
    await undo();
    expect(calls.splice(0)).toEqual([['unschedule', { scheduleId: 101, version: 2 }]]);
    await undo();
    expect(calls).toEqual([]);
    expect(notices.at(-1)).toBe('There is nothing to undo on this page.');
  });

  it('trades two schedules back, in the versions that the trade left', async () => {
    const { calls, schedules } = recordedCalls();
    const a = seenOf(testSchedule(testEvent(1), 1, testInstant(2, '10:45'), testDay(2)), { people });
    const b = seenOf(testSchedule(testEvent(2), 2, testInstant(3, '10:45'), testDay(3)), { people });
    recordChange(await saveEdit({ kind: 'trade', timeZone, a, b }, schedules), () => {});
    await undo();
    expect(calls).toEqual([
      ['trade', { a: { scheduleId: 10, version: 1 }, b: { scheduleId: 20, version: 1 } }],
      ['trade', { a: { scheduleId: 10, version: 2 }, b: { scheduleId: 20, version: 2 } }],
    ]);
    expect(notices.at(-1)).toBe('The trade is undone.');
  });

  it('says why it was refused, and keeps no change that it could not take back', async () => {
    recordChange(
      {
        message: 'Done.',
        before: [],
        after: [{ scheduleId: 7, version: 1 }],
        undo: () => Promise.reject(new Error('no network')),
      },
      () => {},
    );
    await undo();
    expect(notices.at(-1)).toMatch(/^Not undone\. /);
    await undo();
    expect(notices.at(-1)).toBe('There is nothing to undo on this page.');
  });

  it('knows what this page’s own saves made of a schedule', () => {
    const undone = { undo: async () => ({ restored: [], message: '' }) };
    const [first, second, third] = [1, 2, 3].map((version) => ({ scheduleId: 50, version }));
    if (!first || !second || !third) throw new Error('There are three versions.');
    recordChange({ message: '', before: [first], after: [second], ...undone }, () => {});
    recordChange({ message: '', before: [second], after: [third], ...undone }, () => {});
    expect(latest(first)).toEqual(third);
    expect(latest({ scheduleId: 51, version: 1 })).toEqual({ scheduleId: 51, version: 1 });
  });
});

describe('an edit', () => {
  const from = seenOf(testSchedule(event, 1, testInstant(2, '10:45'), testDay(2)), { people });

  it('that keeps the time changes the person alone', async () => {
    const { calls, schedules } = recordedCalls();
    await saveEdit(
      { kind: 'move', timeZone, from, to: assignment(2, 2), overrideReason: 'Agreed' },
      schedules,
    );
    expect(calls).toEqual([
      ['changeEmployee', { scheduleId: 10, version: 1, employeeId: 2, overrideReason: 'Agreed' }],
    ]);
  });

  it('says what it did with whom and when, on the store’s clocks', async () => {
    const { schedules } = recordedCalls();
    const { message } = await saveEdit({ kind: 'move', timeZone, from, to: assignment(2, 4) }, schedules);
    expect(message).toBe('Testwell\u00a0– Biscuit 1: Ben, Thu Mar 5, 10:45 AM.');
  });
});
