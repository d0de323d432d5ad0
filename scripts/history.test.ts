import { describe, expect, test } from 'vitest';
import {
  checkHistory,
  type EventEnd,
  type HistoryEntry,
  type RemoteEffect,
  type Wish,
} from './lib/chaos/history.ts';

const ADA = 1;
const BOB = 2;
const REPS = new Map([
  [ADA, new Set(['100001', '100009'])],
  [BOB, new Set(['100002'])],
]);
const MORNING = '2026-01-08T15:45:00.000Z';
const NOON = '2026-01-08T17:00:00.000Z';
const ENDS = '2026-01-08T22:15:00.000Z';
const at = (second: number) => new Date(Date.UTC(2026, 0, 5, 12, 0, second)).toISOString();

/** An edit of event 7 that is requested in one second and answered in the next. */
const edit = (second: number, wish: Wish, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  eventId: 7,
  startedAt: at(second),
  endedAt: at(second + 1),
  wish,
  kind: 'saved',
  ...more,
});
const ada = { employeeId: ADA, startsAt: MORNING };
const bob = { employeeId: BOB, startsAt: NOON };
const books = (second: number, repId = '100001', startsAt = MORNING): RemoteEffect => ({
  eventId: 7,
  at: at(second),
  kind: 'book',
  repId,
  startsAt,
});
const held = (repId = '100001', startsAt = MORNING) => ({ repId, startsAt, endsAt: ENDS });
/** Event 7 with Ada on both sides. */
const end = (more: Partial<EventEnd> = {}): EventEnd => ({
  eventId: 7,
  before: null,
  schedule: { ...ada, endsAt: ENDS },
  held: [held()],
  needsPerson: false,
  ...more,
});
const nobody = { schedule: null, held: [] };
const check = (entries: HistoryEntry[], effects: RemoteEffect[], ...ends: EventEnd[]) =>
  checkHistory({ entries, effects, ends, repsOf: REPS });

describe('a history is right', () => {
  test.each<[string, HistoryEntry[], RemoteEffect[], EventEnd]>([
    ['in which an edit took effect', [edit(1, ada)], [books(3)], end()],
    ['in which nothing happened', [], [], end(nobody)],
    ['in which nothing happened to a booked event', [], [], end({ before: ada })],
    [
      'in which a person’s booking was made again under their new RepID',
      [],
      [{ eventId: 7, at: at(2), kind: 'remove' }, books(3, '100009')],
      end({ before: ada, held: [held('100009')] }),
    ],
    [
      'in which a later edit superseded an earlier one that never reached Crossmark',
      [edit(1, bob), edit(3, 'nobody'), edit(5, ada)],
      [books(7)],
      end(),
    ],
    [
      'in which one edit chose the person and another one the time',
      [edit(1, { ...ada, startsAt: NOON }), edit(3, { startsAt: MORNING })],
      [books(5)],
      end(),
    ],
    [
      'in which an edit without an answer was saved',
      [edit(1, ada), edit(3, 'nobody', { kind: 'unanswered' })],
      [books(2), { eventId: 7, at: at(5), kind: 'remove' }],
      end(nobody),
    ],
    [
      'in which an edit without an answer was not saved',
      [edit(1, ada), edit(3, 'nobody', { kind: 'unanswered' })],
      [books(2)],
      end(),
    ],
    [
      'in which a change on Crossmark’s own site was taken over',
      [edit(1, bob), edit(3, ada, { kind: 'outside' })],
      [books(2, '100002', NOON)],
      end(),
    ],
    [
      'in which a change on Crossmark’s own site was taken over after a later edit that sent nothing',
      [edit(1, ada, { kind: 'outside' }), edit(3, bob), edit(5, 'nobody')],
      [],
      end(),
    ],
    [
      'in which an edit is shown as needing a person',
      [edit(1, ada)],
      [],
      end({ held: [], needsPerson: true }),
    ],
    ['in which a booking came before the answer to its edit', [edit(1, ada)], [books(1)], end()],
    [
      'in which the person got another RepID',
      [edit(1, ada)],
      [books(3, '100009')],
      end({ held: [held('100009')] }),
    ],
    [
      'in which work was reissued',
      [edit(1, ada, { isReissue: true })],
      [{ eventId: 7, at: at(2), kind: 'reopen' }, books(3)],
      end({ before: bob }),
    ],
    [
      'in which the store’s zone changed and the board shows the booking at another time',
      [edit(1, ada), edit(3, 'anotherTime', { kind: 'outside' })],
      [books(2)],
      end({ schedule: { employeeId: ADA, startsAt: NOON, endsAt: ENDS }, held: [held('100001', NOON)] }),
    ],
    [
      'in which its work was reported as done',
      [edit(1, ada), edit(3, 'reported', { kind: 'outside' })],
      [books(2)],
      end(),
    ],
    [
      'in which the store’s zone changed often',
      [edit(1, ada), ...Array.from({ length: 60 }, (_, n) => edit(n, 'anotherTime', { kind: 'outside' }))],
      [books(2)],
      end(),
    ],
    ['in which nobody knows what an edit made of it', [edit(1, 'anything')], [books(2)], end()],
  ])('%s', (_, entries, effects, ended) => {
    expect(check(entries, effects, ended)).toEqual([]);
  });
});

