import { describe, expect, test } from 'vitest';
import { DEFAULT_SLOTS } from './event-type.ts';
import { faultOfSlotTimes, lunchEnd, slotTimesFor } from './slot-times.ts';

describe('lunch and end of a start', () => {
  test('are the store’s, else the product’s, else nothing', () => {
    const set = { Core: { '10:45': { lunchAt: '13:00', endsAt: '17:00' } } };
    expect(slotTimesFor('Core', '10:45', set)).toEqual({ lunchAt: '13:00', endsAt: '17:00' });
    expect(slotTimesFor('Core', '11:15', set)).toEqual({ lunchAt: '14:15', endsAt: null });
    expect(slotTimesFor('Core', '09:00', set)).toEqual({ lunchAt: null, endsAt: null });
    expect(slotTimesFor('Freeosk', '10:00')).toEqual({ lunchAt: null, endsAt: null });
  });

  test('are told for each default start of a Core, and no two lunches overlap', () => {
    const lunches = DEFAULT_SLOTS.Core.map((start) => slotTimesFor('Core', start).lunchAt ?? '');
    expect(lunches).toEqual(['13:30', '14:15', '14:45', '15:45']);
    for (const [index, lunch] of lunches.entries()) {
      expect(lunch >= lunchEnd(lunches[index - 1] ?? '00:00')).toBe(true);
    }
  });

  test.each([
    ['10:45', null, null, null],
    ['10:45', '13:30', '14:00', null],
    ['10:45', '10:45', null, 'lunch'],
    ['10:45', '09:00', '17:00', 'lunch'],
    ['10:45', null, '10:45', 'end'],
    ['10:45', '13:30', '13:45', 'end'],
    ['10:45', '13:30', null, null],
    ['10:45', null, '11:00', null],
  ] as const)('of %s with lunch %s and end %s: %s', (start, lunchAt, endsAt, fault) => {
    expect(faultOfSlotTimes(start, { lunchAt, endsAt })).toBe(fault);
  });
});
