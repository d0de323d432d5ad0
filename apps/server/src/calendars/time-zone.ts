/** Years of changes that have to follow one rule before it is written in their place. */
const YEARS_OF_A_RULE = 10;

/** A change of a zone's clocks. */
interface Change {
  /** The wall time before the change. */
  at: Temporal.PlainDateTime;
  /** Offsets from UTC before and after it, such as `-0500`. */
  from: string;
  to: string;
  isDaylight: boolean;
  /** The name of the time after it, such as `EDT`. */
  name: string;
}

/**
 * Writes a zone as a VTIMEZONE component (RFC 5545, 3.6.5) that is right for each instant from
 * `first` to `last`. Changes that come each year on the same weekday of a month are written as a
 * rule, and other changes one by one. The board's times come from the same zone data, so a calendar
 * and the board never differ about a time.
 */
export function timeZoneComponent(zone: string, first: Temporal.Instant, last: Temporal.Instant): string {
  const lines = ['BEGIN:VTIMEZONE', `TZID:${zone}`];
  const begin = first.toZonedDateTimeISO(zone);
  const rules = rulesOf(changesBetween(begin, begin.add({ years: YEARS_OF_A_RULE })));
  const changes = rules ?? changesBetween(begin, last.toZonedDateTimeISO(zone));
  for (const change of changes) {
    const kind = change.isDaylight ? 'DAYLIGHT' : 'STANDARD';
    lines.push(
      `BEGIN:${kind}`,
      `DTSTART:${change.at.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')}`,
      ...('rule' in change ? [`RRULE:${change.rule}`] : []),
      `TZOFFSETFROM:${change.from}`,
      `TZOFFSETTO:${change.to}`,
      `TZNAME:${change.name}`,
      `END:${kind}`,
    );
  }
  return [...lines, 'END:VTIMEZONE'].join('\r\n');
}

/** The changes of clocks that decide the time from `first` to `last`: the one before, and those between. */
function changesBetween(first: Temporal.ZonedDateTime, last: Temporal.ZonedDateTime): Change[] {
  const changes: Change[] = [];
  // `previous` leaves out a change at the moment itself.
  let next = first.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  if (!next) {
    changes.push(unchanged(first));
    next = first.getTimeZoneTransition('next');
  }
  for (; next && Temporal.ZonedDateTime.compare(next, last) <= 0; next = next.getTimeZoneTransition('next')) {
    const before = next.subtract({ nanoseconds: 1 });
    changes.push({
      at: next.toInstant().toZonedDateTimeISO(before.offset).toPlainDateTime(),
      from: offsetText(before.offset),
      ...timeAfter(next),
    });
  }
  return changes;
}

/** A zone whose clocks never changed until a moment: the component needs an observance all the same. */
function unchanged(moment: Temporal.ZonedDateTime): Change {
  const at = Temporal.PlainDateTime.from('1970-01-01T00:00');
  return { at, from: offsetText(moment.offset), ...timeAfter(moment) };
}

const timeAfter = (change: Temporal.ZonedDateTime): Omit<Change, 'at' | 'from'> => ({
  to: offsetText(change.offset),
  isDaylight: isDaylight(change),
  name: nameAt(change),
});

/** The rules of changes that come twice a year; null if they follow none. */
function rulesOf(changes: readonly Change[]): (Change & { rule: string })[] | null {
  const [first, second] = changes;
  if (!first || !second) return null;
  const kinds = [first, second].map((change, index) => {
    const same = changes.filter((_, at) => at % 2 === index);
    const rule = ruleOf(same);
    return rule === null ? null : { ...change, rule };
  });
  return kinds.every((kind) => kind !== null) ? kinds : null;
}

/** The yearly rule of changes, one a year; null if they follow none. */
function ruleOf(changes: readonly Change[]): string | null {
  const [first] = changes;
  if (!first || changes.length < YEARS_OF_A_RULE) return null;
  const { month, dayOfWeek, year } = first.at;
  const time = first.at.toPlainTime();
  const isRegular = changes.every(
    (change, index) =>
      change.at.month === month &&
      change.at.dayOfWeek === dayOfWeek &&
      change.at.year === year + index &&
      change.at.toPlainTime().equals(time) &&
      change.from === first.from &&
      change.to === first.to,
  );
  if (!isRegular) return null;
  const weeks = new Set(changes.map(({ at }) => Math.ceil(at.day / 7)));
  const areLast = changes.every(({ at }) => at.day + 7 > at.daysInMonth);
  if (weeks.size > 1 && !areLast) return null;
  const week = weeks.size > 1 ? -1 : Math.ceil(first.at.day / 7);
  return `FREQ=YEARLY;BYMONTH=${month};BYDAY=${week}${WEEKDAYS[dayOfWeek - 1]}`;
}

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** Whether clocks are ahead of where they are within the year that follows. */
function isDaylight(moment: Temporal.ZonedDateTime): boolean {
  return [3, 6, 9].some((months) => moment.add({ months }).offsetNanoseconds < moment.offsetNanoseconds);
}

/** `-05:00` as `-0500`. */
const offsetText = (offset: string): string => offset.replaceAll(':', '');

const formats = new Map<string, Intl.DateTimeFormat>();

/** The usual short name of a zone's time at a moment, such as `EDT` or `GMT-3`. */
function nameAt(moment: Temporal.ZonedDateTime): string {
  const timeZone = moment.timeZoneId;
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'short' });
  formats.set(timeZone, format);
  const parts = format.formatToParts(moment.epochMilliseconds);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? moment.offset;
}
