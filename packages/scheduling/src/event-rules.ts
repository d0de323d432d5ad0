import {
  defaultDurationMinutes,
  detectEventType,
  durationByName,
  eventNumber,
  type PerType,
} from './event-type.ts';
import type { EventType } from './vocabulary.ts';

/**
 * The version of the rules that derive type and duration from a name (`detectEventType`,
 * `defaultDurationMinutes`). Raise it with each change of them, so that events with an older
 * version are evaluated again.
 */
export const EVENT_RULES_VERSION = 2;

/** Type and duration of an event, and where each comes from. */
export interface Ruled {
  type: EventType;
  /** Whether a person chose the type, which is then kept. */
  typeByHand: boolean;
  durationMinutes: number;
  /** `rules`: derived from type and name. Otherwise it comes from a file and is kept. */
  durationSource: 'rules' | 'file' | 'file_worked';
}

/** Derives type, number and duration of a new event from its name. */
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
 * Applies the current rules to an event. Keeps a type that a person chose and a duration from a
 * file.
 * @param set the store's minutes by type
 * @param before the event's previous name
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
 * Minutes of an event that gets a type. A store's setting applies to new events only, so an event
 * that keeps its type keeps its minutes if the store has a setting for the type.
 */
export function durationAs(
  type: EventType,
  event: Ruled & { name: string },
  set: PerType<number>,
  before: string = event.name,
): number {
  const followsRules =
    event.durationSource === 'rules' &&
    (type !== event.type ||
      set[type] === undefined ||
      durationByName(type, event.name) !== undefined ||
      durationByName(type, before) !== undefined);
  return followsRules ? defaultDurationMinutes(type, event.name, set) : event.durationMinutes;
}
