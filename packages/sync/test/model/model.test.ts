import { commitUnderTest } from '@scheduler/runtime/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import type { Fate } from './crossmark.ts';
import { type Action, EVENTS, type Story, tell } from './story.ts';
import type { Trouble } from './time.ts';

/**
 * For a long run: `MODEL_STORIES=100000 MODEL_SEED=2 pnpm exec vitest run
 * packages/sync/test/model`.
 */
const STORIES = Number(process.env.MODEL_STORIES ?? 5_000);
const SEED = Number(process.env.MODEL_SEED ?? 1);
/** Before the run: somebody may check another one out meanwhile. */
const commit = commitUnderTest();

const event = fc.integer({ min: 1, max: EVENTS });
const slot = fc.nat({ max: 2 });
const phase = fc.constantFrom('before' as const, 'after' as const);
const calls = fc.nat({ max: 14 });
const is = <T extends string>(value: T) => fc.constant(value);
const applied = fc.boolean();

const trouble = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: is('crash'), rescued: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: is('freeze'),
      ms: fc.constantFrom(1_000, 40_000, 125_000, 300_000),
      first: fc.constantFrom('answers' as const, 'timers' as const),
      rescued: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: is('stop') }) },
);

const pause = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 400 }) },
  { weight: 1, arbitrary: fc.constantFrom(2_000, 10_000, 60_000, 200_000) },
);

const deed: fc.Arbitrary<Action> = fc
  .tuple(
    pause,
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({ do: is('schedule'), event, person: fc.constantFrom(1, 1, 2, 2, 3), slot }),
      },
      { weight: 3, arbitrary: fc.record({ do: is('unschedule'), event }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: is('length'), event, minutes: fc.constantFrom(300, 390, 420) }),
      },
      { weight: 2, arbitrary: fc.record({ do: is('undo'), event }) },
      { weight: 1, arbitrary: fc.record({ do: is('trade') }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: is('reissue'), event, person: fc.constantFrom(1, 2), slot }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: is('outside'),
          event,
          how: fc.constantFrom('move' as const, 'person' as const, 'remove' as const, 'rebook' as const),
          rep: slot,
          slot,
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: is('choose'),
          event,
          choice: fc.constantFrom('mine' as const, 'theirs' as const),
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: is('report'), event }) },
      { weight: 2, arbitrary: fc.record({ do: is('vanish'), event }) },
      {
        weight: 1,
        arbitrary: fc.record({
          do: is('zone'),
          side: fc.constantFrom('here' as const, 'there' as const),
          zone: slot,
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: is('retry'), event }) },
      {
        weight: 5,
        arbitrary: fc.record({
          do: is('trouble'),
          worker: fc.nat({ max: 1 }),
          trouble,
          calls,
          phase,
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: is('breakConnection'),
          calls,
          phase,
          silentMs: fc.constantFrom(0, 0, 10_000, 35_000),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: is('skew'),
          worker: fc.nat({ max: 1 }),
          aheadMs: fc.constantFrom(-86_400_000, -600_000, -70_000, 70_000, 600_000, 86_400_000),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: is('fillDisk'), calls, ms: fc.constantFrom(100, 3_000, 150_000) }),
      },
      { weight: 1, arbitrary: fc.record({ do: is('loseJobs') }) },
      { weight: 1, arbitrary: fc.record({ do: is('repeatJob'), event }) },
      { weight: 1, arbitrary: fc.record({ do: is('sweep') }) },
      { weight: 3, arbitrary: fc.record({ do: is('refresh') }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: is('refresh'), behindMs: fc.constantFrom(500, 5_000, 70_000, 400_000) }),
      },
    ),
  )
  .map(([afterMs, what]) => ({ afterMs, ...what }));

