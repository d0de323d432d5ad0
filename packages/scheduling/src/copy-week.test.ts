import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyWeek } from './copy-week.ts';
import { defaultDurationMinutes } from './event-type.ts';
import { type EventFacts, evaluate, type PersonFacts, type PlannedWork, usualRules } from './rules.ts';
import { addMinutes, instantAt, workDateOf } from './time.ts';
import type { EventType } from './vocabulary.ts';

const timeZone = 'America/Indiana/Indianapolis';
const person = (id: number, more: Partial<PersonFacts> = {}): PersonFacts => ({
  id,
  name: `Person ${id}`,
  role: 'Lead Event Specialist',
  repId: String(201_100 + id),
  terminatedOn: null,
  pattern: null,
  ranges: [],
  dates: [],
  timeOff: [],
  ...more,
});
const event = (id: number, work: string, more: Partial<EventFacts> = {}): EventFacts => ({
  id,
  type: 'Core',
  name: `${600_000 + id}-${work} (123456789012)  - V2-CORE`,
  startsOn: '2027-03-07',
  dueOn: '2027-03-14',
  condition: 'Unstaffed',
  durationMinutes: defaultDurationMinutes(more.type ?? 'Core', ''),
  scheduled: false,
  ...more,
});
/** Scheduled in the week of Sunday, February 28. */
const source = (
  id: number,
  work: string,
  employeeId: number,
  day: string,
  more: Partial<EventFacts> = {},
) => ({
  scheduleId: id,
  event: event(id, work, { startsOn: '2027-02-28', dueOn: '2027-03-07', scheduled: true, ...more }),
  employeeId,
  startsAt: instantAt(day, '11:15', timeZone),
});
const ask = { people: [person(1), person(2)], planned: [], holidays: [], store: usualRules(timeZone) };