describe('a history is refused', () => {
  test.each<[string, HistoryEntry[], RemoteEffect[], EventEnd, string]>([
    ['whose saved edit is not on the board', [edit(1, ada)], [], end(nobody), 'the board shows nobody'],
    [
      'whose board has the edit before the last saved one',
      [edit(1, ada), edit(3, bob)],
      [books(2)],
      end(),
      'what was saved makes it person 2',
    ],
    [
      'in which a saved move lost the person',
      [edit(1, ada), edit(3, { startsAt: NOON })],
      [books(2)],
      end({ schedule: { ...bob, endsAt: ENDS }, held: [held('100002', NOON)] }),
      'what was saved makes it person 1',
    ],
    [
      'in which an edit without an answer undid a later saved one',
      [edit(1, 'nobody', { kind: 'unanswered' }), edit(3, ada)],
      [books(5)],
      end(nobody),
      'the board shows nobody',
    ],
    [
      'in which the store’s zone changed and another person is on the board',
      [edit(1, ada), edit(3, 'anotherTime', { kind: 'outside' })],
      [books(2)],
      end({ schedule: { ...bob, endsAt: ENDS }, held: [held('100002', NOON)] }),
      'what was saved makes it person 1',
    ],
    [
      'in which a booking was removed because its work was reported',
      [edit(3, 'reported', { kind: 'outside' })],
      [{ eventId: 7, at: at(5), kind: 'remove' }],
      end({ before: bob, schedule: null, held: [], needsPerson: true }),
      'nobody had changed the event',
    ],
    [
      'in which a booking was removed because the store’s zone changed',
      [edit(3, 'anotherTime', { kind: 'outside' })],
      [{ eventId: 7, at: at(5), kind: 'remove' }],
      end({ before: bob, schedule: { ...bob, endsAt: ENDS }, held: [held('100002', NOON)] }),
      'nobody had changed the event',
    ],
    [
      'in which a change on Crossmark’s own site was taken over after our write had replaced it',
      [edit(1, ada, { kind: 'outside' }), edit(3, bob), edit(6, bob)],
      [books(5, '100002', NOON)],
      end(),
      'the board shows person 1',
    ],
    [
      'in which a saved edit never reached Crossmark and nobody is told',
      [edit(1, ada)],
      [],
      end({ held: [] }),
      'Crossmark does not hold person 1',
    ],
    [
      'in which Crossmark has another length than was saved',
      [edit(1, ada)],
      [books(2)],
      end({ held: [{ ...held(), endsAt: NOON }] }),
      'Crossmark does not hold person 1',
    ],
    [
      'whose booking was made twice',
      [edit(1, ada)],
      [books(2), books(3)],
      end({ held: [held(), held()] }),
      'twice',
    ],
    [
      'in which the booking of before stayed',
      [edit(1, ada)],
      [books(2)],
      end({ before: bob, held: [held('100002', NOON), held()] }),
      'Crossmark holds 100002',
    ],
    [
      'in which a removed schedule is still booked',
      [edit(1, 'nobody')],
      [],
      end({ before: ada, schedule: null }),
      'Crossmark holds 100001',
    ],
    [
      'in which somebody was booked whom nobody chose',
      [edit(1, ada)],
      [books(2, '100002')],
      end(),
      '100002 was booked',
    ],
    [
      'in which somebody was booked at a time that nobody chose',
      [edit(1, ada)],
      [books(2, '100001', NOON)],
      end(),
      'nobody had wanted that before',
    ],
    [
      'in which a booking came before its edit',
      [edit(5, ada)],
      [books(2)],
      end(),
      'nobody had wanted that before',
    ],
    ['in which a booking has no edit', [], [books(2)], end({ before: bob }), 'the board shows person 1'],
    [
      'in which a booking was removed that nobody touched',
      [],
      [{ eventId: 7, at: at(2), kind: 'remove' }],
      end({ before: bob }),
      'a booking was removed',
    ],
    [
      'in which work was opened again that nobody reissued',
      [edit(1, ada)],
      [{ eventId: 7, at: at(2), kind: 'reopen' }],
      end(),
      'opened again',
    ],
  ])('%s', (_, entries, effects, ended, fault) => {
    expect(check(entries, effects, ended).join('\n')).toContain(fault);
  });

  test('that does not say how an event ended', () => {
    expect(check([edit(1, ada)], [books(2)])).toEqual(['event 7 was changed, and nothing says how it ended']);
  });

  test('for each event apart', () => {
    const entries = [edit(1, ada), { ...edit(1, bob), eventId: 8 }];
    const other = end({ eventId: 8, schedule: { ...bob, endsAt: ENDS }, held: [] });
    expect(check(entries, [books(2)], end(), other)).toEqual([
      `event 8: Crossmark does not hold person 2 at ${NOON}, and nobody is told to decide`,
    ]);
  });
});
