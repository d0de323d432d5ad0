import ICAL from 'ical.js';
import { expect } from 'vitest';

/** The events of a calendar, as the library of Thunderbird reads them. */
export const read = (text: string): ICAL.Event[] => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents('vtimezone')) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
  return calendar.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component));
};

/** Properties by component, as RFC 5545 (3.6) and RFC 7986 (5) allow them: once, or (`*`) any number. */
const ALLOWED: Record<string, { required: string[]; once: string[] }> = {
  vcalendar: {
    required: ['prodid', 'version'],
    once: [
      'calscale',
      'method',
      'uid',
      'last-modified',
      'url',
      'refresh-interval',
      'source',
      'color',
      'name',
    ],
  },
  vevent: {
    required: ['dtstamp', 'uid', 'dtstart'],
    once: [
      ...['class', 'created', 'description', 'geo', 'last-modified', 'location', 'organizer', 'priority'],
      ...['sequence', 'status', 'summary', 'transp', 'url', 'recurrence-id', 'dtend', 'color'],
    ],
  },
  vtimezone: { required: ['tzid'], once: ['last-modified', 'tzurl'] },
  standard: { required: ['dtstart', 'tzoffsetto', 'tzoffsetfrom'], once: ['rrule', 'tzname'] },
  daylight: { required: ['dtstart', 'tzoffsetto', 'tzoffsetfrom'], once: ['rrule', 'tzname'] },
};

/** Fails unless a text is a calendar object by RFC 5545 and 7986, with what products here may put in one. */
export function expectValid(text: string): void {
  // 3.1: lines of 75 octets at most besides their CRLF, folded between characters; the last one too.
  expect(text.endsWith('\r\n')).toBe(true);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  const lines = text.slice(0, -2).split('\r\n');
  for (const line of lines) expect(Buffer.byteLength(line), line).toBeLessThanOrEqual(75);
  expect(Buffer.from(text).toString('utf8').isWellFormed()).toBe(true);
  // 3.1: a name, parameters and a value. Nothing else begins a line.
  for (const line of text.replaceAll('\r\n ', '').slice(0, -2).split('\r\n')) {
    expect(line).toMatch(/^[A-Z-]+(?:;[A-Z-]+=[\w/+-]+)*:/);
  }
  const calendar = new ICAL.Component(ICAL.parse(text));
  expect(calendar.name).toBe('vcalendar');
  // 3.6: one component at least.
  expect(calendar.getAllSubcomponents().length).toBeGreaterThan(0);
  expectProperties(calendar);
  expect(calendar.getFirstPropertyValue('version')).toBe('2.0');
  // RFC 7986, 5.7: a duration, said to be one.
  const interval = /^REFRESH-INTERVAL.*$/m.exec(text)?.[0].trim();
  if (interval) expect(interval).toMatch(/^REFRESH-INTERVAL;VALUE=DURATION:PT\d+H$/);

  const zones = calendar.getAllSubcomponents('vtimezone');
  const zoneIds = zones.map((zone) => zone.getFirstPropertyValue('tzid'));
  expect(new Set(zoneIds).size).toBe(zoneIds.length);
  for (const zone of zones) expect(zone.getAllSubcomponents().length).toBeGreaterThan(0);
  const uids = new Set<unknown>();
  for (const event of calendar.getAllSubcomponents('vevent')) {
    const value = (name: string) => event.getFirstPropertyValue(name);
    uids.add(value('uid'));
    expect(String(value('uid')).length).toBeLessThanOrEqual(255);
    // 3.8.7.2 and 3.8.7.3: in UTC.
    for (const name of ['dtstamp', 'last-modified']) {
      expect((value(name) as ICAL.Time).zone, name).toBe(ICAL.Timezone.utcTimezone);
    }
    // 3.2.19: each zone that is named is in the calendar.
    for (const name of ['dtstart', 'dtend']) {
      const zone = event.getFirstProperty(name)?.getParameter('tzid');
      if (zone) expect(zoneIds).toContain(zone);
      else expect((value(name) as ICAL.Time).zone).toBe(ICAL.Timezone.utcTimezone);
    }
    expect(['TENTATIVE', 'CONFIRMED', 'CANCELLED']).toContain(value('status'));
    expect(['OPAQUE', 'TRANSPARENT']).toContain(value('transp'));
    expect(value('sequence')).toBeGreaterThanOrEqual(0);
  }
  // 3.8.4.7: no two are the same.
  expect(uids.size).toBe(calendar.getAllSubcomponents('vevent').length);
}

function expectProperties(component: ICAL.Component): void {
  const rule = ALLOWED[component.name];
  expect(rule, component.name).toBeDefined();
  const names = component.getAllProperties().map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(rule?.required ?? []));
  for (const name of names) {
    // 3.8.8.2: names that begin with X- are anybody's.
    if (!name.startsWith('x-')) expect([...(rule?.required ?? []), ...(rule?.once ?? [])]).toContain(name);
    expect(
      names.filter((each) => each === name),
      name,
    ).toHaveLength(1);
  }
  for (const inner of component.getAllSubcomponents()) expectProperties(inner);
}
