/** Sets of well-formed false answers, for tests of code that must handle them. */
import type { FaultInput, Settings } from './settings.ts';

/** Texts that a database rejects, or that break the text into which they are inserted. */
export const ODD_TEXTS = [
  'nul \u0000 here',
  'half \ud800 a sign',
  'line\r\nbreak',
  'x"y{z}\\',
  'long '.repeat(400),
];

/**
 * Returns faults with well-formed, false answers. Each fault has the share of matching calls to
 * which it applies.
 */
export function falseAnswers(secondBooking: Settings['secondBooking']): FaultInput[] {
  const always = { times: null };
  const write = (fault: Omit<FaultInput, 'call'>): FaultInput[] =>
    (['scheduleMplanEvent', 'deleteScheduledMplanEvent', 'createPendingWork'] as const).map((call) => ({
      ...always,
      ...fault,
      call,
    }));
  const looks = ['redirect', 'loginPage', '401'] as const;
  return [
    ...looks.flatMap((look) => [
      ...write({ kind: 'notSignedIn', look, applied: true, chance: 0.015 }),
      ...write({ kind: 'notSignedIn', look, applied: false, chance: 0.01 }),
      ...write({ kind: 'expire', look, applied: true, chance: 0.01 }),
    ]),
    { ...always, kind: 'notSignedIn', call: 'getPlanningMplans', chance: 0.01 },
    { ...always, kind: 'empty', reading: 'search', chance: 0.02 },
    { ...always, kind: 'missing', reading: 'search', chance: 0.02 },
    { ...always, kind: 'crossed', call: 'getPlanningMplans', chance: 0.02 },
    { ...always, kind: 'crossed', call: 'getmPlanLocationCondition', chance: 0.05 },
    { ...always, kind: 'crossed', call: 'scheduleMplanEvent', chance: 0.04 },
    { ...always, kind: 'crossed', call: 'scheduleMplanEvent', applied: false, chance: 0.03 },
    { ...always, kind: 'later', minutes: 15, chance: 0.03 },
    { ...always, kind: 'empty', reading: 'list', chance: 0.1 },
    { ...always, kind: 'short', reading: 'list', chance: 0.1 },
    { ...always, kind: 'missing', reading: 'list', chance: 0.2 },
    { ...always, kind: 'stale', reading: 'list', behindMs: 1_000, chance: 0.2 },
    { ...always, kind: 'doubled', reading: 'list', chance: 0.05 },
    // If second bookings are kept, a stale search can hide our booking forever; see docs/sync.md.
    ...(secondBooking === 'duplicate'
      ? []
      : [{ ...always, kind: 'stale', reading: 'search', behindMs: 500, chance: 0.03 } as const]),
  ];
}

/** Fields that make a row bad, or whose text must be cleaned first. */
export const ODD_ROWS: Record<string, (text: string) => Record<string, unknown>> = {
  'a name': (text) => ({ name: `612345-${text}-V2-CORE` }),
  'the names of its people': (text) => ({ staffedReps: text }),
  'the name of its store': (text) => ({ storeName: text }),
  'a number': () => ({ mPlanID: 'x"y{z' }),
  'an end before its start': () => ({ startDate: '02/09/2026', endDate: '02/01/2026' }),
  'a time in the year 9999': () => ({ scheduleDate: '01/01/9999 10:00:00 AM' }),
};
