import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allSlots,
  byUrgency,
  DEFAULT_SLOTS,
  defaultDurationMinutes,
  detectEventType,
  eventMatchKey,
  eventNumber,
  eventTitle,
  slotsFor,
  workName,
} from './event-type.ts';
import { EVENT_TYPES, type EventType } from './vocabulary.ts';

const REAL_SHAPES: [name: string, type: EventType, minutes: number, number: string | null][] = [
  ['610123-Alderbrook-Oat Clusters (123456789012)  - V2-CORE', 'Core', 390, '610123'],
  ['610123-Alderbrook-Oat Clusters (123456789012) - V2-CORE', 'Core', 390, '610123'],
  ['610123-Alderbrook-Oat Clusters (123456789012)  - V2-Supervisor', 'Supervisor', 5, '610123'],
  ['610123-Alderbrook-Oat Clusters (123456789012)  - V2-SUPER', 'Supervisor', 5, '610123'],
  ['01.05-DD-Juniper & Co-Yuzu (123456789012)  - 01.05 Digital Setup', 'Digital Setup', 30, null],
  ['01.05-DD-Juniper & Co-Yuzu (123456789012)  - 01.05 Digital Refresh', 'Digital Refresh', 30, null],
  ['01.05-DD-Juniper & Co-Yuzu (123456789012)  - 01.05 Digital Teardown', 'Digital Teardown', 30, null],
  ['01-05 8HR-ES1-JUICER-PRODUCTION-SPCLTY (123456789012)  - ES1', 'Juicer Production', 480, null],
  ['01-05 9HR-ES1-JUICER-PRODUCTION-SPCLTY (123456789012)  - ES1', 'Juicer Production', 540, null],
  ['01-05 Juicer Survey (123456789012)  - V2.9 Juicer Production Survey', 'Juicer Survey', 30, null],
  ['01.05-LKD-FSK-Cold Brew-9AM (123456789012)  - V2 - Freeosk', 'Freeosk', 15, null],
  ['01.05-LKD-FSK-Cold Brew-CO-9AM (123456789012)  - V2 - Freeosk', 'Freeosk', 60, null],
  ['01.05-LKD-FSK-CO-Cold Brew (123456789012)  - V2 - Freeosk', 'Freeosk', 60, null],
  ['01.05-LKD-FSK-Juniper & Co-Yuzu-9AM (123456789012)  - V2 - Freeosk', 'Freeosk', 15, null],
  ['Wk12-Cold Brew (123456789012)  - V1.9 Freeosk Troubleshooting', 'Freeosk', 15, null],
  ['Wk12-Cold-CO-Brew (123456789012)  - V1.9 Freeosk Troubleshooting', 'Freeosk', 15, null],
  ['630200-VP-Saltmarsh-Naan (123456789012)  - Vendor Performed', 'Other', 5, '630200'],
  ['630207-Saltmarsh-Naan (123456789012)  - Product Check', 'Other', 60, '630207'],
  ['Inventory', 'Other', 60, null],
];

