import {
  type BookingId,
  bookingId,
  type EmployeeNumber,
  employeeNumber,
  type MplanId,
  mplanId,
  type RepId,
  repId,
  type StoreId,
  storeId,
} from '@scheduler/crossmark';
import { seededRandom } from '@scheduler/runtime/random';
import {
  addDays,
  addMinutes,
  type Condition,
  DEFAULT_SLOTS,
  defaultDurationMinutes,
  detectEventType,
  type EventType,
  evaluate,
  eventNumber,
  type Instant,
  instantAt,
  type PersonFacts,
  type PlannedWork,
  type Role,
  usualRules,
  type WorkDate,
} from '@scheduler/scheduling';

/** A club as it looks on a given day: what our database and Crossmark both hold. Plain data. */
export interface DemoScenario {
  store: { crossmarkStoreId: StoreId; number: string; name: string; timeZone: string };
  people: DemoPerson[];
  /** Reps whom Crossmark lists but who don't work in this club. */
  otherReps: { repId: RepId; employeeNumber: EmployeeNumber; name: string }[];
  events: DemoEvent[];
  holiday: { day: WorkDate; name: string };
}

export interface DemoPerson {
  name: string;
  role: Role;
  employeeNumber: EmployeeNumber;
  repId: RepId;
  email: string;
  phone: string;
  adultBeverageTrained: boolean;
  /** Sunday first; null is every day. */
  pattern: boolean[] | null;
  timeOff: { startsOn: WorkDate; endsOn: WorkDate; reason: string }[];
}

export interface DemoEvent {
  mplanId: MplanId;
  name: string;
  eventNumber: string | null;
  type: EventType;
  startsOn: WorkDate;
  dueOn: WorkDate;
  durationMinutes: number;
  condition: Condition;
  /** On Crossmark's host. */
  instructionsUrl: string | null;
  booking: {
    bookingId: BookingId;
    employeeNumber: EmployeeNumber;
    startsAt: Instant;
    endsAt: Instant;
  } | null;
}

const TIME_ZONE = 'America/Indiana/Indianapolis';

/**
 * Invented people in the proportions of a real club: one supervisor, three leads, two baristas,
 * seven specialists.
 */
const PEOPLE: [name: string, role: Role][] = [
  ['Marguerite Oduya', 'Club Supervisor'],
  ['Tobias Renner', 'Lead Event Specialist'],
  ['Priya Castellan', 'Lead Event Specialist'],
  ['Desmond Whitlock', 'Lead Event Specialist'],
  ['Yuki Baptiste', 'Juicer Barista'],
  ['Corrine Ashgrove', 'Juicer Barista'],
  ['Alma Fairweather', 'Event Specialist'],
  ['Benedikt Osei', 'Event Specialist'],
  ['Lourdes Pemberton', 'Event Specialist'],
  ['Silas Nakagawa', 'Event Specialist'],
  ['Wilhelmina Duarte', 'Event Specialist'],
  ['Ezra Holloway', 'Event Specialist'],
  ['Imani Kowalczyk', 'Event Specialist'],
];
const OTHER_REPS = [
  'Gideon Fairbanks',
  'Paloma Vries',
  'Oren Stallworth',
  'Thea Magnussen',
  'Rufus Adeyemi',
  'Nell Carrow',
];

const CLIENTS = [
  'Alderbrook',
  'Pinehollow',
  'Brightwater',
  'Juniper & Co',
  "O'Malley's",
  'Harvest Lane',
  'Northfold',
  'Saltmarsh',
];
const PRODUCTS = [
  'Oat Clusters',
  'Smoked Gouda Slices',
  'Sparkling Yuzu Water',
  'Hardcore Cider Mustard',
  'Chili Lime Cashews',
  'Greek Yogurt Bites',
  'Wild Blueberry Spread',
  'Teriyaki Beef Strips',
  'Kettle Popcorn',
  'Roasted Red Pepper Soup',
  'Digital Scale Pro',
  'Almond Protein Bars',
  'Cold Brew Concentrate',
  'Garlic Naan',
  'Lemon Sorbet Cups',
  'Three Bean Salad',
];

