import { cleanText } from '@scheduler/runtime';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  empty,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { expectValid, read } from '../../test/rfc.ts';
import { writeCalendar } from './calendar.ts';
import type { Calendar, CalendarEntry } from './types.ts';

const ZONE = 'America/Indiana/Indianapolis';

function calendar(entries: Partial<CalendarEntry>[]): Calendar {
  return {
    name: 'Zoë Example; “Lead”, Maple Grove, Club',
    timeZone: ZONE,
    entries: entries.map((entry, index) => ({
      uid: `event-${index + 1}-person-1@crossmark-scheduler`,
      store: { name: 'Maple Grove, Club', number: '8135' },
      timeZone: ZONE,
      sequence: 1,
      state: 'confirmed',
      person: null,
      eventName:
        '612345-Acme; Söhne, Ltd-Oat Bars, a name that goes on and on for more than a line (260105123456)  - V2-CORE',
      type: 'Core',
      startsAt: '2026-03-08T14:45:00.000Z',
      endsAt: '2026-03-08T21:15:00.000Z',
      changedAt: '2026-03-01T12:00:00.000Z',
      instructionsUrl: null,
      ...entry,
    })),
  };
}

const KINDS = ['file', 'feed'] as const;
const statusOf = (event: ICAL.Event) => event.component.getFirstPropertyValue('status');

