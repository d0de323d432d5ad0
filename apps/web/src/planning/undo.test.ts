import { beforeEach, describe, expect, it, vi } from 'vitest';
import { testDay, testEvent, testInstant, testSchedule } from '../board/test-board.ts';
import { moveMany, saveMany, scheduleMany, unscheduleMany } from './bulk.ts';
import { seenOf } from './edit.ts';
import { saveEdit } from './save-edit.ts';
import { inTurn, latest, recordChange, redoLast, undoLast } from './undo.ts';

const notices = vi.hoisted(() => [] as string[]);
vi.mock('../ui/toast.tsx', () => ({
  toast: (message: string) => {
    notices.push(message);
    return () => {};
  },
}));

/** The API's calls for several schedules. Those of `refused`, by schedule or event, are refused. */
const many = vi.hoisted(() => ({
  calls: [] as { scheduleId?: number; eventId?: number; version?: number }[][],
  refused: new Set<number>(),
  nextId: 1000,
}));
vi.mock('../lib/api.ts', () => {
  const mutate = async ({ items }: { items: (typeof many.calls)[number] }) => {
    many.calls.push(items);
    return items.map(({ scheduleId, eventId, version = 0 }) => {
      if (many.refused.has(scheduleId ?? eventId ?? 0))
        return { saved: null, message: 'Somebody changed it.' };
      const saved = { scheduleId: scheduleId ?? many.nextId++, version: version + 1, paired: null };
      return { saved, message: null };
    });
  };
  return { trpcClient: { schedules: { createMany: { mutate }, changeMany: { mutate } } } };
});

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
function recordedCalls(firstId = 100) {
  const calls: [name: string, input: Record<string, unknown>][] = [];
  let nextId = firstId;
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
  many.calls.length = 0;
  many.refused.clear();
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

describe('undo of several changes at once', () => {
  const seen = (scheduleId: number) => ({
    ...assignment(1, 2),
    event: testEvent(scheduleId),
    scheduleId,
    version: 1,
  });
  const record = (send: () => ReturnType<typeof moveMany>) => saveMany(send, () => {});
  const moved = (...ids: number[]) => ids.map((id) => ({ from: seen(id), to: assignment(2, 4) }));

  it('keeps each schedule’s own version when one of them stayed', async () => {
    await record(() => moveMany(moved(201, 202, 203)));
    many.refused.add(201);
    await undo();
    expect(latest(seen(201))).toEqual({ scheduleId: 201, version: 2 });
    expect(latest(seen(202))).toEqual({ scheduleId: 202, version: 3 });
    expect(latest(seen(203))).toEqual({ scheduleId: 203, version: 3 });
    expect(notices.at(-1)).toBe('2 events back where they were. Somebody changed it.');
  });

  it('puts each unscheduled event back in its own place when one of them stayed out', async () => {
    await record(() => unscheduleMany([seen(211), seen(212)]));
    many.refused.add(211);
    const nextId = many.nextId;
    await undo();
    expect(latest(seen(211))).toEqual({ scheduleId: 211, version: 1 });
    expect(latest(seen(212))).toEqual({ scheduleId: nextId, version: 1 });
  });

  it('moves and takes back a schedule that has a new id since the board was read', async () => {
    await record(() => unscheduleMany([seen(221)]));
    const scheduleId = many.nextId;
    await undo();
    many.calls.length = 0;
    await record(() => moveMany(moved(221, 222)));
    await undo();
    const ids = many.calls.map((items) => items.map((item) => [item.scheduleId, item.version]));
    expect(ids).toEqual([
      [
        [scheduleId, 1],
        [222, 1],
      ],
      [
        [scheduleId, 2],
        [222, 2],
      ],
    ]);
  });

  it('takes back a second move and then the first', async () => {
    await record(() => moveMany(moved(231)));
    await record(() => moveMany(moved(231)));
    many.calls.length = 0;
    await undo();
    await undo();
    expect(many.calls.flat().map(({ version }) => version)).toEqual([3, 4]);
  });

  it('can be followed by redo, which changes what the undo left, and by undo again', async () => {
    await record(() => moveMany(moved(241, 242)));
    await undo();
    many.calls.length = 0;
    await redoLast();
    await undo();
    expect(many.calls.map((items) => items.map(({ scheduleId, version }) => [scheduleId, version]))).toEqual([
      [
        [241, 3],
        [242, 3],
      ],
      [
        [241, 4],
        [242, 4],
      ],
    ]);
  });

  it('redoes only what had been saved, and can be redone again after a refusal', async () => {
    many.refused.add(251);
    const items = [251, 252].map((id) => ({ event: testEvent(id), to: assignment(1, 2) }));
    await record(() => scheduleMany(items));
    await undo();
    many.calls.length = 0;
    many.refused.add(252);
    await redoLast();
    expect(notices.at(-1)).toContain('Somebody changed it.');
    many.refused.clear();
    await redoLast();
    expect(many.calls.map((items) => items.map(({ eventId }) => eventId))).toEqual([[252], [252]]);
    await undo();
    await record(() => unscheduleMany([seen(253)]));
    await redoLast();
    expect(notices.at(-1)).toBe('There is nothing to make again on this page.');
  });
});

describe('redo', () => {
  /** Saves edits as the board does, and records each with its redo. */
  function savedEdits() {
    const saved: string[] = [];
    const offline = { is: false };
    // No id is given twice, as by the server.
    many.nextId += 100;
    const { calls, schedules } = recordedCalls(many.nextId);
    type MakeEdit = () => Parameters<typeof saveEdit>[0];
    const save = async (name: string, edit: MakeEdit, isRedone = false): Promise<boolean> => {
      if (offline.is) return false;
      const change = await inTurn(() => saveEdit(edit(), schedules));
      saved.push(name);
      recordChange(change, () => {}, { redo: () => save(name, edit, true), isRedone });
      return true;
    };
    return { saved, offline, calls, save };
  }
  const created = (id: number) => () =>
    ({ kind: 'schedule', timeZone, event: testEvent(id), to: assignment(1, 2) }) as const;

  it('pressed three times at once redoes three changes, the last undone first', async () => {
    const { saved, save } = savedEdits();
    await save('a', created(301));
    await save('b', created(302));
    await save('c', created(303));
    await Promise.all([undo(), undo(), undo()]);
    saved.length = 0;
    await Promise.all([redoLast(), redoLast(), redoLast(), redoLast()]);
    expect(saved).toEqual(['a', 'b', 'c']);
    expect(notices.at(-1)).toBe('There is nothing to make again on this page.');
  });

  it('can be repeated after a refusal, before the redos that follow it', async () => {
    const { saved, offline, save } = savedEdits();
    await save('a', created(311));
    await save('b', created(312));
    await Promise.all([undo(), undo()]);
    saved.length = 0;
    offline.is = true;
    await Promise.all([redoLast(), redoLast()]);
    expect(saved).toEqual([]);
    offline.is = false;
    await Promise.all([redoLast(), redoLast()]);
    expect(saved).toEqual(['a', 'b']);
  });

  it('says why it was refused, and can be repeated', async () => {
    let isRefused = true;
    const redo = async () => {
      if (isRefused) throw new Error('Somebody changed it.');
      return true;
    };
    const undone = async () => ({ restored: [], message: 'Taken back.' });
    recordChange({ message: 'Done.', before: [], after: [], undo: undone }, () => {}, { redo });
    await undo();
    const told = notices.length;
    await redoLast();
    expect(notices).toHaveLength(told + 1);
    isRefused = false;
    await redoLast();
    await redoLast();
    expect(notices).toHaveLength(told + 2);
    expect(notices.at(-1)).toBe('There is nothing to make again on this page.');
  });

  it('moves the schedule that the redo before it made anew', async () => {
    const { calls, save } = savedEdits();
    const id = 321;
    await save('create', created(id));
    const first = latest({ scheduleId: -id, version: 0 });
    const from = { ...assignment(1, 2), event: testEvent(id), ...first };
    const moved = () =>
      ({ kind: 'move', timeZone, from: { ...from, ...latest(from) }, to: assignment(2, 4) }) as const;
    await save('move', moved);
    await Promise.all([undo(), undo()]);
    calls.length = 0;
    await Promise.all([redoLast(), redoLast()]);
    expect(calls.map(([name]) => name)).toEqual(['create', 'reschedule']);
    expect(calls[1]?.[1]).toMatchObject({ scheduleId: first.scheduleId + 1, version: 1 });
  });

  it('ends with a new change', async () => {
    const { saved, save } = savedEdits();
    await save('a', created(331));
    await undo();
    await save('b', created(332));
    await redoLast();
    expect(saved).toEqual(['a', 'b']);
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
