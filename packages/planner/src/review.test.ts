import {
  addMinutes,
  DEFAULT_DURATIONS,
  type EventFacts,
  type EventType,
  instantAt,
  type PlannedWork,
  usualRules,
} from '@scheduler/scheduling';
import { describe, expect, it } from 'vitest';
import { NO_ROTATIONS, type PlanInput } from './input.ts';
import { linesNow } from './review.ts';
import { testPerson } from './testing.ts';

const timeZone = 'America/Indiana/Indianapolis';
/** A Monday. */
const MONDAY = '2027-03-01';
const at = (time: string, day = MONDAY) => instantAt(day, time, timeZone);
const event = (id: number, type: EventType = 'Core'): EventFacts => ({
  id,
  type,
  name: `${600_000 + id}-Alder-Oats (123456789012)  - ${type}`,
  startsOn: MONDAY,
  dueOn: '2027-03-02',
  condition: 'Unstaffed',
  durationMinutes: DEFAULT_DURATIONS[type],
  scheduled: false,
});
const workOf = (
  id: number,
  employeeId: number,
  type: EventType,
  startsAt: string,
  day: string,
): PlannedWork => ({
  scheduleId: id,
  eventId: id,
  employeeId,
  type,
  startsAt,
  endsAt: addMinutes(startsAt, DEFAULT_DURATIONS[type]),
  workDate: day,
});
const club = (more: Partial<PlanInput>): PlanInput => ({
  store: usualRules(timeZone),
  today: '2027-02-28',
  days: [MONDAY, '2027-03-02', '2027-03-03'],
  people: [],
  open: [],
  scheduled: [],
  planned: [],
  holidays: [],
  rotations: NO_ROTATIONS,
  ...more,
});
const line = (
  eventId: number,
  employeeId: number,
  startsAt: string,
  ticked = true,
): Parameters<typeof linesNow>[1][number] => ({
  kind: 'new',
  eventId,
  employeeId,
  startsAt,
  coreEventId: null,
  ticked,
  wasRefused: false,
  isCovered: false,
});

/** Whether a line is warned of another Core of its person on the day. */
const isSecondCore = (now: ReturnType<typeof linesNow>, eventId: number) =>
  now.get(eventId)?.scored?.warnings.some(({ code }) => code === 'second_core') ?? false;

