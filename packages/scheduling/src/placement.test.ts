import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SLOTS, defaultDurationMinutes } from './event-type.ts';
import { placeOn, verdictOf } from './placement.ts';
import { type EventFacts, evaluate, type PersonFacts, type PlannedWork, usualRules } from './rules.ts';
import { addMinutes, instantAt, timeOf, workDateOf } from './time.ts';
import { EVENT_TYPES, type EventType, ROLES } from './vocabulary.ts';

const timeZone = 'America/Indiana/Indianapolis';
const day = '2027-03-03';
const person: PersonFacts = {
  id: 1,
  name: 'Ada Example',
  role: 'Lead Event Specialist',
  repId: '201101',
  terminatedOn: null,
  pattern: null,
  ranges: [],
  dates: [],
  timeOff: [],
};
const event = (type: EventType): EventFacts => ({
  id: 100,
  type,
  name: `610123-Alderbrook-Oat Clusters (123456789012)  - ${type}`,
  startsOn: '2027-03-01',
  dueOn: '2027-03-09',
  condition: 'Unstaffed',
  durationMinutes: defaultDurationMinutes(type, ''),
  scheduled: false,
});
const work = (type: EventType, time: string, employeeId: number, id: number): PlannedWork => {
  const startsAt = instantAt(day, time, timeZone);
  return {
    scheduleId: id,
    eventId: 1000 + id,
    employeeId,
    type,
    startsAt,
    endsAt: addMinutes(startsAt, defaultDurationMinutes(type, '')),
    workDate: workDateOf(startsAt, timeZone),
  };
};
const ask = { person, day, store: usualRules(timeZone), planned: [], holidays: [] };
const slotOf = (placement: { startsAt: string }) => timeOf(placement.startsAt, timeZone);

describe('an event put on a person’s day', () => {
  it('starts at the first usual slot where nothing else is planned', () => {
    expect(slotOf(placeOn({ ...ask, event: event('Core') }))).toBe('10:45');
  });

  it('takes the slot that the fewest Cores of the day start at', () => {
    const dayWork = [work('Core', '10:45', 2, 1), work('Core', '11:15', 3, 2)];
    expect(slotOf(placeOn({ ...ask, event: event('Core'), dayWork }))).toBe('11:45');
  });

  it('avoids a slot at which the person starts other short work', () => {
    const planned = [work('Digital Refresh', '10:15', 1, 1)];
    const placed = placeOn({ ...ask, event: event('Digital Setup'), planned });
    expect([slotOf(placed), placed.verdict]).toEqual(['10:30', 'free']);
  });

  it('counts only other work of its own type at a slot, on the store’s clocks', () => {
    const dayWork = [
      // Another type, and the event's own present place, take no slot.
      work('Digital Setup', '10:45', 2, 1),
      { ...work('Core', '10:45', 3, 2), eventId: 100 },
      work('Core', '11:15', 4, 3),
    ];
    expect(slotOf(placeOn({ ...ask, event: event('Core'), dayWork }))).toBe('10:45');
    const busy = [...dayWork, work('Core', '10:45', 5, 4)];
    expect(slotOf(placeOn({ ...ask, event: event('Core'), dayWork: busy }))).toBe('11:45');
  });

  it('takes the first slot that is forbidden least where none is without a reason', () => {
    const holidays = [{ day, name: 'Spring' }];
    const placed = placeOn({ ...ask, event: event('Core'), holidays: holidays as never });
    expect([slotOf(placed), placed.verdict]).toEqual(['10:45', verdictOf(placed.reasons)]);
    expect(placed.reasons).not.toEqual([]);
  });

  it('takes a later slot that is forbidden less', () => {
    const off = { startsOn: day, endsOn: day, reason: null, fromTime: null, untilTime: '11:00' };
    const planned = [work('Core', '18:00', 1, 1)];
    const placed = placeOn({ ...ask, person: { ...person, timeOff: [off] }, event: event('Core'), planned });
    expect([slotOf(placed), placed.verdict]).toEqual(['11:15', 'soft']);
  });

  it('is at noon where the store has no starts', () => {
    const store = { ...usualRules(timeZone), slots: { Core: [] } };
    expect(slotOf(placeOn({ ...ask, store, event: event('Core') }))).toBe('12:00');
  });

  it('is free, soft or hard by its most severe reason', () => {
    const of = (...severities: ('hard' | 'soft' | 'hint')[]) =>
      verdictOf(severities.map((severity) => ({ severity }) as never));
    expect([of(), of('hint'), of('hint', 'soft'), of('soft', 'hard'), of('hard')]).toEqual([
      'free',
      'free',
      'soft',
      'hard',
      'hard',
    ]);
  });

  it('keeps a given time, usual or not', () => {
    const placed = placeOn({ ...ask, event: event('Core'), time: '13:20' });
    expect(slotOf(placed)).toBe('13:20');
    expect(placed.verdict).toBe('free');
  });

  it('never says better or worse than the rules say of its start, nor forbids what another slot would allow', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...EVENT_TYPES),
        fc.constantFrom(...ROLES),
        fc.array(
          fc.record({
            type: fc.constantFrom(...EVENT_TYPES),
            time: fc.constantFrom('09:00', '10:15', '10:45', '11:15', '12:00'),
          }),
          { maxLength: 5 },
        ),
        (type, role, planned) => {
          const others = planned.map((each, index) => work(each.type, each.time, 1, index + 1));
          const candidate = {
            event: event(type),
            person: { ...person, role },
            store: usualRules(timeZone),
            planned: others,
            holidays: [],
          };
          const placed = placeOn({ ...candidate, day, dayWork: others });
          const said = (startsAt: string) => verdictOf(evaluate({ ...candidate, startsAt }));
          expect(placed.verdict).toBe(said(placed.startsAt));
          const all = DEFAULT_SLOTS[type].map((slot) => said(instantAt(day, slot, timeZone)));
          if (all.includes('free')) expect(placed.verdict).toBe('free');
          else if (all.includes('soft')) expect(placed.verdict).toBe('soft');
        },
      ),
    );
  });
});
