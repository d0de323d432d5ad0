import type { BookingId, RepId } from '@scheduler/crossmark';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Held, isWanted, plan, type Wanted } from './diff.ts';

const times = ['2026-01-05T15:45:00.000Z', '2026-01-05T16:15:00.000Z', '2026-01-06T15:45:00.000Z'];
const reps = ['100001', '100002', '100003'] as RepId[];
const wanted = fc.record<Wanted>({
  repId: fc.constantFrom(...reps),
  startsAt: fc.constantFrom(...times),
  endsAt: fc.constantFrom('2026-01-05T22:15:00.000Z', '2026-01-06T22:15:00.000Z'),
  reissue: fc.constant(null),
});
const ids = ['50000001', '50000002', '50000003', '50000004'] as BookingId[];
/** Bookings as Crossmark may hold them, each with its id; some tell no end. */
const held = fc
  .tuple(fc.subarray(ids), fc.array(fc.tuple(wanted, fc.boolean()), { minLength: 4, maxLength: 4 }))
  .map(([some, details]) =>
    some.map((id, n): Held => {
      const [detail, tellsEnd] = details[n] ?? [null, false];
      return {
        bookingId: id,
        repId: detail?.repId ?? null,
        startsAt: detail?.startsAt ?? null,
        endsAt: tellsEnd ? (detail?.endsAt ?? null) : null,
      };
    }),
  );

/** Crossmark, as far as bookings of one event go. */
function carryOut(steps: ReturnType<typeof plan>, before: readonly Held[], second: 'replace' | 'duplicate') {
  let bookings = [...before];
  for (const step of steps) {
    if (step.kind === 'delete') bookings = bookings.filter((booking) => booking.bookingId !== step.bookingId);
    else if (step.kind === 'create') {
      const { repId, startsAt, endsAt } = step;
      const made: Held = { repId, startsAt, endsAt, bookingId: '60000001' as BookingId };
      bookings = second === 'replace' ? [made] : [...bookings, made];
    }
  }
  return bookings;
}

describe.each(['replace', 'duplicate'] as const)('whether a second booking would %s', (second) => {
  test('whatever Crossmark holds, exactly what is wanted remains', () => {
    fc.assert(
      fc.property(fc.option(wanted), held, (goal, before) => {
        const after = carryOut(plan(goal, before), before, second);
        expect(after).toHaveLength(goal ? 1 : 0);
        if (goal) expect(isWanted(goal, after[0] ?? null)).toBe(true);
        expect(plan(goal, after)).toEqual([]);
      }),
    );
  });

  test('at no moment are there more bookings than at first, or one for somebody who was never chosen', () => {
    fc.assert(
      fc.property(fc.option(wanted), held, (goal, before) => {
        const steps = plan(goal, before);
        steps.forEach((_, n) => {
          const now = carryOut(steps.slice(0, n + 1), before, second);
          expect(now.length).toBeLessThanOrEqual(Math.max(before.length, 1));
          for (const booking of now)
            expect(booking.repId === goal?.repId || before.includes(booking)).toBe(true);
        });
      }),
    );
  });
});

test('a booking that is right is left alone', () => {
  fc.assert(
    fc.property(wanted, held, (goal, before) => {
      const right: Held = { ...goal, bookingId: '70000001' as BookingId };
      const steps = plan(goal, [...before, right]);
      expect(steps.some((step) => step.kind === 'create')).toBe(false);
      expect(plan(goal, [right])).toEqual([]);
    }),
  );
});

test('a wrong booking without an id blocks: nothing is written beside it', () => {
  fc.assert(
    fc.property(fc.option(wanted), held, (goal, before) => {
      const nameless: Held = { bookingId: null, repId: '100009' as RepId, startsAt: null, endsAt: null };
      expect(plan(goal, [...before, nameless])).toEqual([{ kind: 'blocked', booking: nameless }]);
    }),
  );
});

test('a reissue comes right before its booking, and leaves the booking that it reopens', () => {
  fc.assert(
    fc.property(wanted, held, (goal, before) => {
      const worked: Held = { ...goal, bookingId: '80000001' as BookingId };
      const reissue = {
        bookingId: '80000001' as BookingId,
        scheduleId: 1,
        expiresOn: '2026-02-01',
        includeResponses: false,
      };
      const steps = plan({ ...goal, reissue }, [...before, worked]);
      expect(steps.some((step) => step.kind === 'delete' && step.bookingId === worked.bookingId)).toBe(false);
      const kinds = steps.map((step) => step.kind).filter((kind) => kind !== 'delete');
      const right = before.some((booking) => isWanted(goal, booking));
      expect(kinds).toEqual(right ? [] : ['reissue', 'create']);
    }),
  );
});

describe('of several bookings', () => {
  const goal: Wanted = {
    repId: '100001' as RepId,
    startsAt: '2026-01-05T15:45:00.000Z',
    endsAt: '2026-01-05T22:15:00.000Z',
    reissue: null,
  };
  const right = (id: string | null): Held => ({ ...goal, bookingId: id as BookingId | null });
  const removes = (id: string) => ({ kind: 'delete', bookingId: id });

  test('that are right, the one without a number stays, because it can’t be removed', () => {
    expect(plan(goal, [right('50000001'), right(null)])).toEqual([removes('50000001')]);
    expect(plan(goal, [right(null), right('50000001')])).toEqual([removes('50000001')]);
    expect(plan(goal, [right('50000001'), right('50000002')])).toEqual([removes('50000002')]);
  });

  test('that are wrong, all are removed before the right one is made', () => {
    const wrong = { ...right('50000001'), repId: '100002' as RepId };
    const later = { ...right('50000002'), endsAt: '2026-01-05T23:15:00.000Z' };
    const { reissue: _, ...booking } = goal;
    const makes = { kind: 'create', ...booking };
    expect(plan(goal, [wrong, later])).toEqual([removes('50000001'), removes('50000002'), makes]);
    expect(plan(null, [wrong, later])).toEqual([removes('50000001'), removes('50000002')]);
    expect(plan(goal, [])).toEqual([makes]);
  });

  test('a reissue names when the booking that it opens began, if that is known', () => {
    const reissue = {
      bookingId: '80000001' as BookingId,
      scheduleId: 7,
      expiresOn: '2026-02-01',
      includeResponses: true,
    };
    const worked = { ...right('80000001'), startsAt: '2026-01-02T15:45:00.000Z' };
    const workedAt = (before: Held[]) =>
      plan({ ...goal, reissue }, before).find(({ kind }) => kind === 'reissue');
    expect(workedAt([{ ...right('50000001'), repId: null }, worked])).toEqual({
      kind: 'reissue',
      repId: goal.repId,
      workedAt: worked.startsAt,
      ...reissue,
    });
    expect(workedAt([])).toMatchObject({ workedAt: null });
    expect(workedAt([{ ...worked, startsAt: null }])).toMatchObject({ workedAt: null });
  });
});
