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
/** It has the wall time in Los Angeles that the morning has in Indiana. */
const LATER = '2026-01-08T18:45:00.000Z';
const LATEST = '2026-01-08T21:45:00.000Z';
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
/** Event 7 with Ada on both sides at another time. */
const endAt = (startsAt: string, more: Partial<EventEnd> = {}): EventEnd =>
  end({
    schedule: { employeeId: ADA, startsAt, endsAt: ENDS },
    held: [held('100001', startsAt)],
    ...more,
  });
const nobody = { schedule: null, held: [] };
/** The store gets another zone. */
const zone = (second: number, there = 'America/Los_Angeles') =>
  edit(second, { zones: ['America/Indiana/Indianapolis', there] }, { kind: 'outside' });
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
      'in which a change on Crossmark’s own site was taken over after a move to the time that was there before',
      [edit(1, 'anything', { kind: 'outside' }), edit(3, { startsAt: MORNING })],
      [],
      endAt(NOON, { before: ada }),
    ],
    [
      'in which a change on Crossmark’s own site was taken over after edits that sent nothing, and edited again',
      [edit(1, 'anything', { kind: 'outside' }), edit(3, bob), edit(5, ada), edit(7, { employeeId: BOB })],
      [books(9, '100002', NOON)],
      end({ before: ada, schedule: { ...bob, endsAt: ENDS }, held: [held('100002', NOON)] }),
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
      [edit(1, ada), zone(3)],
      [books(2)],
      endAt(LATER),
    ],
    [
      'in which the store’s zone changed and the board shows the time that it had before again',
      [edit(1, ada), zone(3), zone(5)],
      [books(2)],
      end(),
    ],
    [
      'in which the store’s zone changed and the booking of before is shown at another time',
      [zone(3)],
      [],
      endAt(LATER, { before: ada }),
    ],
    [
      'in which somebody else was booked at a time that was read in another zone',
      [edit(1, ada), zone(3), edit(6, { employeeId: BOB }), zone(9)],
      [books(2), books(8, '100002', LATER)],
      end({ schedule: { ...bob, startsAt: LATER, endsAt: ENDS }, held: [held('100002', LATER)] }),
    ],
    [
      'in which somebody else was booked at the time of before, read in another zone',
      [zone(3), edit(6, { employeeId: BOB }), zone(9)],
      [books(8, '100002', LATER)],
      end({
        before: ada,
        schedule: { ...bob, startsAt: LATER, endsAt: ENDS },
        held: [held('100002', LATER)],
      }),
    ],
    [
      'in which that booking’s time was read in another zone again',
      [edit(1, ada), zone(3), edit(6, { employeeId: BOB }), edit(9, { employeeId: ADA }), zone(12)],
      [books(2), books(8, '100002', LATER), books(11, '100001', LATEST)],
      endAt(LATEST),
    ],
    [
      'in which a booking came before the answer that the store’s zone is another',
      [edit(1, ada), edit(6, { employeeId: BOB }), { ...zone(8), startedAt: at(4) }],
      [books(2), books(7, '100002', LATER)],
      end({ schedule: { ...bob, startsAt: LATER, endsAt: ENDS }, held: [held('100002', LATER)] }),
    ],
    [
      'in which a move was saved before the zone changed and answered after it',
      [edit(1, { ...ada, startsAt: NOON }), zone(5), { ...edit(3, { startsAt: MORNING }), endedAt: at(7) }],
      [books(2, '100001', NOON), books(4)],
      endAt(LATER),
    ],
    [
      'in which a move was saved while the store’s zone was wrong',
      [edit(1, { ...ada, startsAt: NOON }), zone(3), edit(5, { startsAt: MORNING }), zone(8)],
      [books(2, '100001', NOON), books(7)],
      end(),
    ],
    [
      'in which its work was reported as done',
      [edit(1, ada), edit(3, 'reported', { kind: 'outside' })],
      [books(2)],
      end(),
    ],
    [
      'in which the store’s zone changed often',
      [edit(1, ada), ...Array.from({ length: 60 }, (_, n) => zone(n))],
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
      [edit(1, ada), zone(3)],
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
      [zone(3)],
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
      'in which a change on Crossmark’s own site was taken over although a later edit was booked',
      [edit(1, 'anything', { kind: 'outside' }), edit(3, bob)],
      [books(5, '100002', NOON)],
      end(),
      'what was saved makes it person 2',
    ],
    [
      'in which a change on Crossmark’s own site was taken over in place of a later edit that was never sent',
      [edit(1, 'anything', { kind: 'outside' }), edit(3, bob)],
      [],
      end(),
      'what was saved makes it person 2',
    ],
    [
      'in which a change on Crossmark’s own site was taken over although edits that cancelled out were sent',
      [edit(1, 'anything', { kind: 'outside' }), edit(3, bob), edit(5, 'nobody')],
      [books(7, '100002', NOON), { eventId: 7, at: at(8), kind: 'remove' }],
      end(),
      'what was saved makes it nobody',
    ],
    [
      'in which the store’s zone changed and the board shows a time that nobody chose',
      [edit(1, ada), zone(3)],
      [books(2)],
      endAt(NOON),
      'what was saved makes it person 1',
    ],
    [
      'in which the store’s zone changed and somebody was booked at a time that nobody chose',
      [edit(1, ada), zone(3), edit(5, { employeeId: BOB })],
      [books(2), books(7, '100002', NOON)],
      end({ schedule: { ...bob, endsAt: ENDS }, held: [held('100002', NOON)] }),
      '100002 was booked',
    ],
    [
      'in which somebody was booked at a time of another zone before the store got it',
      [edit(1, ada), zone(5)],
      [books(2), books(3, '100001', LATER)],
      endAt(LATER),
      'was booked for',
    ],
    [
      'in which a time was read in another zone that Crossmark never held',
      [edit(1, ada), zone(3)],
      [books(5, '100001', LATER)],
      endAt(LATER),
      'was booked for',
    ],
    [
      'in which a time was read in another zone before Crossmark held it',
      [edit(1, ada), zone(3)],
      [books(5, '100001', LATER), books(7)],
      end(),
      `100001 was booked for ${LATER}`,
    ],
    [
      'in which a move from after the change of zone was read in another zone',
      [edit(1, { ...ada, startsAt: NOON }), zone(3), edit(5, { startsAt: MORNING })],
      [books(2, '100001', NOON), books(7)],
      endAt(LATER),
      `what was saved makes it person 1 at ${MORNING}`,
    ],
    [
      'in which a late write undid a move, and then the store’s zone changed',
      [edit(1, { ...ada, startsAt: NOON }), edit(3, { startsAt: MORNING }), zone(9)],
      [books(5), books(7, '100001', NOON)],
      endAt(NOON),
      `what was saved makes it person 1 at ${MORNING}`,
    ],
    [
      'in which a saved move was lost after the store’s zone changed',
      [zone(3), edit(5, { startsAt: NOON })],
      [],
      end({ before: ada }),
      `what was saved makes it person 1 at ${NOON}`,
    ],
    [
      'in which a saved move was lost while the store’s zone was wrong',
      [edit(1, ada), zone(3), edit(5, { startsAt: NOON }), zone(8)],
      [books(2)],
      end(),
      `what was saved makes it person 1 at ${NOON}`,
    ],
    [
      'in which a saved move was lost and the time of before was read in another zone',
      [edit(1, ada), zone(3), edit(5, { startsAt: NOON }), zone(8)],
      [books(2)],
      endAt(LATER),
      `what was saved makes it person 1 at ${NOON}`,
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
