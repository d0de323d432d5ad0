import { cleanText } from '@scheduler/runtime';
import { usualRules } from '@scheduler/scheduling';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { weekAsCalendar } from './calendar.ts';
import { addEvent, addPerson, addStore, empty, startTestServer, type TestServer } from './fixture.ts';
import type { PersonWeek } from './views.ts';

const ZONE = 'America/Indiana/Indianapolis';

function week(schedules: Partial<PersonWeek['schedules'][number]>[]): PersonWeek {
  return {
    store: { id: 1, name: 'Maple Grove, Club', number: '8135', ...usualRules(ZONE), slots: {} },
    employee: { id: 1, name: 'Zoë Example; “Lead”', role: 'Event Specialist' },
    weekOf: '2026-03-08',
    days: [],
    today: '2026-03-08',
    holidays: [],
    off: [],
    schedules: schedules.map((given, index) => ({
      scheduleId: index + 1,
      eventId: index + 1,
      version: 1,
      eventName:
        '612345-Acme; Söhne, Ltd-Oat Bars, a name that goes on and on for more than a line (260105123456)  - V2-CORE',
      eventNumber: '612345',
      type: 'Core',
      startsAt: '2026-03-08T14:45:00.000Z',
      endsAt: '2026-03-08T21:15:00.000Z',
      workDate: '2026-03-08',
      changedAt: '2026-03-01T12:00:00.000Z',
      instructionsUrl: null,
      syncState: 'synced',
      ...given,
    })),
  };
}

const read = (text: string) =>
  new ICAL.Component(ICAL.parse(text))
    .getAllSubcomponents('vevent')
    .map((component) => new ICAL.Event(component));

describe('a week as a calendar file', () => {
  test('holds the instants of both sides of both clock changes', () => {
    // 10:45 in Indianapolis on the Saturdays before and the Sundays of both changes of 2026.
    const starts = [
      '2026-03-07T15:45:00.000Z',
      '2026-03-08T14:45:00.000Z',
      '2026-10-31T14:45:00.000Z',
      '2026-11-01T15:45:00.000Z',
    ];
    const text = weekAsCalendar(
      week(starts.map((startsAt) => ({ startsAt, endsAt: startsAt.replace(':45', ':50') }))),
    );
    expect(read(text).map((event) => event.startDate.toJSDate().toISOString())).toEqual(starts);
    expect(read(text).map((event) => event.endDate.toJSDate().toISOString())).toEqual(
      starts.map((startsAt) => startsAt.replace(':45', ':50')),
    );
    for (const event of read(text)) {
      expect(event.startDate.zone).toBe(ICAL.Timezone.utcTimezone);
      expect(event.description).toContain('10:45 AM');
    }
  });

  test('keeps to RFC 5545: CRLF, folded at 75 octets, escaped, stable UIDs that count changes', () => {
    const text = weekAsCalendar(week([{ version: 3, instructionsUrl: 'https://instructions.test/1.pdf' }]));
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    const [event] = read(text);
    expect(event?.uid).toBe('schedule-1@crossmark-scheduler');
    expect(event?.sequence).toBe(2);
    expect(event?.location).toBe('Maple Grove, Club (store 8135)');
    expect(event?.summary).toBe(
      'Core: 612345-Acme; Söhne, Ltd-Oat Bars, a name that goes on and on for more than a line',
    );
    expect(event?.description).toContain('Instructions: https://instructions.test/1.pdf');
    expect(event?.component.getFirstPropertyValue('dtstamp')).toBeTruthy();
  });
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
  const fields = fc.record({ person: text, store: text, number: text, event: text, type: text, link: text });
  fc.assert(
    fc.property(fields, ({ person, store, number, event, type, link }) => {
      const given = week([{ eventName: event, type: type as 'Core', instructionsUrl: link }]);
      given.employee.name = person;
      Object.assign(given.store, { name: store, number });
      const file = weekAsCalendar(given);
      const calendar = new ICAL.Component(ICAL.parse(file));
      // TEXT by RFC 7986, which ical.js leaves escaped.
      const name = `${cleanText(person)}, ${cleanText(store)}`.replace(/[\\;,]/g, '\\$&');
      expect(propertiesOf(calendar)).toEqual({
        version: '2.0',
        prodid: '-//Crossmark Scheduler//Week//EN',
        method: 'PUBLISH',
        name,
        'x-wr-calname': name,
      });
      const [only, ...others] = calendar.getAllSubcomponents();
      expect(others).toEqual([]);
      expect(propertiesOf(only as ICAL.Component)).toMatchObject({
        uid: 'schedule-1@crossmark-scheduler',
        summary: `${cleanText(type)}: ${cleanText(event)}`,
        location: `${cleanText(store)} (store ${cleanText(number)})`,
        description: expect.stringContaining(`\nInstructions: ${cleanText(link)}`),
      });
      expect(Object.keys(propertiesOf(only as ICAL.Component)).sort()).toEqual([
        ...['description', 'dtend', 'dtstamp', 'dtstart', 'last-modified', 'location'],
        ...['sequence', 'status', 'summary', 'uid'],
      ]);
      for (const line of file.split('\r\n')) expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    }),
  );
});

const propertiesOf = (component: ICAL.Component) =>
  Object.fromEntries(
    component.getAllProperties().map((property) => [property.name, property.getFirstValue()]),
  );

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
    const { scheduleId } = await api.schedules.create.mutate({
      eventId: await addEvent(db, { storeId }),
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
      `schedule-${scheduleId}@crossmark-scheduler`,
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
    expect(said[3]).toBe('Nothing is planned for Ada Example in the week of Sun Feb 1.');
  });
});
