import { cleanText } from '@scheduler/runtime';
import { currentInstant } from '@scheduler/runtime/clock';
import { formatDay, formatTime, oddityOf, timeOf, workDateOf } from '@scheduler/scheduling';
import ical, {
  escape as escapeText,
  ICalCalendarMethod,
  ICalEventStatus,
  ICalEventTransparency,
} from 'ical-generator';
import { timeZoneComponent } from './time-zone.ts';
import type { Calendar, CalendarEntry } from './types.ts';

const LONGEST_ADDRESS = 2_000;

/** How often calendars should read a feed again. */
const REFRESH_EVERY_S = 3_600;

/** The start of a component. Text never begins a line: one that is folded begins with a space. */
const FIRST_COMPONENT = /^(?:BEGIN:VEVENT|END:VCALENDAR)$/m;

const STATUS = {
  confirmed: ICalEventStatus.CONFIRMED,
  tentative: ICalEventStatus.TENTATIVE,
  unsettled: ICalEventStatus.TENTATIVE,
  cancelled: ICalEventStatus.CANCELLED,
} as const satisfies Record<CalendarEntry['state'], ICalEventStatus>;

/** What an entry says of its state; many calendars don't show the status. */
const NOTES: Partial<Record<CalendarEntry['state'], string>> = {
  tentative: 'Not in Crossmark yet. It is being sent; what the schedule says counts.',
  unsettled: 'Not settled with Crossmark. Ask your dispatcher whether it stands.',
  cancelled: 'This work is cancelled, or somebody else does it.',
};

/**
 * Writes a calendar as RFC 5545 and 7986 ask for. The times of an entry are those of its store, with
 * its zone, so every calendar displays them right wherever it is. An entry keeps its UID: a program
 * that reads a later version updates the entries it has, and cancels work that the person no longer
 * does. Control characters are removed from every text, and the rest is escaped.
 * @param options.kind `file`: a file that is opened once, published now; `feed`: an address that is
 * read again and again, whose text changes only when the calendar does
 */
export function writeCalendar(calendar: Calendar, options: { kind: 'file' | 'feed' }): string {
  const isFile = options.kind === 'file';
  const written = ical({
    // The library escapes every text except this one.
    name: escapeText(cleanText(calendar.name), false),
    prodId: { company: 'Crossmark Scheduler', product: isFile ? 'Week' : 'Feed', language: 'EN' },
    method: isFile ? ICalCalendarMethod.PUBLISH : null,
    ttl: isFile ? null : REFRESH_EVERY_S,
  });
  const oddityIn = memoize((timeZone) =>
    memoize((instant) => {
      const [day, time] = [workDateOf(instant, timeZone), timeOf(instant, timeZone)];
      return oddityOf(day, time, timeZone) !== null;
    }),
  );
  for (const entry of calendar.entries) {
    written.createEvent({
      id: entry.uid,
      sequence: entry.sequence,
      ...timesOf(entry, oddityIn(entry.timeZone)),
      // Without a METHOD, DTSTAMP is when the entry last changed (RFC 5545, 3.8.7.2).
      ...(!isFile && { stamp: new Date(entry.changedAt) }),
      lastModified: new Date(entry.changedAt),
      status: STATUS[entry.state],
      transparency:
        entry.state === 'cancelled' ? ICalEventTransparency.TRANSPARENT : ICalEventTransparency.OPAQUE,
      summary: summaryOf(entry),
      location: entry.store && `${cleanText(entry.store.name)} (store ${cleanText(entry.store.number)})`,
      description: descriptionOf(entry),
    });
  }
  // The library asks for no zone if there are no entries, but a calendar needs a component. It also
  // leaves out the last line end.
  return `${written.toString()}\r\n`.replace(FIRST_COMPONENT, `${zonesOf(calendar)}\r\n$&`);
}

function summaryOf({ state, person, type, eventName }: CalendarEntry): string {
  const work = `${cleanText(type)}: ${cleanText(eventName).split(' (')[0]?.trim()}`;
  const whose = person === null ? work : `${cleanText(person)}, ${work}`;
  // Outlook, among others, displays a cancelled entry of a subscribed calendar like any other.
  return state === 'cancelled' ? `Cancelled: ${whose}` : whose;
}

function descriptionOf(entry: CalendarEntry): string {
  const { startsAt, endsAt, store, timeZone, instructionsUrl } = entry;
  const whose = store ? `store time (${timeZone})` : `time of ${timeZone}`;
  const hours = `${formatTime(startsAt, timeZone)} to ${formatTime(endsAt, timeZone)}`;
  return [
    cleanText(entry.eventName),
    `${formatDay(workDateOf(startsAt, timeZone))}, ${hours}, ${whose}`,
    NOTES[entry.state],
    instructionsUrl && `Instructions: ${cleanText(instructionsUrl, LONGEST_ADDRESS)}`,
  ]
    .filter(Boolean)
    .join('\n');
}

/**
 * The times of an entry on the store's clocks. Calendars don't agree which one a time means that
 * clocks show twice in autumn, so an entry with such a time has its times in UTC.
 */
function timesOf({ startsAt, endsAt, timeZone }: CalendarEntry, isOdd: (instant: string) => boolean) {
  const isPlain = !isOdd(startsAt) && !isOdd(endsAt);
  const zoned = (instant: string) => Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone);
  return { start: zoned(startsAt), end: zoned(endsAt), ...(isPlain && { timezone: timeZone }) };
}

/** Many people start at the same times. */
function memoize<Result>(compute: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const result = known.has(text) ? (known.get(text) as Result) : compute(text);
    known.set(text, result);
    return result;
  };
}

/** The zones of a calendar, each for all the times that are given in it. */
function zonesOf({ entries, timeZone }: Calendar): string {
  const entriesIn = Map.groupBy(entries, (entry) => entry.timeZone);
  if (entries.length === 0) entriesIn.set(timeZone, []);
  return [...entriesIn]
    .map(([zone, own]) => {
      const times = own.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]).sort();
      const [first = currentInstant()] = times;
      const last = times.at(-1) ?? first;
      return timeZoneComponent(zone, Temporal.Instant.from(first), Temporal.Instant.from(last));
    })
    .join('\r\n');
}
