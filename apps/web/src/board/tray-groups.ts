import { EVENT_TYPES } from '@scheduler/scheduling';
import type { BoardEvent, WeekBoard } from '@scheduler/server/router';
import { addDays, formatDay, weekStart } from '../lib/time.ts';
import { lastDayOf, titleParts } from '../lib/words.ts';
import type { TrayOrder } from './board-search.ts';
import { cellKey, evaluateCells } from './targets.ts';

export interface TrayGroup {
  title: string;
  /** The color of the head. The title also says that a group is urgent. */
  urgency: 'over' | 'soon' | '';
  members: BoardEvent[];
}

/** Compares events by their due day, the first due day first. */
export const byDueDay = (a: BoardEvent, b: BoardEvent): number =>
  a.dueOn.localeCompare(b.dueOn) || a.eventId - b.eventId;

/**
 * Groups unscheduled events by last day, the most urgent first, by type, or by client. In each
 * group the events with the first due day are on top. Last days after the week on screen are
 * grouped by week.
 */
export function groupTray(
  events: readonly BoardEvent[],
  order: TrayOrder,
  { today, weekOf }: Pick<WeekBoard, 'today' | 'weekOf'>,
): TrayGroup[] {
  const groups = new Map<string, TrayGroup>();
  for (const event of events.toSorted(byDueDay)) {
    const head = headOf(event, order, today, weekOf);
    const group = groups.get(head.title) ?? { ...head, members: [] };
    group.members.push(event);
    groups.set(head.title, group);
  }
  const sorted = [...groups.values()];
  const typeOf = ({ members }: TrayGroup) => EVENT_TYPES.indexOf(members[0]?.type ?? 'Other');
  if (order === 'type') sorted.sort((a, b) => typeOf(a) - typeOf(b));
  if (order === 'client') sorted.sort((a, b) => a.title.localeCompare(b.title, 'en'));
  return sorted;
}

function headOf(
  event: BoardEvent,
  order: TrayOrder,
  today: string,
  weekOf: string,
): Omit<TrayGroup, 'members'> {
  if (order === 'type') return { title: event.type, urgency: '' };
  if (order === 'client') return { title: titleParts(event).client || 'Without a client', urgency: '' };
  const last = lastDayOf(event);
  if (last < today) return { title: 'Past its last day', urgency: 'over' };
  if (last === today) return { title: 'Today is the last day', urgency: 'over' };
  if (last === addDays(today, 1)) return { title: 'Last day tomorrow', urgency: 'soon' };
  if (weekStart(last) <= weekOf) return { title: `Last day ${formatDay(last)}`, urgency: '' };
  const isNextWeek = weekStart(last) === addDays(weekStart(today), 7);
  return {
    title: isNextWeek ? 'Last day next week' : `Last day in the week of ${formatDay(weekStart(last))}`,
    urgency: '',
  };
}

/**
 * Returns the ids of the unscheduled events that a person can do on any day of the week, or that
 * any person can do on a day, without a rule against it.
 * @param fits the person's id, or the day
 */
export function eventsThatFit(board: WeekBoard, fits: string): ReadonlySet<number> {
  const isDay = fits.includes('-');
  const people = board.people.map(({ id }) => id).filter((id) => isDay || id === Number(fits));
  const days = board.days.filter((day) => day >= board.today && (!isDay || day === fits));
  const keys = people.flatMap((id) => days.map((day) => cellKey(id, day)));
  const fitting = board.tray.filter((event) => {
    const evaluator = evaluateCells(board, { kind: 'event', event });
    return keys.some((key) => evaluator.cell(key).verdict === 'free');
  });
  return new Set(fitting.map(({ eventId }) => eventId));
}