describe.each(KINDS)('a calendar written as a %s', (kind) => {
  const write = (entries: Partial<CalendarEntry>[]) => {
    const text = writeCalendar(calendar(entries), { kind });
    expectValid(text);
    return text;
  };

  test('holds the instants of both sides of both clock changes', () => {
    // 10:45 in Indianapolis on the Saturdays before and the Sundays of both changes of 2026.
    const starts = [
      '2026-03-07T15:45:00.000Z',
      '2026-03-08T14:45:00.000Z',
      '2026-10-31T14:45:00.000Z',
      '2026-11-01T15:45:00.000Z',
    ];
    const ends = starts.map((startsAt) => startsAt.replace(':45', ':50'));
    const events = read(write(starts.map((startsAt, index) => ({ startsAt, endsAt: ends[index] ?? '' }))));
    expect(events.map((event) => event.startDate.toJSDate().toISOString())).toEqual(starts);
    expect(events.map((event) => event.endDate.toJSDate().toISOString())).toEqual(ends);
    for (const event of events) {
      expect(event.startDate.toString()).toMatch(/T10:45:00$/);
      expect(event.startDate.zone?.tzid).toBe(ZONE);
      expect(event.description).toContain('10:45 AM');
    }
  });

  test('has a time that clocks show twice as an instant', () => {
    // 1:30 AM on November 1 comes at 5:30 and at 6:30 UTC.
    const starts = ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'];
    const endsAt = '2026-11-01T12:00:00.000Z';
    const events = read(write(starts.map((startsAt) => ({ startsAt, endsAt }))));
    expect(events.map((event) => event.startDate.toJSDate().toISOString())).toEqual(starts);
    expect(events.map((event) => event.endDate.toJSDate().toISOString())).toEqual([endsAt, endsAt]);
  });

  test('says of each entry whether it stands, waits for Crossmark or is cancelled', () => {
    const states = ['confirmed', 'tentative', 'unsettled', 'cancelled'] as const;
    const events = read(write(states.map((state) => ({ state }))));
    expect(events.map(statusOf)).toEqual(['CONFIRMED', 'TENTATIVE', 'TENTATIVE', 'CANCELLED']);
    expect(events.map((event) => /Not in|Not settled|is cancelled/.exec(event.description)?.[0])).toEqual([
      ...[undefined, 'Not in', 'Not settled', 'is cancelled'],
    ]);
    // Some calendars show a cancelled entry like any other, and as time that is taken.
    expect(events.map((event) => event.summary.startsWith('Cancelled: '))).toEqual([
      ...[false, false, false, true],
    ]);
    expect(events.map((event) => event.component.getFirstPropertyValue('transp'))).toEqual([
      ...['OPAQUE', 'OPAQUE', 'OPAQUE', 'TRANSPARENT'],
    ]);
  });

  test('keeps to RFC 5545: CRLF, folded at 75 octets, escaped, stable UIDs that count changes', () => {
    const text = write([{ sequence: 2, instructionsUrl: 'https://instructions.test/1.pdf' }]);
    const [event] = read(text);
    expect(event?.uid).toBe('event-1-person-1@crossmark-scheduler');
    expect(event?.sequence).toBe(2);
    expect(event?.location).toBe('Maple Grove, Club (store 8135)');
    expect(event?.summary).toBe(
      'Core: 612345-Acme; Söhne, Ltd-Oat Bars, a name that goes on and on for more than a line',
    );
    expect(event?.description).toContain('Instructions: https://instructions.test/1.pdf');
    const last = event?.component.getFirstPropertyValue('last-modified') as ICAL.Time;
    expect(last.toJSDate().toISOString()).toBe('2026-03-01T12:00:00.000Z');
  });

  test('has each entry at its own store, in its zone, and no place where none may be told', () => {
    const startsAt = '2026-07-06T15:00:00.000Z';
    const endsAt = '2026-07-06T16:00:00.000Z';
    const guest = { store: { name: 'Far Club', number: '9000' }, timeZone: 'America/Los_Angeles' };
    const text = write([
      { startsAt, endsAt },
      { startsAt, endsAt, ...guest },
      { startsAt, endsAt, store: null },
    ]);
    expect(text.match(/^TZID:.*$/gm)).toEqual([`TZID:${ZONE}`, 'TZID:America/Los_Angeles']);
    const told = read(text).map((event) => ({
      location: event.location || null,
      zone: event.startDate.zone?.tzid,
      at: event.startDate.toString().slice(11, 16),
      instant: event.startDate.toJSDate().toISOString(),
      says: event.description.split('\n').find((line) => line.startsWith('Mon Jul 6')),
    }));
    expect(told).toEqual([
      {
        location: 'Maple Grove, Club (store 8135)',
        zone: ZONE,
        at: '11:00',
        instant: startsAt,
        says: `Mon Jul 6, 11:00 AM to 12:00 PM, store time (${ZONE})`,
      },
      {
        location: 'Far Club (store 9000)',
        zone: 'America/Los_Angeles',
        at: '08:00',
        instant: startsAt,
        says: 'Mon Jul 6, 8:00 AM to 9:00 AM, store time (America/Los_Angeles)',
      },
      {
        location: null,
        zone: ZONE,
        at: '11:00',
        instant: startsAt,
        says: `Mon Jul 6, 11:00 AM to 12:00 PM, time of ${ZONE}`,
      },
    ]);
  });

  test('is valid without entries', () => {
    expect(read(write([]))).toEqual([]);
  });
});

test('a feed is the same text until its calendar changes, and says how often to read it', () => {
  const feed = () => writeCalendar(calendar([{}]), { kind: 'feed' });
  expect(feed()).toBe(feed());
  expect(feed()).toContain('\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n');
  expect(feed()).toContain('\r\nDTSTAMP:20260301T120000Z\r\n');
  expect(feed()).not.toContain('METHOD');
  const moved = writeCalendar(calendar([{ state: 'tentative' }]), { kind: 'feed' });
  expect(moved).not.toBe(feed());
});

test('a calendar of several people says who does each event', () => {
  const [event] = read(writeCalendar(calendar([{ person: 'Ada Example' }]), { kind: 'feed' }));
  expect(event?.summary).toMatch(/^Ada Example, Core: 612345/);
});