describe('detectEventType', () => {
  it.each(REAL_SHAPES)('reads %s', (name, type, minutes, number) => {
    expect(detectEventType(name)).toBe(type);
    expect(defaultDurationMinutes(type, name)).toBe(minutes);
    expect(eventNumber(name)).toBe(number);
  });

  it('is never misled by a word in a client or product name', () => {
    const words = [
      'Hardcore Cider',
      'CORE',
      'Supervisor',
      'V2-CORE',
      'Digital Setup',
      'Freeosk',
      'Juicer Survey',
    ];
    for (const word of words) {
      expect(detectEventType(`610123-${word}-Mustard (123456789012)  - V2-CORE`)).toBe('Core');
      expect(detectEventType(`610123-${word}-Mustard (123456789012)  - V2-Supervisor`)).toBe('Supervisor');
      expect(detectEventType(`610123-VP-${word} (123456789012)  - Vendor Performed`)).toBe('Other');
    }
    for (const word of words.slice(0, 4)) {
      expect(detectEventType(`610123-A-${word} (123456789012)  - Product Check`)).toBe('Other');
      expect(detectEventType(`610123-A - ${word} Knives (123456789012)  - Product Check`)).toBe('Other');
    }
    expect(detectEventType('610123-A-Apple - Core Cutter (123456789012)')).toBe('Other');
    expect(detectEventType('610123-A-Superb Soup (123456789012)  - Superb')).toBe('Other');
  });

  it('reads a Core or Supervisor that was cut off after three letters or more, and guesses at nothing shorter', () => {
    const typeOf = (suffix: string) => detectEventType(`610123-Alderbrook-Oat (123456789012)  - ${suffix}`);
    for (let letters = 3; letters <= 'SUPERVISOR'.length; letters++) {
      expect(typeOf(`V2-${'SUPERVISOR'.slice(0, letters)}`)).toBe('Supervisor');
    }
    expect(typeOf('V2-COR')).toBe('Core');
    expect(typeOf('V2.1-Cor')).toBe('Core');
    for (const suffix of ['V2-CO', 'V2-C', 'V2-S', 'V2-SU', 'V2-', 'COR', 'SUP', 'V2-CORED', 'V2-SUPPER']) {
      expect([suffix, typeOf(suffix)]).toEqual([suffix, 'Other']);
    }
  });

  it('depends on nothing that stands before a known suffix', () => {
    const suffixes: [string, EventType][] = [
      ['V2-CORE', 'Core'],
      ['V2-Supervisor', 'Supervisor'],
      ['01.05 Digital Setup', 'Digital Setup'],
      ['V2 - Freeosk', 'Freeosk'],
      ['V2.1 Juicer Production Survey', 'Juicer Survey'],
      ['Vendor Performed', 'Other'],
    ];
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...suffixes), (front, [suffix, type]) => {
        expect(detectEventType(`${front}  - ${suffix}`)).toBe(type);
      }),
    );
  });

  it('has minutes and slots for every type', () => {
    for (const type of EVENT_TYPES) {
      expect(defaultDurationMinutes(type, '')).toBeGreaterThan(0);
      expect(DEFAULT_SLOTS[type].every((slot) => /^\d\d:\d\d$/.test(slot))).toBe(true);
      expect(DEFAULT_SLOTS[type].length).toBeGreaterThan(0);
    }
  });
});

describe('what a store sets', () => {
  it('takes the place of the usual minutes and starts of that type alone, and what the name says wins', () => {
    expect(defaultDurationMinutes('Core', '', { Core: 420 })).toBe(420);
    expect(defaultDurationMinutes('Freeosk', '', { Core: 420 })).toBe(15);
    const freeosk = { Freeosk: 20 };
    expect(defaultDurationMinutes('Freeosk', '01.05-LKD-FSK-Nuts-9AM (1)', freeosk)).toBe(20);
    expect(defaultDurationMinutes('Freeosk', '01.05-LKD-FSK-Nuts-CO-9AM (1)', freeosk)).toBe(60);
    expect(defaultDurationMinutes('Freeosk', 'Wk1 - V1.9 Freeosk Troubleshooting', freeosk)).toBe(15);
    expect(
      defaultDurationMinutes('Juicer Production', '01-05 8HR-ES1-JUICER', { 'Juicer Production': 600 }),
    ).toBe(480);
    expect(
      defaultDurationMinutes('Juicer Production', '01-05 9HR-ES1-JUICER', { 'Juicer Production': 600 }),
    ).toBe(600);
    expect(slotsFor('Core', { Core: ['09:00'] })).toEqual(['09:00']);
    expect(slotsFor('Other', { Core: ['09:00'] })).toEqual(DEFAULT_SLOTS.Other);
  });
});