const fate: fc.Arbitrary<Fate> = fc
  .tuple(
    fc.constantFrom(100, 100, 500, 8_000),
    fc.oneof(
      { weight: 10, arbitrary: fc.record({ kind: is('fine') }) },
      { weight: 1, arbitrary: fc.record({ kind: is('refused') }) },
      { weight: 1, arbitrary: fc.record({ kind: is('heldBack') }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: is('busy'), retryAfterMs: fc.constantFrom(undefined, 20_000) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: is('session') }) },
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constantFrom('dropped' as const, 'error500' as const, 'garbage' as const, 'hang' as const),
          applied,
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: is('late'), afterMs: fc.constantFrom(10, 5_000, 70_000, 200_000) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: is('no') }) },
      { weight: 1, arbitrary: fc.record({ kind: is('idle') }) },
      { weight: 2, arbitrary: fc.record({ kind: is('signedOut'), applied }) },
      { weight: 1, arbitrary: fc.record({ kind: is('leftOut') }) },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: is('partial'),
          lacks: fc.constantFrom('bookingId' as const, 'repId' as const, 'startsAt' as const),
        }),
      },
    ),
  )
  .map(([latencyMs, what]) => ({ latencyMs, ...what }));

const story: fc.Arbitrary<Story> = fc.record({
  secondBooking: fc.constantFrom('inPlace' as const, 'replace' as const, 'duplicate' as const),
  reissueKeepsId: fc.boolean(),
  unknownDelete: fc.constantFrom('success' as const, 'error' as const),
  deeds: fc.array(deed, { minLength: 1, maxLength: 16, size: 'max' }),
  fates: fc.array(fate, { maxLength: 20, size: 'max' }),
  choice: fc.constantFrom('mine' as const, 'theirs' as const),
});

// Jitter is random too, but a story has to happen in the same way each time.
const { random } = Math;
beforeAll(() => {
  Math.random = () => 0.5;
});
afterAll(() => {
  Math.random = random;
});

test('whatever fails, both sides agree once all is well, and nothing forbidden happens meanwhile', {
  timeout: 60_000 + STORIES * 20,
}, async () => {
  await fc.assert(fc.asyncProperty(story, tell), {
    numRuns: STORIES,
    seed: SEED,
    includeErrorInReport: true,
  });
  console.log(`model at ${commit}: ${STORIES} stories of seed ${SEED}`);
});

/** Stories that once ended with a fault, each as short as possible. */
const calm: Story = {
  secondBooking: 'replace',
  reissueKeepsId: true,
  unknownDelete: 'success',
  deeds: [],
  fates: [],
  choice: 'mine',
};
const fine: Fate = { kind: 'fine', latencyMs: 100 };
const comesLate: Fate[] = [fine, { kind: 'late', afterMs: 200_000, latencyMs: 100 }];
const schedules: Action = { afterMs: 0, do: 'schedule', event: 1, person: 1, slot: 0 };
const movesOutside: Action = { afterMs: 300_000, do: 'outside', event: 1, how: 'move', rep: 0, slot: 1 };

test('a booking moved on Crossmark’s site keeps its length when its person becomes known here', () =>
  tell({
    ...calm,
    deeds: [
      schedules,
      { ...movesOutside, afterMs: 2_000 },
      { afterMs: 0, do: 'outside', event: 1, how: 'person', rep: 2, slot: 0 },
      { afterMs: 0, do: 'refresh' },
      { afterMs: 2_000, do: 'sweep' },
    ],
  }));

test('a double that came late is removed when the booking above it was moved on Crossmark’s site', () =>
  tell({ ...calm, secondBooking: 'duplicate', fates: comesLate, deeds: [schedules, movesOutside] }));

test('a double of ours is removed when Crossmark’s side was chosen in a conflict', () =>
  tell({
    ...calm,
    secondBooking: 'duplicate',
    fates: comesLate,
    choice: 'theirs',
    deeds: [schedules, { ...movesOutside, afterMs: 200_000 }, { afterMs: 0, do: 'unschedule', event: 1 }],
  }));

test.each([4, 5, 6])(
  'a worker that stops before its call %i, having found a double, leaves it to the next one',
  (calls) =>
    tell({
      ...calm,
      secondBooking: 'duplicate',
      fates: comesLate,
      deeds: [
        schedules,
        { afterMs: 300_000, do: 'trouble', worker: 0, trouble: { kind: 'stop' }, calls, phase: 'before' },
        { afterMs: 0, do: 'refresh' },
        { afterMs: 2_000, do: 'sweep' },
      ],
    }),
);