describe('a line under review', () => {
  it('is warned of the start of another one only while that one is ticked and starts then', () => {
    const input = club({
      people: [testPerson(1, 'Lead Event Specialist')],
      open: [event(11, 'Other'), event(12, 'Other')],
    });
    const codesWith = (other: ReturnType<typeof line>) =>
      linesNow(input, [line(11, 1, at('11:00')), other], MONDAY)
        .get(11)
        ?.scored?.warnings.map(({ code }) => code);
    expect(codesWith(line(12, 1, at('11:00')))).toEqual(['same_start']);
    expect(codesWith(line(12, 1, at('11:15')))).toEqual([]);
    expect(codesWith(line(12, 1, at('11:00'), false))).toEqual([]);
  });

  it('tells the hours of its week as they are after other lines were changed', () => {
    const input = club({
      people: [testPerson(1), testPerson(2)],
      open: [event(11), { ...event(12), dueOn: '2027-03-03' }],
      planned: [workOf(20, 1, 'Core', at('10:45', '2027-02-27'), '2027-02-27')],
    });
    const now = (employeeId: number) =>
      linesNow(
        input,
        [line(11, 1, at('10:45')), line(12, employeeId, at('10:45', '2027-03-02'))],
        MONDAY,
      ).get(11)?.scored;
    expect(now(1)).toMatchObject({
      why: 'Person 1 is an Event Specialist, has 13 h with it; Mon Mar 1 is the first day possible.',
      runnerUp: { employeeId: 2, cost: 'Person 2 would have 6½ h; Person 1 has 13 h.' },
    });
    expect(now(2)?.why).toContain('has 6½ h with it');
    expect(now(2)?.runnerUp?.cost).toBe('Person 2 would have 13 h; Person 1 has 6½ h.');
  });

  it('says that the plan has other work for somebody who would do better only while it has', () => {
    const worked = ['2027-03-04', '2027-03-05'].map((day, n) =>
      workOf(20 + n, 1, 'Core', at('10:45', day), day),
    );
    const input = club({
      people: [testPerson(1), testPerson(2)],
      open: [event(11), { ...event(12), dueOn: '2027-03-03' }],
      planned: worked,
    });
    const costWith = (...others: ReturnType<typeof line>[]) =>
      linesNow(input, [line(11, 1, at('10:45')), ...others], MONDAY).get(11)?.scored?.runnerUp?.cost;
    expect(costWith(line(12, 2, at('10:45', '2027-03-02')))).toBe(
      'Person 2 would have 13 h; Person 1 has 19½ h, but the plan has other work for them.',
    );
    expect(costWith()).toBe('Person 2 would have 6½ h; Person 1 has 19½ h.');
  });

  it('never tells of two equal numbers that one is more', () => {
    const minutes = (id: number, employeeId: number, length: number): PlannedWork => ({
      ...workOf(id, employeeId, 'Other', at('11:00', '2027-03-04'), '2027-03-04'),
      endsAt: addMinutes(at('11:00', '2027-03-04'), length),
    });
    const input = club({
      people: [testPerson(1), testPerson(2)],
      open: [event(11)],
      // 6 h 30 min and a Core: 13 h. 6 h 42 min and a Core: 13 h, too, but a quarter more.
      planned: [minutes(20, 1, 390), minutes(21, 2, 402)],
    });
    const scored = linesNow(input, [line(11, 1, at('10:45'))], MONDAY).get(11)?.scored;
    expect(scored?.why).toContain('has 13 h with it');
    expect(scored?.runnerUp?.cost).toBe('Person 2 would do as well.');
  });

  it('that is not ticked is read by itself beside the ticked ones, and leaves no trace', () => {
    const standing = {
      scheduleId: 30,
      event: { ...event(30), scheduled: true, dueOn: '2027-03-04' },
      employeeId: 1,
      startsAt: at('10:45'),
      endsAt: addMinutes(at('10:45'), 390),
      workDate: MONDAY,
    };
    const input = club({
      people: [testPerson(1), testPerson(2)],
      open: [event(11), event(12), event(13)],
      scheduled: [standing],
      planned: [workOf(30, 1, 'Core', at('10:45'), MONDAY)],
    });
    const away = { ...line(30, 1, at('10:45', '2027-03-02'), false), kind: 'moved' as const };
    const others = [
      line(11, 1, at('11:15'), false),
      line(12, 2, at('10:45'), false),
      line(13, 2, at('11:15'), false),
    ];
    const now = linesNow(input, [away, ...others], MONDAY);
    expect([30, 11, 12, 13].filter((id) => isSecondCore(now, id))).toEqual([11]);
  });

  it('that is not ticked is read on the roster of the ticked ones, which is built once', () => {
    let built = 0;
    const input = club({ people: [testPerson(1)], open: [event(11), event(12), event(13)] });
    Object.defineProperty(input, 'planned', {
      get: () => {
        built += 1;
        return [];
      },
    });
    linesNow(
      input,
      [11, 12, 13].map((id) => line(id, 1, at('10:45'), false)),
      MONDAY,
    );
    expect(built).toBe(1);
  });

  it('that was refused is read as if it were approved with the others, which are read without it', () => {
    const input = club({
      people: [testPerson(1), testPerson(2)],
      open: [11, 12, 13, 14].map((id) => event(id)),
    });
    const refused = (eventId: number, employeeId: number, time: string) => ({
      ...line(eventId, employeeId, at(time)),
      wasRefused: true,
    });
    const now = linesNow(
      input,
      [
        line(11, 1, at('10:45')),
        refused(12, 1, '11:15'),
        refused(13, 2, '10:45'),
        { ...refused(14, 2, '11:15'), ticked: false },
      ],
      MONDAY,
    );
    expect([11, 12, 13, 14].filter((id) => isSecondCore(now, id))).toEqual([12]);
    const both = linesNow(input, [refused(13, 2, '10:45'), refused(14, 2, '11:15')], MONDAY);
    expect([13, 14].filter((id) => isSecondCore(both, id))).toEqual([13, 14]);
  });

  it('has an obstacle once its event is scheduled, or its person is gone', () => {
    const startsAt = at('10:45');
    const scheduled = {
      scheduleId: 30,
      event: { ...event(11), scheduled: true },
      employeeId: 1,
      startsAt,
      endsAt: addMinutes(startsAt, 390),
      workDate: MONDAY,
    };
    const input = club({ people: [testPerson(1)], scheduled: [scheduled], open: [event(12)] });
    const now = linesNow(input, [line(11, 1, startsAt), line(12, 9, startsAt)], MONDAY);
    expect(now.get(11)).toEqual({ obstacle: expect.stringMatching(/was scheduled since\.$/), scored: null });
    expect(now.get(12)).toEqual({
      obstacle: 'The event or the person is no longer there to be planned.',
      scored: null,
    });
  });
});