/**
 * Returns the demo club around `today` (the store's local day): 13 people and 150 events from a
 * week ago to four weeks ahead, with the types of a real club; the nearest ones are booked as a
 * dispatcher would book them. The same `today` gives the same club.
 */
export function demoScenario(today: WorkDate): DemoScenario {
  const next = seededRandom(20_260_105);
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const workOrder = () => String(int(100_000_000, 999_999_999)) + String(int(100, 999));

  // Two people who study: no weekdays for one, no Sundays for the other.
  const patterns = new Map([
    [9, [true, true, false, true, false, true, true]],
    [11, [false, true, true, true, true, true, true]],
  ]);
  const timeOff = new Map([
    [7, [{ startsOn: addDays(today, 2), endsOn: addDays(today, 4), reason: 'Family visit' }]],
    [2, [{ startsOn: addDays(today, 9), endsOn: addDays(today, 13), reason: 'Vacation' }]],
  ]);
  const people: DemoPerson[] = PEOPLE.map(([name, role], index) => ({
    name,
    role,
    employeeNumber: employeeNumber(`US${900_001 + index}`),
    repId: repId(201_101 + index * 7),
    email: `${name.toLowerCase().replace(' ', '.')}@demo.test`,
    phone: `317-555-01${String(index + 10)}`,
    adultBeverageTrained: index % 3 === 0,
    pattern: patterns.get(index) ?? null,
    timeOff: timeOff.get(index) ?? [],
  }));

  const drafts: Pick<DemoEvent, 'name' | 'startsOn' | 'dueOn'>[] = [];
  const add = (name: string, startsIn: number, windowDays: number) =>
    drafts.push({ name, startsOn: addDays(today, startsIn), dueOn: addDays(today, startsIn + windowDays) });
  const longName = () => `${pick(CLIENTS)}-${pick(PRODUCTS)}`;

  // Windows of 1, 8, 13 and 14 days, as real ones are. Work that was due before today is long
  // reported.
  for (let n = 0; n < 58; n++) {
    const number = 610_100 + n * 13;
    const title = `${number}-${longName()}`;
    const startsIn = -6 + Math.floor((n / 58) * 32);
    const windowDays = pick([8, 8, 13, 14]);
    add(`${title} (${workOrder()})  - V2-CORE`, startsIn, windowDays);
    if (n % 3 === 0) add(`${title} (${workOrder()})  - V2-Supervisor`, startsIn, windowDays);
  }
  const day = (offset: number) => addDays(today, offset).slice(5).replace('-', '.');
  for (let n = 0; n < 29; n++) {
    const startsIn = -3 + n;
    const [kind, windowDays] = pick([
      ['Digital Setup', 1],
      ['Digital Refresh', 8],
      ['Digital Teardown', 1],
      ['Digital Refresh', 1],
    ] as const);
    add(
      `${day(startsIn)}-DD-${longName()} (${workOrder()})  - ${day(startsIn)} ${kind}`,
      startsIn,
      windowDays,
    );
  }
  for (let n = 0; n < 16; n++) {
    const startsIn = -4 + n * 2;
    const hours = n % 4 === 3 ? '9HR' : '8HR';
    const shortDay = day(startsIn).replace('.', '-');
    add(`${shortDay} ${hours}-ES1-JUICER-PRODUCTION-SPCLTY (${workOrder()})  - ES1`, startsIn, 1);
    if (n % 2 === 0)
      add(`${shortDay} Juicer Survey (${workOrder()})  - V2.${n % 10} Juicer Production Survey`, startsIn, 1);
  }
  for (let n = 0; n < 6; n++) {
    const startsIn = -2 + n * 5;
    add(
      n % 3 === 2
        ? `Wk${10 + n}-${pick(PRODUCTS)} (${workOrder()})  - V1.${n} Freeosk Troubleshooting`
        : `${day(startsIn)}-LKD-FSK-${pick(PRODUCTS)}-9AM (${workOrder()})  - V2 - Freeosk`,
      startsIn,
      n % 3 === 2 ? 8 : 1,
    );
  }
  for (let n = 0; n < 13; n++) {
    const startsIn = -3 + n * 2;
    add(
      n % 2 === 0
        ? `${630_200 + n * 7}-VP-${longName()} (${workOrder()})  - Vendor Performed`
        : `${630_200 + n * 7}-${longName()} (${workOrder()})  - Product Check`,
      startsIn,
      pick([8, 13]),
    );
  }

  const events: DemoEvent[] = drafts
    .sort((a, b) => a.startsOn.localeCompare(b.startsOn))
    .map((draft, index) => {
      const type = detectEventType(draft.name);
      return {
        ...draft,
        mplanId: mplanId(41_300_100 + index * 17),
        eventNumber: eventNumber(draft.name),
        type,
        durationMinutes: defaultDurationMinutes(type, draft.name),
        condition: 'Unstaffed',
        instructionsUrl: index % 4 === 0 ? null : `/salestools/${41_300_100 + index * 17}.pdf`,
        booking: null,
      };
    });
  const holiday = { day: addDays(today, 24), name: 'Inventory day (club closed)' };
  book(events, people, today, holiday, next);

  return {
    store: {
      crossmarkStoreId: storeId(612_345),
      number: '8135',
      name: 'Maple Grove Club',
      timeZone: TIME_ZONE,
    },
    people,
    otherReps: OTHER_REPS.map((name, index) => ({
      name,
      repId: repId(205_011 + index * 3),
      employeeNumber: employeeNumber(`US${910_001 + index}`),
    })),
    events,
    holiday,
  };
}

