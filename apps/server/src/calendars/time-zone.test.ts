import ICAL from 'ical.js';
import { describe, expect, test } from 'vitest';
import { timeZoneComponent } from './time-zone.ts';

/** Zones of stores, and those whose clocks follow no rule, an unusual one, or never change. */
const ZONES = [
  ...['America/Indiana/Indianapolis', 'America/New_York', 'America/Chicago', 'America/Denver'],
  ...['America/Los_Angeles', 'America/Anchorage', 'America/Adak', 'America/Phoenix', 'Pacific/Honolulu'],
  ...['America/Puerto_Rico', 'America/St_Johns', 'America/Santiago', 'America/Asuncion', 'America/Sao_Paulo'],
  ...['Europe/Berlin', 'Europe/Dublin', 'Africa/Casablanca', 'Asia/Kolkata', 'Asia/Gaza', 'Asia/Tehran'],
  ...['Australia/Sydney', 'Australia/Lord_Howe', 'Pacific/Chatham', 'Pacific/Apia', 'UTC'],
];
const YEARS = [2024, 2026, 2031];

describe.each(ZONES)('%s', (zone) => {
  test.each(YEARS)('is told so that a calendar finds each time of %i', (year) => {
    const first = Temporal.Instant.from(`${year}-01-01T00:00Z`);
    const last = first.add({ hours: 24 * 400 });
    const written = new ICAL.Timezone(new ICAL.Component(ICAL.parse(timeZoneComponent(zone, first, last))));
    const wrong: string[] = [];
    for (let at = first; Temporal.Instant.compare(at, last) < 0; at = at.add({ hours: 3 })) {
      const local = at.toZonedDateTimeISO(zone);
      // A time that clocks show twice is never written in the zone.
      const readings = (['earlier', 'later'] as const).map(
        (disambiguation) =>
          local.toPlainDateTime().toZonedDateTime(zone, { disambiguation }).epochMilliseconds,
      );
      if (readings[0] !== readings[1]) continue;
      const { year, month, day, hour, minute, second } = local;
      const read = new ICAL.Time({ year, month, day, hour, minute, second, isDate: false }, written);
      if (read.toUnixTime() !== at.epochMilliseconds / 1_000) wrong.push(local.toString());
    }
    expect(wrong).toEqual([]);
  });
});

const componentOf = (zone: string, from = '2026-06-01T00:00Z', to = '2026-12-31T00:00Z') =>
  timeZoneComponent(zone, Temporal.Instant.from(from), Temporal.Instant.from(to)).split('\r\n');

test('changes of every year are rules', () => {
  const rules = (zone: string) => componentOf(zone).filter((line) => line.startsWith('RRULE'));
  expect(rules('America/Chicago')).toEqual([
    'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU',
    'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU',
  ]);
  expect(rules('Europe/Berlin')).toEqual([
    'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
    'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  ]);
  expect(rules('America/Phoenix')).toEqual([]);
});

test('the component says what summer and winter are called', () => {
  const lines = componentOf('America/Chicago');
  expect(lines).toEqual([
    ...['BEGIN:VTIMEZONE', 'TZID:America/Chicago'],
    ...['BEGIN:DAYLIGHT', 'DTSTART:20260308T020000', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU'],
    ...['TZOFFSETFROM:-0600', 'TZOFFSETTO:-0500', 'TZNAME:CDT', 'END:DAYLIGHT'],
    ...['BEGIN:STANDARD', 'DTSTART:20261101T020000', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU'],
    ...['TZOFFSETFROM:-0500', 'TZOFFSETTO:-0600', 'TZNAME:CST', 'END:STANDARD'],
    'END:VTIMEZONE',
  ]);
});