describe('what people call an event', () => {
  it.each([
    ['610123-Alderbrook-Oat Clusters (123456789012)  - V2-CORE', 'Alderbrook\u00a0– Oat Clusters'],
    ['610123-Alderbrook-Oat Clusters (123456789012)-V2-CORE', 'Alderbrook\u00a0– Oat Clusters'],
    ['610123-Alderbrook-Oat Clusters (123456789012)   - V2\nCORE', 'Alderbrook\u00a0– Oat Clusters'],
    ['630200-VP-Saltmarsh-Naan (123456789012)  - Vendor Performed', 'Saltmarsh\u00a0– Naan'],
    ['01.05-DD-Juniper & Co-Yuzu (123456789012)  - 01.05 Digital Setup', 'Juniper & Co\u00a0– Yuzu'],
    ['01-05-DD-Juniper & Co-Yuzu (123456789012)  - 01.05 Digital Setup', 'Juniper & Co\u00a0– Yuzu'],
    ['01.05-LKD-FSK-Cold Brew-9AM (123456789012)  - V2 - Freeosk', 'Cold Brew, 9AM'],
    ['01.05-LKD-FSK-Cold Brew-12PM (123456789012)  - V2 - Freeosk', 'Cold Brew, 12PM'],
    ['01-05 8HR-ES1-JUICER-PRODUCTION-SPCLTY (123456789012)  - ES1', 'Juicer Production, 8 h'],
    ['01-05 10HR-ES1-JUICER-PRODUCTION (123456789012)  - ES1', 'Juicer Production, 10 h'],
    ['01-05 Juicer Survey (123456789012)  - V2.9 Juicer Production Survey', 'Juicer Survey'],
    ['Inventory', 'Inventory'],
    // What looks like a number or a type elsewhere in a name stays.
    ['Alderbrook (12345)-Oats', 'Alderbrook (12345)\u00a0– Oats'],
    ['A (123456) B', 'A (123456) B'],
    ['X 610123-Oats', 'X 610123\u00a0– Oats'],
    ['X 01.05-Oats', 'X 01.05\u00a0– Oats'],
    ['Oats 5PM-9AM extra', 'Oats 5PM\u00a0– 9AM extra'],
    ['A 8HR-ES1-JUICER-PRODUCTION', 'A 8HR\u00a0– ES1-JUICER-PRODUCTION'],
    ['-Oats', '-Oats'],
    ['8HR-ES1-JUICER-PRODUCTIONS', '8HR\u00a0– ES1-JUICER-PRODUCTIONS'],
    ['A-B-C', 'A\u00a0– B-C'],
  ])('%s is %s', (name, title) => {
    expect(eventTitle(name)).toBe(title);
  });

  it('is the whole name where nothing else is left of it', () => {
    expect(eventTitle('610123-(123456789012) - V2-CORE')).toBe('610123-(123456789012) - V2-CORE');
  });

  it('has a work in common over weeks and types', () => {
    expect(workName('610123-Alderbrook-Oats (123456789012)  - V2-CORE')).toBe('Alderbrook-Oats');
    expect(workName('710999-Alderbrook-Oats (999956789012)  - V2-Supervisor')).toBe('Alderbrook-Oats');
    expect(workName('  Alderbrook-Oats ')).toBe('Alderbrook-Oats');
  });
});

describe('spellings of a type', () => {
  it.each<[string, EventType]>([
    ['- V2-CORE', 'Core'],
    ['X - V2--  CORE', 'Core'],
    ['X -  CORE  ', 'Core'],
    ['X - Y V2-CORE', 'Other'],
    ['X - V2-CORE 2', 'Other'],
    ['X - Juicer  Survey', 'Juicer Survey'],
    ['X - Juicer--Survey', 'Juicer Survey'],
    ['X - Juicer Production & Survey', 'Juicer Production'],
    ['X - Juicer-Production--Survey', 'Juicer Survey'],
    ['X - Juicer  Production', 'Juicer Production'],
    ['X - Juicer-Production', 'Juicer Production'],
    ['X - Juicer and Production', 'Other'],
    ['X - Digital  Setup', 'Digital Setup'],
    ['X - Digital-Refresh', 'Digital Refresh'],
    ['X - Digitally Setup', 'Other'],
    ['Freeosk - Vendor Performed', 'Other'],
    ['Freeosk - Not Vendor Performed', 'Freeosk'],
    ['Freeosk - Vendor Performed Twice', 'Freeosk'],
    ['a word supervisor', 'Other'],
    ['XCore', 'Other'],
    ['X - Juicer--Production', 'Juicer Production'],
    ['X - Digital--Setup', 'Digital Setup'],
  ])('%s is %s', (name, type) => {
    expect(detectEventType(name)).toBe(type);
  });

  it('numbers stand at the beginning', () => {
    expect(eventNumber('610123-A')).toBe('610123');
    expect(eventNumber('A 610123-B')).toBeNull();
    expect(eventNumber('9610123-B')).toBeNull();
  });

  it('minutes by name belong to their own type', () => {
    expect(defaultDurationMinutes('Other', '01-05 8HR-ES1')).toBe(60);
    expect(defaultDurationMinutes('Other', 'Troubleshooting')).toBe(60);
    expect(defaultDurationMinutes('Other', '01.05-LKD-FSK-CO-Brew')).toBe(60);
    expect(defaultDurationMinutes('Core', 'X - Vendor Performed')).toBe(390);
    expect(defaultDurationMinutes('Core', '01.05-LKD-FSK-CO-Brew')).toBe(390);
    expect(defaultDurationMinutes('Core', 'Troubleshooting')).toBe(390);
    expect(defaultDurationMinutes('Core', '8HR')).toBe(390);
    expect(defaultDurationMinutes('Other', 'Vendor Performed later')).toBe(60);
    expect(defaultDurationMinutes('Freeosk', '  01.05-LKD-FSK-CO-Brew')).toBe(60);
    expect(defaultDurationMinutes('Freeosk', 'X 01.05-LKD-FSK-CO-Brew')).toBe(15);
  });

  it('starts of all types are those of the store, otherwise the usual ones', () => {
    expect(allSlots()).toEqual(DEFAULT_SLOTS);
    expect(allSlots({ Core: ['09:00'] })).toEqual({ ...DEFAULT_SLOTS, Core: ['09:00'] });
  });

  it('the parts of a key do not run together', () => {
    expect(eventMatchKey({ name: '610123-A - V2-CORE', startsOn: '2027-03-01', dueOn: '2027-03-09' })).toBe(
      '610123|Core|2027-03-01|2027-03-09',
    );
  });
});