/**
 * Books what a dispatcher would have booked by `today`: almost all of this week and a part of the
 * next one, without breaking a rule.
 */
function book(
  events: DemoEvent[],
  people: DemoPerson[],
  today: WorkDate,
  holiday: DemoScenario['holiday'],
  next: () => number,
): void {
  const planned: PlannedWork[] = [];
  const facts: PersonFacts[] = people.map((person, index) => ({
    id: index,
    name: person.name,
    role: person.role,
    repId: person.repId,
    terminatedOn: null,
    pattern: person.pattern,
    ranges: [],
    dates: [],
    timeOff: person.timeOff,
  }));
  events.forEach((event, eventIndex) => {
    const soon = event.startsOn <= addDays(today, 2);
    const later = event.startsOn <= addDays(today, 8) && next() < 0.35;
    if (!soon && !later) return;
    const firstFacts = facts.map((person) => ({
      person,
      load: planned.filter((w) => w.employeeId === person.id).length,
    }));
    const byLoad = firstFacts.sort((a, b) => a.load - b.load).map(({ person }) => person);
    for (let day = event.startsOn; day < event.dueOn; day = addDays(day, 1)) {
      const slots = DEFAULT_SLOTS[event.type];
      const rotated = [
        ...slots.slice(eventIndex % slots.length),
        ...slots.slice(0, eventIndex % slots.length),
      ];
      for (const slot of rotated) {
        const startsAt = instantAt(day, slot, TIME_ZONE);
        const person = byLoad.find(
          (candidate) =>
            evaluate({
              event: { ...event, id: eventIndex, scheduled: false },
              person: candidate,
              startsAt,
              store: usualRules(TIME_ZONE),
              planned,
              holidays: [{ ...holiday, yearly: false }],
            }).length === 0,
        );
        const who = person && people[person.id];
        if (!person || !who) continue;
        const endsAt = addMinutes(startsAt, event.durationMinutes);
        planned.push({
          scheduleId: eventIndex,
          eventId: eventIndex,
          employeeId: person.id,
          type: event.type,
          startsAt,
          endsAt,
          workDate: day,
        });
        event.booking = {
          bookingId: bookingId(52_600_100 + eventIndex * 11),
          employeeNumber: who.employeeNumber,
          startsAt,
          endsAt,
        };
        // All work before yesterday has been reported.
        event.condition = day < addDays(today, -1) ? 'Submitted' : 'Scheduled';
        return;
      }
    }
  });
}
