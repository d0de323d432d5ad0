import { normalForm } from './normal-form.ts';
import type { EventType, WorkDate } from './vocabulary.ts';

/**
 * What kind of work a name stands for, in whatever spelling a spreadsheet left it: by its suffix after the last `" - "`, then by unmistakable words. Core and
 * Supervisor are told by the suffix alone, for either word may be part of a product's name.
 */
export function detectEventType(given: string): EventType {
  // The dash may be what the name begins with.
  const name = ` ${normalForm(given)}`;
  const dash = name.lastIndexOf(' - ');
  const suffix = dash < 0 ? '' : name.slice(dash + 3).trim();
  const [, version, word = ''] = /^(v\d[\w.]*[-\s]+)?([a-z]+)$/i.exec(suffix) ?? [];
  // Names may be cut off, as in `V2-SUPE`. Without the version before it, fewer letters are no sign.
  const cutOff = (whole: string, least: number) =>
    word.length >= (version ? SHORTEST_CUT : least) && whole.startsWith(word.toLowerCase());
  if (cutOff('core', 'core'.length)) return 'Core';
  if (cutOff('supervisor', 'super'.length)) return 'Supervisor';
  if (/^vendor performed$/i.test(suffix)) return 'Other';
  return typeByWords(suffix) ?? typeByWords(name) ?? 'Other';
}

const SHORTEST_CUT = 3;

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

/** The six digits that a name starts with, followed by a dash; null for names of other shapes. */
export function eventNumber(name: string): string | null {
  return /^(\d{6})-/.exec(normalForm(name))?.[1] ?? null;
}

/**
 * Client and product, `Client-Product`, without the numbers and the type that stand around them: what two events of the
 * same job have in common from one week to the next.
 */
export function workName(name: string): string {
  return name
    .replace(/\(\d{6,}\)\s*-[\s\S]*$/, '')
    .replace(/^\d{6}-(VP-)?/, '')
    .replace(/^\d\d[.-]\d\d(-DD|-LKD-FSK)?[- ]/, '')
    .trim();
}

/** What a store sets for each kind of work; what it leaves out is the product's own. */
export type PerType<Value> = { readonly [Type in EventType]?: Value };

/** Minutes that each kind of work takes where neither its name nor a CSV row says otherwise. A Core includes 30 for lunch. */
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

/** Minutes that an event takes where no CSV row said otherwise: by its name, else as the store set, else the usual. */
export function defaultDurationMinutes(type: EventType, name: string, set: PerType<number> = {}): number {
  return durationByName(type, name) ?? set[type] ?? DEFAULT_DURATIONS[type];
}

/** Minutes that the name itself tells, whatever a store set. */
export function durationByName(type: EventType, given: string): number | undefined {
  const name = normalForm(given);
  if (type === 'Juicer Production' && /\b8HR\b/i.test(name)) return 480;
  if (type === 'Freeosk' && /\btroubleshooting\b/i.test(name)) return 15;
  if (type === 'Freeosk' && /^\s*\d\d\.\d\d-LKD-FSK-(.*-)?CO-/i.test(name)) return 60;
  if (type === 'Other' && /\bvendor performed$/i.test(name)) return 5;
  return undefined;
}

/** Store times, `HH:mm`, at which a kind of work usually starts: as the store set, else the usual. */
export function slotsFor(type: EventType, set: PerType<readonly string[]> = {}): readonly string[] {
  return set[type] ?? DEFAULT_SLOTS[type];
}

/** {@link slotsFor} every type. */
export const allSlots = (set: PerType<readonly string[]> = {}): Record<EventType, readonly string[]> => ({
  ...DEFAULT_SLOTS,
  ...set,
});

/** Store times, `HH:mm`, at which each kind of work usually starts. */
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
 * What tells that a CSV row or a row of Crossmark's list is an event already known without its plan id, within one
 * store: event number (else the name's normal form), the type that the name tells, whatever type a person
 * chose, and window. Several events may share a key; then the name decides.
 */
export function eventMatchKey(event: { name: string; startsOn: WorkDate; dueOn: WorkDate }): string {
  const work = eventNumber(event.name) ?? normalForm(event.name);
  return [work, detectEventType(event.name), event.startsOn, event.dueOn].join('|');
}

/** Most urgent type first, among events due on the same day. */
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

/** Sorts unscheduled events for planning: due first, then by type, then by name. */
export function byUrgency(
  a: { type: EventType; name: string; dueOn: WorkDate },
  b: { type: EventType; name: string; dueOn: WorkDate },
): number {
  return (
    compare(a.dueOn, b.dueOn) || URGENCY.indexOf(a.type) - URGENCY.indexOf(b.type) || compare(a.name, b.name)
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
