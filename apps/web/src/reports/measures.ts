import type { ChangesAfterPublishing, SharedFigures, WorkFigures } from '@scheduler/server/router';
import { formatHours } from '../lib/time.ts';
import type { Measure } from './reports-search.ts';

/** A measure of a report, as a number to draw and as words to read. */
interface MeasureOf<Figures> {
  word: string;
  /** Where there is little room. */
  short: string;
  /** Null if nothing is known. */
  value: (figures: Figures) => number | null;
  words: (figures: Figures) => string;
  /** Words for a value of the chart. */
  format: (value: number) => string;
}

const UNKNOWN = '–';

const share = (part: number, whole: number): number | null => (whole > 0 ? (part / whole) * 100 : null);
const percentWords = (part: number, whole: number): string =>
  whole > 0 ? `${Math.round((part / whole) * 100)}%` : UNKNOWN;
const percent = (value: number): string => `${Math.round(value)}%`;

const allChanges = ({ moved, reassigned, unscheduled, added }: ChangesAfterPublishing): number =>
  moved + reassigned + unscheduled + added;

/** `9 s`, `4 min`, `2 h`. */
export function secondsInWords(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** What is known of a person, a week and all. */
export const WORK_MEASURES = {
  hours: {
    word: 'Hours',
    short: 'Hours',
    value: ({ minutes }) => minutes / 60,
    words: ({ minutes }) => formatHours(Math.round(minutes)),
    format: (hours) => formatHours(Math.round(hours * 60)),
  },
  days: {
    word: 'Days',
    short: 'Days',
    value: ({ days }) => days,
    words: ({ days }) => String(days),
    format: String,
  },
  cores: {
    word: 'Cores',
    short: 'Cores',
    value: ({ cores }) => cores,
    words: ({ cores }) => String(cores),
    format: String,
  },
  onTime: {
    word: 'On time',
    short: 'On time',
    value: ({ onTime, recorded }) => share(onTime, recorded),
    words: ({ onTime, recorded }) => percentWords(onTime, recorded),
    format: percent,
  },
  changes: {
    word: 'Changes after publishing',
    short: 'Changes',
    value: ({ changes }) => allChanges(changes),
    words: ({ changes }) => String(allChanges(changes)),
    format: String,
  },
} as const satisfies Record<string, MeasureOf<WorkFigures>>;

/** What is known of a week and of all, too. */
export const MEASURE_LOOKS = {
  ...WORK_MEASURES,
  coverage: {
    word: 'Coverage',
    short: 'Coverage',
    value: ({ covered, due }) => share(covered, due),
    words: ({ covered, due }) => percentWords(covered, due),
    format: percent,
  },
  synced: {
    word: 'Click to synced',
    short: 'Synced in',
    value: ({ sync }) => sync?.medianSeconds ?? null,
    words: ({ sync }) => (sync ? secondsInWords(sync.medianSeconds) : UNKNOWN),
    format: secondsInWords,
  },
} as const satisfies Record<Measure, MeasureOf<SharedFigures>>;

/** What stands below a measure of all weeks. */
export function detailOf(measure: Measure, figures: SharedFigures): string {
  const { people, recorded, onTime, changes, due, covered, sync } = figures;
  switch (measure) {
    case 'hours':
      return people === 1 ? '1 person' : `${people} people`;
    case 'days':
      return 'of people with work';
    case 'cores':
      return 'scheduled';
    case 'onTime':
      return `${onTime} of ${recorded} recorded`;
    case 'changes':
      return `${changes.moved} moved, ${changes.reassigned} to others, ${changes.unscheduled} unscheduled, ${changes.added} added`;
    case 'coverage':
      return `${covered} of ${due} due`;
    case 'synced':
      return sync ? `95% within ${secondsInWords(sync.p95Seconds)}` : 'nothing measured';
  }
}
