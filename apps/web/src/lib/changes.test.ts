import type { LiveChange } from '@scheduler/server/router';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Changes, createChangeGatherer, isTouched } from './changes.ts';

const changesOf = (...kinds: LiveChange['kind'][]): Changes => ({
  kinds: new Set(kinds),
  eventIds: new Set([7]),
});

describe('a change', () => {
  it.each(['all', 'access', 'employee', 'event', 'note', 'paper', 'proposal', 'attendance'] as const)(
    'of kind %s does not touch what is not read by a procedure',
    (kind) => {
      expect(isTouched({ queryKey: ['packet file', '/api/stores/1'] }, changesOf(kind))).toBe(false);
      expect(isTouched({ queryKey: [] }, changesOf(kind))).toBe(false);
    },
  );

  it('of an event touches what is about that event, and every list', () => {
    const read = (eventId: number) => ({ queryKey: [['events', 'get'], { input: { eventId } }] });
    expect(isTouched(read(7), changesOf('event'))).toBe(true);
    expect(isTouched(read(8), changesOf('event'))).toBe(false);
    expect(isTouched({ queryKey: [['board', 'week'], {}] }, changesOf('event'))).toBe(true);
  });
});

describe('changes', () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('document', page);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('are read together, and those that come meanwhile afterwards', async () => {
    const readings: Changes[] = [];
    let end = () => {};
    const gatherer = createChangeGatherer((changes) => {
      readings.push(changes);
      return new Promise((resolve) => {
        end = resolve;
      });
    });
    gatherer.add({ kind: 'event', id: 1 });
    gatherer.add({ kind: 'note', id: 0 });
    await vi.runAllTimersAsync();
    gatherer.add({ kind: 'event', id: 2 });
    await vi.runAllTimersAsync();
    expect(readings).toEqual([{ kinds: new Set(['event', 'note']), eventIds: new Set([1]) }]);
    end();
    await vi.runAllTimersAsync();
    expect(readings[1]).toEqual({ kinds: new Set(['event']), eventIds: new Set([2]) });
    gatherer.stop();
  });

  it('of a read that failed are read with the next one', async () => {
    const failures: unknown[] = [];
    const collect = (reason: unknown) => failures.push(reason);
    process.on('unhandledRejection', collect);
    const read = vi.fn<(changes: Changes) => Promise<void>>();
    read.mockRejectedValueOnce(new Error('No answer.')).mockResolvedValue();
    const gatherer = createChangeGatherer(read);
    gatherer.add({ kind: 'event', id: 1 });
    await vi.runAllTimersAsync();
    gatherer.add({ kind: 'note', id: 0 });
    await vi.runAllTimersAsync();
    expect(read).toHaveBeenCalledTimes(2);
    expect(read).toHaveBeenLastCalledWith({ kinds: new Set(['event', 'note']), eventIds: new Set([1]) });
    gatherer.stop();
    process.off('unhandledRejection', collect);
    expect(failures).toHaveLength(1);
  });
});
