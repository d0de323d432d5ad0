import { describe, expect, it } from 'vitest';
import { detectEventType } from './event-type.ts';
import { linesToApprove, noonOf, supervisorEventFor, supervisorPlan } from './pairing.ts';
import { type EventFacts, type PersonFacts, type PlannedWork, type StoreRules, usualRules } from './rules.ts';
import { addMinutes, instantAt, timeOf } from './time.ts';

const timeZone = 'America/Chicago';
const store = usualRules(timeZone);
const day = '2027-03-10';
let nextId = 1;
const event = (name: string, startsOn = '2027-03-08', dueOn = '2027-03-16'): EventFacts => ({
  id: nextId++,
  type: detectEventType(name),
  name,
  startsOn,
  dueOn,
  condition: 'Unstaffed',
  durationMinutes: 5,
  scheduled: false,
});
const core = event('610123-Alderbrook-Oat Clusters (123456789012)  - V2-CORE');

describe('supervisorEventFor', () => {
  it.each([
    '610123-Alderbrook-Oat Clusters (123456789013)  - V2-Supervisor',
    '610123-Alderbrook-Oat Clusters (123456789013) - V2-Supervisor',
    '610123-ALDERBROOK-SOMETHING ELSE (123456789013)  - V2-SUPER',
  ])('finds %s', (name) => {
    const pair = event(name);
    const others = [
      event('610124-Alderbrook-Naan (1)  - V2-Supervisor'),
      core,
      event('610123-VP-X (1)  - Vendor Performed'),
    ];
    expect(supervisorEventFor(core, [...others, pair])).toBe(pair);
    expect(supervisorEventFor(core, others)).toBeUndefined();
  });
  it('takes none whose window only touches the Core’s, and one that shares but one day', () => {
    const name = '610123-Alderbrook-Oat Clusters (123456789013)  - V2-Supervisor';
    expect(supervisorEventFor(core, [event(name, '2027-03-01', '2027-03-08')])).toBeUndefined();
    const before = event(name, '2027-03-01', '2027-03-09');
    expect(supervisorEventFor(core, [before])).toBe(before);
    const sameStart = event(name, '2027-03-08', '2027-03-12');
    const sameEnd = event(name, '2027-03-10', '2027-03-16');
    const same = event(name);
    expect(supervisorEventFor(core, [sameStart, sameEnd, same])).toBe(same);
    expect(supervisorEventFor(core, [before, sameStart])).toBe(before);
  });
  it('prefers the same window and never takes one that lies apart', () => {
    const name = '610123-Alderbrook-Oat Clusters (123456789013)  - V2-Supervisor';
    const later = event(name, '2027-03-12', '2027-03-20');
    const same = event(name);
    const apart = event(name, '2027-03-16', '2027-03-24');
    expect(supervisorEventFor(core, [later, same, apart])).toBe(same);
    expect(supervisorEventFor(core, [apart])).toBeUndefined();
  });
  it('belongs to a Core with a number alone', () => {
    const pair = event('610123-A (1)  - V2-Supervisor');
    expect(supervisorEventFor(event('610123-A (1)  - Product Check'), [pair])).toBeUndefined();
    expect(supervisorEventFor(event('A (1)  - V2-CORE'), [event('A (1)  - V2-Supervisor')])).toBeUndefined();
  });
});

