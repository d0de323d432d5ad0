import {
  defaultDurationMinutes,
  detectEventType,
  durationByName,
  eventNumber,
  type PerType,
} from './event-type.ts';
import type { EventType } from './vocabulary.ts';

/**
 * Counts the changes of what is made of an event's name: `detectEventType`, `defaultDurationMinutes`. Events that an older
 * version judged are judged again, so raise it with each such change.
 */
export const EVENT_RULES_VERSION = 2;

/** Type and duration of an event, and whose word they are. */
export interface Ruled {
  type: EventType;
  /** A person chose the type: it stays. */
  typeByHand: boolean;
  durationMinutes: number;
  /** `rules`: it follows type and name; else a file said it, and it stays. */
  durationSource: 'rules' | 'file' | 'file_worked';
}

/** What a name makes of an event, from scratch. */
export function ruledByName(name: string, set: PerType<number>) {
  const type = detectEventType(name);
  return {
    type,
    eventNumber: eventNumber(name),
    durationMinutes: defaultDurationMinutes(type, name, set),
    rulesVersion: EVENT_RULES_VERSION,
  };
}

/**
 * What an event's name makes of it now, where neither a person nor a file said otherwise.
 * @param set minutes by type that its store set
 * @param before its name so far
 */
export function ruledAgain(
  event: Ruled & { name: string },
  set: PerType<number>,
  before: string = event.name,
) {
  const ruled = ruledByName(event.name, set);
  const type = event.typeByHand ? event.type : ruled.type;
  return { ...ruled, type, durationMinutes: durationAs(type, event, set, before) };
}

/**
 * Minutes of an event that is of a type from now on. What a store sets for a type counts for events that come from then
 * on, so the minutes of one that keeps its type stay where its store set any.
 */
export function durationAs(
  type: EventType,
  event: Ruled & { name: string },
  set: PerType<number>,
  before: string = event.name,
): number {
  const follows =
    event.durationSource === 'rules' &&
    (type !== event.type ||
      set[type] === undefined ||
      durationByName(type, event.name) !== undefined ||
      durationByName(type, before) !== undefined);
  return follows ? defaultDurationMinutes(type, event.name, set) : event.durationMinutes;
}