describe('eventMatchKey', () => {
  const event = {
    name: '610123-Alderbrook-Oat Clusters (123456789012)  - V2-CORE',
    startsOn: '2027-03-01',
    dueOn: '2027-03-09',
  };
  it('is one for the same number, type and window, however the rest of the name is written', () => {
    expect(eventMatchKey({ ...event, name: '610123-ALDERBROOK (123456789012) - V2-CORE' })).toBe(
      eventMatchKey(event),
    );
  });
  it('differs with number, type or window', () => {
    const others = [
      { ...event, name: event.name.replace('610123', '610124') },
      { ...event, name: event.name.replace('CORE', 'Supervisor') },
      { ...event, startsOn: '2027-03-02' },
      { ...event, dueOn: '2027-03-10' },
    ];
    expect(new Set([event, ...others].map(eventMatchKey)).size).toBe(5);
  });
  it('uses the name, case and spacing apart, where there is no number', () => {
    const name = '01.05-DD-Juniper & Co-Yuzu (123456789012)  - 01.05 Digital Setup';
    const key = (text: string) => eventMatchKey({ ...event, name: text });
    expect(key(name.toUpperCase().replace('  ', ' '))).toBe(key(name));
    expect(key(name.replace('Yuzu', 'Soup'))).not.toBe(key(name));
  });
});

describe('byUrgency', () => {
  it('sorts by due day, then Juicer, Setup, Refresh, Freeosk, Teardown, Core, Supervisor, Other', () => {
    const sorted = EVENT_TYPES.map((type) => ({ type, name: 'x', dueOn: '2027-03-05' })).sort(byUrgency);
    expect(sorted.map((event) => event.type)).toEqual([
      'Juicer Production',
      'Juicer Survey',
      'Digital Setup',
      'Digital Refresh',
      'Freeosk',
      'Digital Teardown',
      'Core',
      'Supervisor',
      'Other',
    ]);
    const dueFirst = { type: 'Other' as const, name: 'x', dueOn: '2027-03-04' };
    expect([...sorted, dueFirst].sort(byUrgency)[0]).toBe(dueFirst);
  });
  it('goes by the name among events of one type that are due on the same day', () => {
    const named = ['b', 'a', 'c', 'B'].map((name) => ({ type: 'Core' as const, name, dueOn: '2027-03-04' }));
    expect(named.sort(byUrgency).map(({ name }) => name)).toEqual(['B', 'a', 'b', 'c']);
  });
  it('is a total order: any shuffling sorts to the same list', () => {
    const event = fc.record({
      type: fc.constantFrom(...EVENT_TYPES),
      name: fc.constantFrom('a', 'b', 'c'),
      dueOn: fc.constantFrom('2027-03-04', '2027-03-05'),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        expect([...events].reverse().sort(byUrgency)).toEqual([...events].sort(byUrgency));
      }),
    );
  });
});