describe('supervisorPlan', () => {
  const supervisorEvent = event('610123-Alderbrook-Oat Clusters (123456789013)  - V2-Supervisor');
  const person = (id: number, role: PersonFacts['role'], more: Partial<PersonFacts> = {}): PersonFacts => ({
    id,
    name: `Person ${id}`,
    role,
    repId: String(200_000 + id),
    terminatedOn: null,
    pattern: null,
    ranges: [],
    dates: [],
    timeOff: [],
    ...more,
  });
  const coreOf = (employeeId: number, workDate = day): PlannedWork => {
    const startsAt = instantAt(workDate, '10:45', timeZone);
    const endsAt = addMinutes(startsAt, 390);
    return {
      scheduleId: 50 + employeeId,
      eventId: 60 + employeeId,
      employeeId,
      type: 'Core',
      startsAt,
      endsAt,
      workDate,
    };
  };
  const club = person(1, 'Club Supervisor');
  const off = { timeOff: [{ startsOn: day, endsOn: day, reason: null }] };
  const plan = (
    people: PersonFacts[],
    planned: PlannedWork[],
    employeeId = 9,
    noonCheckBy: StoreRules['noonCheckBy'] = 'lead_with_core',
  ) =>
    supervisorPlan({
      supervisorEvent,
      core: { employeeId, workDate: day },
      people,
      planned,
      holidays: [],
      store: { ...store, noonCheckBy },
    });

  it("is at noon store time on the Core's day, on both sides of a clock change", () => {
    expect(plan([club], []).startsAt).toBe('2027-03-10T18:00:00.000Z');
    const inSummer = supervisorPlan({
      supervisorEvent,
      core: { employeeId: 9, workDate: '2027-03-15' },
      people: [club],
      planned: [],
      holidays: [],
      store,
    });
    expect(inSummer.startsAt).toBe('2027-03-15T17:00:00.000Z');
    expect(timeOf(inSummer.startsAt, timeZone)).toBe('12:00');
  });
  const leads = [2, 3, 4].map((id) => person(id, 'Lead Event Specialist')) as [
    PersonFacts,
    PersonFacts,
    PersonFacts,
  ];
  it('is done by a Lead who has a Core that day, first the one who does this Core', () => {
    const [idle, other, own] = leads;
    expect(plan([club, idle, other], [coreOf(3), coreOf(2, '2027-03-11')]).person).toBe(other);
    expect(plan([club, idle, other, own], [coreOf(3), coreOf(4)], 4).person).toBe(own);
  });
  it('is done by the one who does this Core although only the place is known, not yet the work', () => {
    const [, , own] = leads;
    expect(plan([club, own], [], 4).person).toBe(own);
  });
  it('is not done by a Lead with other work than a Core, nor by somebody else with a Core', () => {
    const [idle] = leads;
    const check = { ...coreOf(2), type: 'Digital Setup' as const };
    expect(plan([idle, club], [check]).person).toBe(club);
    expect(plan([person(3, 'Event Specialist'), club], [coreOf(3)], 3).person).toBe(club);
  });
  it('is asked of the Lead of this Core first, wherever they stand', () => {
    const [, other, own] = leads;
    expect(plan([own, other], [coreOf(3), coreOf(4)], 4).person).toBe(own);
    expect(plan([other, own], [coreOf(3), coreOf(4)], 4).person).toBe(own);
  });
  it('else by the Club Supervisor', () => {
    const lead = person(2, 'Lead Event Specialist', off);
    expect(plan([lead, club], [coreOf(2)]).person).toBe(club);
    expect(plan([leads[0], club], []).person).toBe(club);
  });
  it('is done the other way round where the store set so', () => {
    const away = person(1, 'Club Supervisor', off);
    const [idle, other, own] = leads;
    expect(plan([other, club], [coreOf(3)], 3, 'club_supervisor').person).toBe(club);
    expect(plan([away, idle, other], [coreOf(3)], 9, 'club_supervisor').person).toBe(other);
    expect(plan([away, idle, other, own], [coreOf(3), coreOf(4)], 4, 'club_supervisor').person).toBe(own);
  });
  it('else by nobody: it stays open', () => {
    const away = person(1, 'Club Supervisor', off);
    const lead = person(2, 'Lead Event Specialist');
    const specialist = person(3, 'Event Specialist');
    expect(plan([away, lead, specialist], [coreOf(3)], 3).person).toBeNull();
    expect(plan([away, person(2, 'Lead Event Specialist', off)], [coreOf(2)]).person).toBeNull();
  });
});

describe('linesToApprove', () => {
  const core = { eventId: 1, coreEventId: null, state: 'proposed', ticked: true };
  const check = { eventId: 2, coreEventId: 1, state: 'proposed', ticked: true };
  const approved = (...lines: (typeof core | typeof check)[]) =>
    linesToApprove(lines, ({ ticked }) => ticked).map(({ eventId }) => eventId);

  it('are those that are chosen and not saved', () => {
    const lines = [core, { ...core, eventId: 3, ticked: false }, { ...core, eventId: 4, state: 'saved' }];
    expect(approved(...lines)).toEqual([1]);
  });

  it('take the noon check of a chosen Core along only if it is ticked', () => {
    const first = ({ eventId }: typeof core | typeof check) => eventId === 1;
    const chosenWith = (its: typeof check) =>
      linesToApprove([core, its], first).map(({ eventId }) => eventId);
    expect(chosenWith(check)).toEqual([1, 2]);
    expect(chosenWith({ ...check, state: 'refused' })).toEqual([1, 2]);
    expect(chosenWith({ ...check, ticked: false })).toEqual([1]);
    expect(chosenWith({ ...check, state: 'saved' })).toEqual([1]);
  });

  it('go along with their own Core only', () => {
    const other = { eventId: 3, coreEventId: null, state: 'proposed', ticked: true };
    const ofOther = { ...check, coreEventId: 3 };
    const chosen = linesToApprove([core, other, check, ofOther], ({ eventId }) => eventId === 1);
    expect(chosen).toEqual([core, check]);
  });

  it.each([
    ['chosen with it', core, [1, 2]],
    ['saved', { ...core, state: 'saved' }, [2]],
    ['without a line, because it was scheduled before', { ...core, eventId: 9, ticked: false }, [2]],
    ['not chosen', { ...core, ticked: false }, []],
  ])('leave a noon check only where its Core has a line that waits: %s', (_, its, expected) => {
    expect(approved(its, check)).toEqual(expected);
  });
});

it('noon checks are at the first usual start that the store sets, at noon where it sets none', () => {
  expect([noonOf({}), noonOf({ Supervisor: ['13:00', '12:30'] }), noonOf({ Supervisor: [] })]).toEqual([
    '12:00',
    '13:00',
    '12:00',
  ]);
});
