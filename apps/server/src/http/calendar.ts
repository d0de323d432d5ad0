import { cleanText } from '@scheduler/runtime';
import { formatDay, formatTime, workDateOf } from '@scheduler/scheduling';
import ical, { escape as escapeText, ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import type { PersonCalendar } from '../employees/types.ts';

const LONGEST_ADDRESS = 2_000;

/**
 * Writes a person's week as a calendar file (RFC 5545). Times are UTC instants, so calendars of
 * every zone display them right. An event keeps its UID in a person's calendar however often it is
 * moved, unscheduled and scheduled again, so a later file updates the entries of an earlier one and
 * cancels those that are no longer the person's. The entries of two people have different UIDs, so
 * one calendar can hold both files. Control characters are removed from every text, and the rest is
 * escaped.
 */
export function weekAsCalendar(week: PersonCalendar): string {
  const store = { ...week.store, name: cleanText(week.store.name), number: cleanText(week.store.number) };
  const calendar = ical({
    // The library escapes every text except this one.
    name: escapeText(`${cleanText(week.employee.name)}, ${store.name}`, false),
    prodId: { company: 'Crossmark Scheduler', product: 'Week', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
  });
  for (const work of week.entries) {
    const zone = store.timeZone;
    const name = cleanText(work.eventName);
    const hours = `${formatTime(work.startsAt, zone)} to ${formatTime(work.endsAt, zone)}`;
    calendar.createEvent({
      id: `event-${work.eventId}-person-${week.employee.id}@crossmark-scheduler`,
      sequence: work.sequence,
      start: new Date(work.startsAt),
      end: new Date(work.endsAt),
      lastModified: new Date(work.changedAt),
      status: work.isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
      summary: `${cleanText(work.type)}: ${name.split(' (')[0]?.trim()}`,
      location: `${store.name} (store ${store.number})`,
      description: [
        name,
        `${formatDay(workDateOf(work.startsAt, zone))}, ${hours}, store time (${zone})`,
        work.instructionsUrl && `Instructions: ${cleanText(work.instructionsUrl, LONGEST_ADDRESS)}`,
      ]
        .filter(Boolean)
        .join('\n'),
    });
  }
  return calendar.toString();
}