describe('a week that is copied', () => {
  it('gives the same person the same weekday and time, a week later, also over a change of the clocks', () => {
    const eastern = 'America/New_York';
    const monday = {
      ...source(1, 'Alder-Oats', 1, '2027-03-08'),
      startsAt: instantAt('2027-03-08', '11:15', eastern),
    };
    const [row] = copyWeek({
      ...ask,
      store: usualRules(eastern),
      week: [monday],
      open: [event(11, 'Alder-Oats', { dueOn: '2027-03-20' })],
    });
    expect(row).toMatchObject({
      employeeId: 1,
      startsAt: instantAt('2027-03-15', '11:15', eastern),
      event: { id: 11 },
      obstacle: null,
    });
  });

  it('prefers the same product, then the same client, then what is due first; each event is used once', () => {
    const rows = copyWeek({
      ...ask,
      week: [
        source(1, 'Birch-Tea', 1, '2027-03-01'),
        source(2, 'Alder-Oats', 2, '2027-03-01'),
        source(3, 'Alder-Rice', 1, '2027-03-02'),
      ],
      open: [
        event(11, 'Cedar-Soap'),
        event(12, 'Alder-Bran'),
        event(13, 'Alder-Oats', { dueOn: '2027-03-20' }),
      ],
    });
    expect(rows.map((row) => [row.event?.id, row.likeness])).toEqual([
      [11, 'type'],
      [13, 'product'],
      [12, 'client'],
    ]);
  });

  it('says of each row why it can’t be copied: no such event, none that day, none left, or a rule', () => {
    const week = [
      source(1, 'Alder-Oats', 1, '2027-03-01', { type: 'Freeosk' }),
      source(2, 'Alder-Oats', 1, '2027-03-02', { type: 'Other' }),
      source(3, 'Alder-Oats', 1, '2027-03-03'),
      source(4, 'Alder-Oats', 2, '2027-03-03'),
      source(5, 'Alder-Oats', 2, '2027-03-04', { type: 'Digital Setup' }),
    ];
    const rows = copyWeek({
      ...ask,
      people: [
        person(1),
        person(2, { timeOff: [{ startsOn: '2027-03-11', endsOn: '2027-03-11', reason: null }] }),
      ],
      week,
      open: [
        event(12, 'Alder-Oats', { type: 'Other', startsOn: '2027-03-10' }),
        event(13, 'Alder-Oats'),
        event(15, 'Alder-Oats', { type: 'Digital Setup' }),
      ],
    });
    expect(rows.map((row) => row.obstacle)).toEqual([
      'No unscheduled Freeosk event is left.',
      'No unscheduled Other event can be worked on Tue Mar 9.',
      null,
      'Every Core event that can be worked on Wed Mar 10 is used by another row.',
      expect.stringContaining('has time off on Thu Mar 11'),
    ]);
  });

  it('says everything of a row, whether it is copied or not', () => {
    const oats = event(11, 'Alder-Oats');
    const [copied, not] = copyWeek({
      ...ask,
      week: [
        { ...source(1, 'Alder-Oats', 1, '2027-03-01'), startsAt: instantAt('2027-03-01', '13:00', timeZone) },
        source(2, 'Alder-Oats', 7, '2027-03-02'),
      ],
      open: [oats, event(12, 'Alder-Oats')],
    });
    expect(copied).toEqual({
      scheduleId: 1,
      employeeId: 1,
      type: 'Core',
      startsAt: instantAt('2027-03-08', '13:00', timeZone),
      event: oats,
      likeness: 'product',
      reasons: [expect.objectContaining({ code: 'unusual_start', severity: 'hint' })],
      obstacle: null,
    });
    expect(not).toEqual({
      scheduleId: 2,
      employeeId: 7,
      type: 'Core',
      startsAt: instantAt('2027-03-09', '11:15', timeZone),
      event: null,
      likeness: null,
      reasons: [],
      obstacle: 'This person has left, or belongs to another store.',
    });
  });

  it('takes an event from its first day up to the day before it is due, and none that is scheduled', () => {
    const rowWith = (more: Partial<EventFacts>) =>
      copyWeek({
        ...ask,
        week: [source(1, 'Alder-Oats', 1, '2027-03-01')],
        open: [event(11, 'Alder-Oats', more)],
      })[0];
    expect(rowWith({ startsOn: '2027-03-08' })?.event?.id).toBe(11);
    expect(rowWith({ startsOn: '2027-03-09' })?.obstacle).toBe(
      'No unscheduled Core event can be worked on Mon Mar 8.',
    );
    expect(rowWith({ dueOn: '2027-03-09' })?.event?.id).toBe(11);
    expect(rowWith({ dueOn: '2027-03-08' })?.obstacle).toBe(
      'No unscheduled Core event can be worked on Mon Mar 8.',
    );
    expect(rowWith({ scheduled: true })?.obstacle).toBe('No unscheduled Core event is left.');
  });

  it('knows a product and a client however they are written, and no client by a part of its name', () => {
    const likenessOf = (name: string) =>
      copyWeek({ ...ask, week: [source(1, 'Alder-Oats', 1, '2027-03-01')], open: [event(11, name)] })[0]
        ?.likeness;
    expect(['ALDER-oats', 'alder-Rice', 'Alderbrook-Oats', 'Oats-Alder'].map(likenessOf)).toEqual([
      'product',
      'client',
      'type',
      'type',
    ]);
  });

  it('tells all reasons against a row, and uses up no event for it', () => {
    const off = { startsOn: '2027-03-08', endsOn: '2027-03-08', reason: null };
    const rows = copyWeek({
      ...ask,
      people: [person(1, { repId: null, timeOff: [off] }), person(2)],
      week: [source(1, 'Alder-Oats', 1, '2027-03-01'), source(2, 'Alder-Oats', 2, '2027-03-01')],
      open: [event(11, 'Alder-Oats')],
    });
    expect(rows[0]?.obstacle).toMatch(
      /has no RepID.*choose somebody else\. Person 1 has time off on Mon Mar 8\./,
    );
    expect(rows[1]?.event?.id).toBe(11);
  });

  it('takes what is due first, wherever it stands, and counts what it copies as work', () => {
    const rows = copyWeek({
      ...ask,
      week: [source(1, 'Alder-Oats', 1, '2027-03-01'), source(2, 'Alder-Oats', 1, '2027-03-01')],
      open: [event(11, 'Birch-Tea', { dueOn: '2027-03-20' }), event(12, 'Birch-Tea'), event(13, 'Birch-Tea')],
    });
    expect(rows[0]?.event?.id).toBe(12);
    expect(rows[1]?.obstacle).toMatch(/^Person 1 already has a Core at 11:15 AM on Mon Mar 8\./);
  });

  it('says that all are used where others can’t be worked that day', () => {
    const rows = copyWeek({
      ...ask,
      week: [source(1, 'Alder-Oats', 1, '2027-03-01'), source(2, 'Alder-Oats', 2, '2027-03-01')],
      open: [event(11, 'Alder-Oats'), event(12, 'Alder-Oats', { startsOn: '2027-03-10' })],
    });
    expect(rows[1]?.obstacle).toBe(
      'Every Core event that can be worked on Mon Mar 8 is used by another row.',
    );
  });

  it('says that nothing can be worked that day where what is used is of other days', () => {
    const rows = copyWeek({
      ...ask,
      week: [source(1, 'Alder-Oats', 1, '2027-03-01'), source(2, 'Alder-Oats', 2, '2027-03-03')],
      open: [event(11, 'Alder-Oats', { dueOn: '2027-03-09' })],
    });
    expect(rows.map(({ obstacle }) => obstacle)).toEqual([
      null,
      'No unscheduled Core event can be worked on Wed Mar 10.',
    ]);
  });

  it('leaves Supervisor events to their Cores', () => {
    const week = [source(1, 'Alder-Oats', 1, '2027-03-01', { type: 'Supervisor' })];
    expect(copyWeek({ ...ask, week, open: [event(11, 'Alder-Oats', { type: 'Supervisor' })] })).toEqual([]);
  });

  it('copied twice books nobody twice: the second copy finds the first in the way', () => {
    const week = [source(1, 'Alder-Oats', 1, '2027-03-01')];
    const open = [event(11, 'Alder-Oats'), event(12, 'Alder-Oats')];
    const startsAt = instantAt('2027-03-08', '11:15', timeZone);
    const planned: PlannedWork[] = [
      {
        scheduleId: 9,
        eventId: 11,
        employeeId: 1,
        type: 'Core',
        startsAt,
        endsAt: addMinutes(startsAt, 390),
        workDate: '2027-03-08',
      },
    ];
    const [row] = copyWeek({ ...ask, week, open: open.slice(1), planned });
    expect(row).toMatchObject({ event: null, obstacle: expect.stringContaining('already has a Core') });
  });

  it('whatever it is made of, copies only what the rules allow, one after the other', () => {
    const types: EventType[] = ['Core', 'Freeosk', 'Digital Setup', 'Other'];
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            type: fc.constantFrom(...types),
            who: fc.integer({ min: 1, max: 3 }),
            day: fc.integer({ min: 1, max: 6 }),
          }),
          { maxLength: 12 },
        ),
        fc.array(fc.record({ type: fc.constantFrom(...types), days: fc.integer({ min: 1, max: 7 }) }), {
          maxLength: 12,
        }),
        (sources, opens) => {
          const week = sources.map(({ type, who, day }, index) =>
            source(index + 1, 'Alder-Oats', who, `2027-03-0${day}`, { type }),
          );
          const open = opens.map(({ type, days }, index) =>
            event(100 + index, 'Alder-Oats', {
              type,
              dueOn: `2027-03-${7 + days < 10 ? '0' : ''}${7 + days}`,
            }),
          );
          const rows = copyWeek({ ...ask, week, open });
          expect(rows.every((row) => (row.event === null) !== (row.obstacle === null))).toBe(true);
          const used = rows.flatMap((row) => (row.event ? [row.event.id] : []));
          expect(new Set(used).size).toBe(used.length);
          const planned: PlannedWork[] = [];
          for (const row of rows) {
            if (!row.event) continue;
            const endsAt = addMinutes(row.startsAt, row.event.durationMinutes);
            planned.push({
              ...row,
              eventId: row.event.id,
              endsAt,
              workDate: workDateOf(row.startsAt, timeZone),
            });
          }
          for (const row of rows) {
            const who = ask.people.find((each) => each.id === row.employeeId);
            if (!row.event || !who) continue;
            const reasons = evaluate({
              event: row.event,
              person: who,
              startsAt: row.startsAt,
              store: usualRules(timeZone),
              planned,
              holidays: [],
            });
            expect(reasons.filter((reason) => reason.severity !== 'hint')).toEqual([]);
          }
        },
      ),
    );
  });
});
