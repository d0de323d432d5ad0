import { formatDay, formatTime, workDateOf } from '@scheduler/scheduling';
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import type { PersonWeek } from './views.ts';

/**
 * A person's week as a calendar file (RFC 5545). Times are instants in UTC, so every calendar shows them right whatever
 * the clocks do; a schedule keeps its UID when it moves, so a file opened later replaces what an earlier one put there.
 */
export function weekAsCalendar(week: PersonWeek): string {
  const { store, employee } = week;
  const calendar = ical({
    name: `${employee.name}, ${store.name}`,
    prodId: { company: 'Crossmark Scheduler', product: 'Week', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
  });
  for (const work of week.schedules) {
    const zone = store.timeZone;
    const hours = `${formatTime(work.startsAt, zone)} to ${formatTime(work.endsAt, zone)}`;
    calendar.createEvent({
      id: `schedule-${work.scheduleId}@crossmark-scheduler`,
      sequence: work.version - 1,
      start: new Date(work.startsAt),
      end: new Date(work.endsAt),
      lastModified: new Date(work.changedAt),
      status: ICalEventStatus.CONFIRMED,
      summary: `${work.type}: ${work.eventName.split(' (')[0]?.trim()}`,
      location: `${store.name} (store ${store.number})`,
      description: [
        work.eventName,
        `${formatDay(workDateOf(work.startsAt, zone))}, ${hours}, store time (${zone})`,
        work.instructionsUrl && `Instructions: ${work.instructionsUrl}`,
      ]
        .filter(Boolean)
        .join('\n'),
    });
  }
  return calendar.toString();
}
