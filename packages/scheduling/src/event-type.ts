import { normalForm } from './normal-form.ts';
import type { EventType, WorkDate } from './vocabulary.ts';

/**
 * Derives the type of work from a name in any spelling: from its suffix after the last `" - "`,
 * then from unmistakable words. Core and Supervisor are only derived from the suffix, because both
 * words may occur in a product's name.
 */
export function detectEventType(eventName: string): EventType {
  // The dash may be the first character of the name.
  const name = ` ${normalForm(eventName)}`;
  const dash = name.lastIndexOf(' - ');
  const suffix = dash < 0 ? '' : name.slice(dash + 3);
  const [, version, word = ''] = /^(v\d[\w.]*[-\s]+)?([a-z]+)$/i.exec(suffix) ?? [];
  // A name may be cut off, as in `V2-SUPE`. Without a version before it, more letters are required.
  const isStartOf = (whole: string, minLength: number) =>
    word.length >= (version ? MIN_CUT_LENGTH : minLength) && whole.startsWith(word.toLowerCase());
  if (isStartOf('core', 'core'.length)) return 'Core';
  if (isStartOf('supervisor', 'super'.length)) return 'Supervisor';
  if (/^vendor performed$/i.test(suffix)) return 'Other';
  return typeByWords(suffix) ?? typeByWords(name) ?? 'Other';
}

const MIN_CUT_LENGTH = 3;

function typeByWords(text: string): EventType | undefined {
  if (/\bjuicer[-\s]+(production[-\s]+)?survey\b/i.test(text)) return 'Juicer Survey';
  if (/\bjuicer[-\s]+production\b/i.test(text)) return 'Juicer Production';
  if (/\bfreeosk\b/i.test(text)) return 'Freeosk';
  const digital = /\bdigital[-\s]+(setup|refresh|teardown)\b/i.exec(text)?.[1]?.toLowerCase();
  if (digital === 'setup') return 'Digital Setup';
  if (digital === 'refresh') return 'Digital Refresh';
  if (digital === 'teardown') return 'Digital Teardown';
  return undefined;
}

/** The six digits and dash at the start of a name, without the dash; null if the name has none. */
export function eventNumber(name: string): string | null {
  return /^(\d{6})-/.exec(normalForm(name))?.[1] ?? null;
}

/**
 * The client and product of a name, `Client-Product`, without the numbers and the type around them.
 * Events of the same job in different weeks have it in common.
 */
export function workName(name: string): string {
  return name
    .replace(/\(\d{6,}\)\s*-[\s\S]*$/, '')
    .replace(/^\d{6}-(VP-)?/, '')
    .replace(/^\d\d[.-]\d\d(-DD|-LKD-FSK)?[- ]/, '')
    .trim();
}

/**
 * What a person calls an event: client and product, without the numbers and the type that stand
 * around them in Crossmark's name.
 */
export function eventTitle(name: string): string {
  const title = workName(name)
    .replace(/-(\d{1,2}[AP]M)$/, ', $1')
    .replace(/^(\d+)HR-ES\d-JUICER-PRODUCTION(-.*)?$/, 'Juicer Production, $1 h')
    .replace(/^(\S[^-]*)-/, '$1\u00a0– ')
    .trim();
  return title || name;
}

/** A store's settings by type of work. The product's defaults apply to the types left out. */
export type PerType<Value> = { readonly [Type in EventType]?: Value };

/**
 * Minutes of each type of work if neither the name nor a CSV row says otherwise. A Core includes 30
 * minutes of lunch.
 */
export const DEFAULT_DURATIONS: Record<EventType, number> = {
  Core: 390,
  Supervisor: 5,
  'Juicer Production': 540,
  'Juicer Survey': 30,
  'Digital Setup': 30,
  'Digital Refresh': 30,
  'Digital Teardown': 30,
  Freeosk: 15,
  Other: 60,
};

/**
 * Minutes of an event without a CSV row: from its name, otherwise from the store's setting,
 * otherwise the default.
 */
export function defaultDurationMinutes(type: EventType, name: string, set: PerType<number> = {}): number {
  return durationByName(type, name) ?? set[type] ?? DEFAULT_DURATIONS[type];
}

/** The duration that the name implies, regardless of settings. */
export function durationByName(type: EventType, eventName: string): number | undefined {
  const name = normalForm(eventName);
  if (type === 'Juicer Production' && /\b8HR\b/i.test(name)) return 480;
  if (type === 'Freeosk' && /\btroubleshooting\b/i.test(name)) return 15;
  if (type === 'Freeosk' && /^\d\d\.\d\d-LKD-FSK-(.*-)?CO-/i.test(name)) return 60;
  if (type === 'Other' && /\bvendor performed$/i.test(name)) return 5;
  return undefined;
}

/**
 * Usual starts of a type of work in store time, `HH:mm`: the store's setting, otherwise the
 * default.
 */
export function slotsFor(type: EventType, set: PerType<readonly string[]> = {}): readonly string[] {
  return set[type] ?? DEFAULT_SLOTS[type];
}

/** Returns {@link slotsFor} of every type. */
export const allSlots = (set: PerType<readonly string[]> = {}): Record<EventType, readonly string[]> => ({
  ...DEFAULT_SLOTS,
  ...set,
});

/** Default starts of each type of work in store time, `HH:mm`. */
export const DEFAULT_SLOTS: Record<EventType, readonly string[]> = {
  Core: ['10:45', '11:15', '11:45', '12:15'],
  Supervisor: ['12:00'],
  'Juicer Production': ['09:00'],
  'Juicer Survey': ['17:00'],
  'Digital Setup': ['10:15', '10:30', '10:45', '11:00'],
  'Digital Refresh': ['10:15', '10:30', '10:45', '11:00'],
  'Digital Teardown': ['18:00', '18:15', '18:30', '18:45'],
  Freeosk: ['10:00'],
  Other: ['11:00'],
};

/**
 * The key by which a CSV row or a row of Crossmark's list matches a stored event without a plan id,
 * within one store: event number (otherwise the name's normal form), the type that the name
 * implies, even if a person chose another one, and window. If several events share a key, the name
 * decides.
 */
export function eventMatchKey(event: { name: string; startsOn: WorkDate; dueOn: WorkDate }): string {
  const work = eventNumber(event.name) ?? normalForm(event.name);
  return [work, detectEventType(event.name), event.startsOn, event.dueOn].join('|');
}

/** The order of types among events due on the same day, most urgent first. */
const URGENCY: readonly EventType[] = [
  'Juicer Production',
  'Juicer Survey',
  'Digital Setup',
  'Digital Refresh',
  'Freeosk',
  'Digital Teardown',
  'Core',
  'Supervisor',
  'Other',
];

/** Compares unscheduled events for planning: by due date, then by type, then by name. */
export function byUrgency(
  a: { type: EventType; name: string; dueOn: WorkDate },
  b: { type: EventType; name: string; dueOn: WorkDate },
): number {
  return (
    compare(a.dueOn, b.dueOn) || URGENCY.indexOf(a.type) - URGENCY.indexOf(b.type) || compare(a.name, b.name)
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
