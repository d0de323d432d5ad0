import { cleanText } from '@scheduler/runtime';
import { formatDay, formatTime, workDateOf } from '@scheduler/scheduling';
import ical, { escape as escapeText, ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import type { PersonCalendar } from '../employees/types.ts';

const LONGEST_ADDRESS = 2_000;

/**
 * A person's week as a calendar file (RFC 5545). Times are instants in UTC, so every calendar shows them right whatever
 * the clocks do. An event keeps its UID in a person's calendar, however often it is moved, unscheduled and scheduled again, so a
 * file opened later replaces what an earlier one put there, and takes away what isn't theirs any more. Two people's entries are
 * two: who opens both files has both. Every text is one line of words: what isn't is taken out, and the rest escaped.
 */
export function weekAsCalendar(week: PersonCalendar): string {
  const store = { ...week.store, name: cleanText(week.store.name), number: cleanText(week.store.number) };
  const calendar = ical({
    // The library escapes every text but this one.
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