/** Parts of texts that would end a line, a value or the event. */
const HOSTILE = [
  ...['\r\n', '\n', '\r', '\u2028', '\u2029', '\u0085', '\u000b', '\u0000', '\u001b', '\ud800', '\ufeff'],
  ...[';', ',', ':', '\\', '\\n', '\\N', '"', '^n', '=', ' ', '\t', 'é', '🍎'],
  ...['END:VEVENT', 'BEGIN:VEVENT', 'ATTENDEE:mailto:a@evil.example', 'URL:javascript:1', 'x'.repeat(80)],
];

test('no field of any text ends a line, a value or an event: each is read back as one clean line', () => {
  const text = fc
    .array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 8 })
    .map((parts) => `a${parts.join('')}z`);
  const fields = fc.record({
    called: text,
    person: text,
    store: text,
    number: text,
    event: text,
    type: text,
    link: text,
    kind: fc.constantFrom(...KINDS),
  });
  fc.assert(
    fc.property(fields, ({ called, person, store, number, event, type, link, kind }) => {
      const place = { store: { name: store, number } };
      const work = { person, eventName: event, type: type as 'Core', instructionsUrl: link, ...place };
      const hostile = calendar([work]);
      hostile.name = called;
      const file = writeCalendar(hostile, { kind });
      expectValid(file);
      const parsed = new ICAL.Component(ICAL.parse(file));
      // TEXT by RFC 7986, which ical.js leaves escaped.
      const name = cleanText(called).replace(/[\\;,]/g, '\\$&');
      expect(propertiesOf(parsed)).toMatchObject({ version: '2.0', name, 'x-wr-calname': name });
      expect(parsed.getAllSubcomponents().map((each) => each.name)).toEqual(['vtimezone', 'vevent']);
      const only = parsed.getFirstSubcomponent('vevent') as ICAL.Component;
      expect(propertiesOf(only)).toMatchObject({
        uid: 'event-1-person-1@crossmark-scheduler',
        summary: `${cleanText(person)}, ${cleanText(type)}: ${cleanText(event)}`,
        location: `${cleanText(store)} (store ${cleanText(number)})`,
        description: expect.stringContaining(`\nInstructions: ${cleanText(link)}`),
      });
      expect(Object.keys(propertiesOf(only)).sort()).toEqual([
        ...['description', 'dtend', 'dtstamp', 'dtstart', 'last-modified', 'location'],
        ...['sequence', 'status', 'summary', 'transp', 'uid'],
      ]);
      for (const line of file.split('\r\n')) expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    }),
  );
});

const propertiesOf = (component: ICAL.Component) =>
  Object.fromEntries(
    component.getAllProperties().map((property) => [property.name, property.getFirstValue()]),
  );

const seen = ({ scheduleId, version }: { scheduleId: number; version: number }) => ({ scheduleId, version });