test('a booking cut off because its worker stops is given time to arrive before it is read back', () =>
  tell({
    ...calm,
    secondBooking: 'duplicate',
    fates: [fine, { kind: 'fine', latencyMs: 240 }],
    deeds: [
      { afterMs: 0, do: 'trouble', worker: 0, trouble: { kind: 'stop' }, calls: 6, phase: 'after' },
      schedules,
      { afterMs: 20_000, do: 'sweep' },
    ],
  }));

test('an answer that reaches a thawed worker while another finishes the event isn’t overlooked', async () => {
  const fates = [100, 100, 600, 500].map((latencyMs): Fate => ({ kind: 'fine', latencyMs }));
  // The milliseconds matter: with one of them, an answer arrives between the other run's last read
  // and its end.
  for (let ms = 35_010; ms < 35_030; ms++) {
    const trouble: Trouble = { kind: 'freeze', ms, first: 'answers', rescued: true };
    await tell({
      ...calm,
      secondBooking: 'duplicate',
      fates,
      deeds: [
        { afterMs: 0, do: 'trouble', worker: 0, trouble, calls: 6, phase: 'before' },
        schedules,
        { afterMs: 60_000, do: 'sweep' },
      ],
    });
  }
});

test('an unscheduling that Crossmark refused and that is taken back ends synced', () =>
  tell({
    ...calm,
    fates: [fine, fine, fine, { kind: 'no', latencyMs: 100 }],
    deeds: [
      schedules,
      { afterMs: 2_000, do: 'unschedule', event: 1 },
      { afterMs: 2_000, do: 'undo', event: 1 },
    ],
  }));

const reissues: Action = { afterMs: 2_000, do: 'reissue', event: 1, person: 1, slot: 0 };

test('a booking made after a reissue and removed on Crossmark’s site isn’t mistaken for what was worked before', () =>
  tell({
    ...calm,
    secondBooking: 'duplicate',
    deeds: [schedules, reissues, { afterMs: 2_000, do: 'outside', event: 1, how: 'remove', rep: 0, slot: 0 }],
  }));

test('work to be opened again that somebody booked on Crossmark’s site as wanted is left alone, what was worked too', () =>
  tell({
    ...calm,
    deeds: [
      schedules,
      { afterMs: 2_000, do: 'outside', event: 1, how: 'rebook', rep: 0, slot: 1 },
      { ...reissues, afterMs: 0, person: 2, slot: 1 },
      { afterMs: 0, do: 'outside', event: 1, how: 'person', rep: 1, slot: 0 },
    ],
  }));

test('what was worked before a reissue isn’t taken for the new booking where the list lacks its number', () =>
  tell({
    ...calm,
    fates: [fine, fine, fine, fine, { kind: 'partial', lacks: 'bookingId', latencyMs: 100 }],
    deeds: [schedules, reissues],
  }));

const inPlace: Story = { ...calm, secondBooking: 'inPlace' };
const dropped: Fate = { kind: 'dropped', applied: true, latencyMs: 100 };

test.each([true, false])(
  'a booking after a reissue whose answer is lost is found, whether it keeps the reopened booking’s id (%s) or not',
  (reissueKeepsId) =>
    tell({
      ...inPlace,
      reissueKeepsId,
      fates: [fine, fine, fine, fine, fine, dropped],
      deeds: [schedules, { ...reissues, slot: 1 }, { afterMs: 30_000, do: 'unschedule', event: 1 }],
    }),
);

test('work opened again for the same person at the same time ends booked once', () =>
  tell({
    ...inPlace,
    fates: [fine, fine, fine, fine, fine, dropped],
    deeds: [schedules, reissues, { ...reissues, afterMs: 60_000 }],
  }));

test('what somebody booked and reported there before a reissue was sent is left to a person at once', () =>
  tell({
    ...calm,
    deeds: [
      schedules,
      { afterMs: 2_000, do: 'outside', event: 1, how: 'rebook', rep: 0, slot: 0 },
      { ...reissues, afterMs: 0, slot: 1 },
      { afterMs: 0, do: 'report', event: 1 },
    ],
  }));