describe('its address', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  test('gives the week to whoever is signed in, and says in words why not', async () => {
    const { db } = server.database;
    await empty(server.database);
    const storeId = await addStore(db);
    const employeeId = await addPerson(db, { storeId, name: 'Ada Example' });
    const api = await server.as('dispatcher');
    const eventId = await addEvent(db, { storeId });
    await api.schedules.create.mutate({
      eventId,
      employeeId,
      startsAt: '2026-01-05T15:45:00.000Z',
    });
    const cookie = await server.cookieOf('viewer');
    const get = (path: string, headers: Record<string, string> = { cookie }) =>
      fetch(`${server.url}/api/people/${path}`, { headers });
    const answer = await get(`${employeeId}/week.ics?weekOf=2026-01-07`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="week-2026-01-04.ics"');
    expect(read(await answer.text()).map((event) => event.uid)).toEqual([
      `event-${eventId}-person-${employeeId}@crossmark-scheduler`,
    ]);
    const refusals = await Promise.all([
      get(`${employeeId}/week.ics`, {}),
      get(`${employeeId}/week.ics?weekOf=yesterday`),
      get('987654/week.ics'),
      get(`${employeeId}/week.ics?weekOf=2026-02-01`),
    ]);
    expect(refusals.map((refused) => refused.status)).toEqual([401, 400, 404, 404]);
    const said = await Promise.all(
      refusals.map(async (refused) => ((await refused.json()) as { message: string }).message),
    );
    expect(said[2]).toContain('no person 987654');
    expect(said[3]).toBe('Nothing was ever planned for Ada Example in the week of Sun Feb 1.');
  });

  test('follows work through moves, unscheduling, undo and other hands: one UID, a sequence that grows, cancelled at the end', async () => {
    const { db } = server.database;
    await empty(server.database);
    const storeId = await addStore(db);
    const ada = await addPerson(db, { storeId, name: 'Ada Example' });
    const bea = await addPerson(db, { storeId, name: 'Bea Example' });
    const eventId = await addEvent(db, { storeId });
    const api = await server.as('dispatcher');
    const cookie = await server.cookieOf('viewer');
    const entriesOf = async (employeeId: number, weekOf: string) => {
      const path = `people/${employeeId}/week.ics?weekOf=${weekOf}`;
      const answer = await fetch(`${server.url}/api/${path}`, { headers: { cookie } });
      expect(answer.status).toBe(200);
      return read(await answer.text()).map((event) => ({
        uid: event.uid,
        sequence: event.sequence,
        status: event.component.getFirstPropertyValue('status'),
        startsAt: event.startDate.toJSDate().toISOString(),
      }));
    };
    const MONDAY = '2026-01-05T15:45:00.000Z';
    const TUESDAY = '2026-01-06T15:45:00.000Z';
    const NEXT_WEEK = '2026-01-12T15:45:00.000Z';
    let last = 0;
    /** What Ada's file of the first week says after each change. */
    const expectAda = async (status: string, startsAt: string) => {
      const [entry, ...others] = await entriesOf(ada, '2026-01-05');
      expect(others).toEqual([]);
      expect(entry).toEqual({
        uid: `event-${eventId}-person-${ada}@crossmark-scheduler`,
        sequence: expect.any(Number),
        status,
        startsAt,
      });
      expect(entry?.sequence).toBeGreaterThan(last);
      last = entry?.sequence ?? 0;
    };

    let schedule = await api.schedules.create.mutate({ eventId, employeeId: ada, startsAt: MONDAY });
    await expectAda('CONFIRMED', MONDAY);
    schedule = await api.schedules.reschedule.mutate({ ...seen(schedule), startsAt: TUESDAY });
    await expectAda('CONFIRMED', TUESDAY);
    await api.schedules.unschedule.mutate(seen(schedule));
    await expectAda('CANCELLED', TUESDAY);
    // As undo does.
    schedule = await api.schedules.create.mutate({ eventId, employeeId: ada, startsAt: TUESDAY });
    await expectAda('CONFIRMED', TUESDAY);
    schedule = await api.schedules.reschedule.mutate({ ...seen(schedule), startsAt: NEXT_WEEK });
    await expectAda('CONFIRMED', NEXT_WEEK);
    schedule = await api.schedules.reschedule.mutate({ ...seen(schedule), startsAt: MONDAY });
    await expectAda('CONFIRMED', MONDAY);
    await api.schedules.changeEmployee.mutate({ ...seen(schedule), employeeId: bea });
    await expectAda('CANCELLED', MONDAY);
    expect(await entriesOf(bea, '2026-01-05')).toEqual([
      {
        uid: `event-${eventId}-person-${bea}@crossmark-scheduler`,
        sequence: last,
        status: 'CONFIRMED',
        startsAt: MONDAY,
      },
    ]);
    const week = await api.employees.week.query({ employeeId: ada, weekOf: '2026-01-05' });
    expect(week).toMatchObject({ schedules: [], hasCalendarFile: true });
    expect(await api.employees.week.query({ employeeId: ada, weekOf: '2026-02-01' })).toMatchObject({
      hasCalendarFile: false,
    });
  });
});