test('what somebody booked there in place of ours and reported is shown, and is no dead letter', () =>
  tell({
    ...calm,
    unknownDelete: 'error',
    deeds: [
      schedules,
      { afterMs: 2_000, do: 'outside', event: 1, how: 'rebook', rep: 1, slot: 1 },
      { afterMs: 0, do: 'report', event: 1 },
      { afterMs: 2_000, do: 'refresh' },
    ],
  }));

test('work whose reissue Crossmark confirms and does not carry out is opened again before it is booked', () =>
  tell({
    ...inPlace,
    fates: [fine, fine, fine, { kind: 'idle', latencyMs: 100 }],
    deeds: [schedules, { ...reissues, slot: 1 }],
  }));

test('work that was opened before isn’t taken for opened again where the answer is lost and nothing was done', () =>
  tell({
    secondBooking: 'inPlace',
    reissueKeepsId: false,
    unknownDelete: 'success',
    deeds: [
      { afterMs: 0, do: 'schedule', event: 1, person: 1, slot: 0 },
      { afterMs: 2, do: 'schedule', event: 1, person: 1, slot: 0 },
      { afterMs: 0, do: 'schedule', event: 2, person: 1, slot: 0 },
      { afterMs: 105, do: 'breakConnection', calls: 8, phase: 'before' },
      { afterMs: 2000, do: 'reissue', event: 2, person: 1, slot: 0 },
      { afterMs: 200000, do: 'reissue', event: 2, person: 1, slot: 0 },
      { afterMs: 107, do: 'breakConnection', calls: 0, phase: 'before' },
    ],
    fates: [
      { latencyMs: 8000, kind: 'dropped', applied: false },
      { latencyMs: 100, kind: 'fine' },
      { latencyMs: 100, kind: 'fine' },
      { latencyMs: 100, kind: 'late', afterMs: 10 },
      { latencyMs: 100, kind: 'hang', applied: false },
      { latencyMs: 100, kind: 'fine' },
      { latencyMs: 100, kind: 'dropped', applied: true },
      { latencyMs: 100, kind: 'no' },
      { latencyMs: 100, kind: 'dropped', applied: false },
      { latencyMs: 100, kind: 'fine' },
      { latencyMs: 100, kind: 'fine' },
      { latencyMs: 100, kind: 'fine' },
      { latencyMs: 100, kind: 'late', afterMs: 10 },
      { latencyMs: 100, kind: 'idle' },
      { latencyMs: 100, kind: 'dropped', applied: false },
    ],
    choice: 'mine',
  }));

test('work opened twice whose last booking is in doubt is booked once, though the read-back names all who worked it', () =>
  tell({
    ...inPlace,
    reissueKeepsId: false,
    deeds: [
      schedules,
      { ...reissues, afterMs: 208 },
      reissues,
      {
        afterMs: 234,
        do: 'trouble',
        worker: 0,
        trouble: { kind: 'crash', rescued: false },
        calls: 1,
        phase: 'after',
      },
      { afterMs: 80, do: 'retry', event: 1 },
    ],
  }));

test('a write that arrives late and edits a newer booking in place is put right', () =>
  tell({
    ...inPlace,
    fates: [fine, { kind: 'late', afterMs: 70_000, latencyMs: 100 }],
    deeds: [schedules, { ...schedules, afterMs: 40_000, person: 2, slot: 1 }],
  }));

test('a removal is not taken for done because a search left the event out', () =>
  tell({
    ...inPlace,
    fates: [fine, fine, { kind: 'leftOut', latencyMs: 100 }],
    deeds: [schedules, { afterMs: 2_000, do: 'unschedule', event: 1 }],
  }));

test('a change on Crossmark’s side that a run has seen isn’t forgotten because the next row tells less', () =>
  tell({
    ...inPlace,
    fates: [fine, fine, { kind: 'partial', lacks: 'startsAt', latencyMs: 100 }],
    deeds: [
      { afterMs: 0, do: 'outside', event: 1, how: 'rebook', rep: 0, slot: 0 },
      { ...schedules, slot: 1 },
      { afterMs: 2_000, do: 'outside', event: 1, how: 'move', rep: 0, slot: 2 },
      { ...schedules, slot: 1 },
      { ...schedules, afterMs: 50, person: 2, slot: 1 },
      { afterMs: 2_000, do: 'sweep' },
    ],
  }));
