import { CLOSED_CONDITIONS, isFound } from '@scheduler/scheduling';
import type { BoardEvent } from '@scheduler/server/router';
import { keepPreviousData } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import {
  ArrowRight,
  CalendarOff,
  CalendarPlus,
  CalendarSearch,
  CopyPlus,
  Keyboard,
  ListChecks,
  type LucideIcon,
  Redo2,
  SlidersHorizontal,
  Sparkles,
  SquareArrowOutUpRight,
  Undo2,
  UserRound,
} from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { formatDay } from '../lib/time.ts';
import { titleOf, windowWords } from '../lib/words.ts';
import { useEdits } from '../planning/edits.ts';
import { planWords } from '../review/plan-words.ts';
import { askedOfBoard, type BoardAct } from '../review/shown.ts';
import { useShowPlan } from '../review/use-show-plan.ts';
import { dayNamed } from './named-days.ts';
import { useMayWrite } from './use-session.ts';

/** The pages: each with its address, and what else it is found by. */
const PLACES: readonly (readonly [label: string, href: string, detail?: string])[] = [
  ['Board', '/', 'Week'],
  ['Day', '/day', 'Today'],
  ['Daily sheet', '/day/print'],
  ['Wall sheet of the week', '/week/print', 'Print'],
  ['Everybody’s sheets', '/people/print', 'Print'],
  ['Checks of the next days', '/checks', 'Verification'],
  ['Month', '/month'],
  ['Events', '/events'],
  ['Not reported work', '/events?view=unreported'],
  ['People', '/people', 'Calendar addresses'],
  ['Attendance', '/people?view=attendance', 'Who was on time'],
  ['Workload', '/people?view=workload', 'Fairness'],
  ['Reports', '/reports', 'Hours'],
  ['Activity', '/activity'],
  ['Import and export', '/import'],
  ['Settings', '/settings', 'Rotations, holidays, work, paper'],
  ['Your account', '/account'],
];

/** What the board does with its week: each with the key that does it there. */
const BOARD_ACTS: readonly (Pick<Command, 'Icon' | 'label'> & { act: BoardAct; detail?: string })[] = [
  { act: 'plan', Icon: Sparkles, label: 'Plan the week', detail: 'P on the board' },
  { act: 'options', Icon: SlidersHorizontal, label: 'Plan with options…' },
  { act: 'copy', Icon: CopyPlus, label: 'Copy the week…' },
  { act: 'keys', Icon: Keyboard, label: 'Keys of the board', detail: '?' },
];

const MOST_PEOPLE = 5;
const MOST_EVENTS = 8;

/** One line of the palette. */
export interface Command {
  key: string;
  group: 'Schedule' | 'Events' | 'People' | 'Go to' | 'Do';
  Icon: LucideIcon;
  label: string;
  detail?: string;
  run: () => void;
}

/** What fits some text: the events first, then people, acts and pages; and whether all of it is there. */
export function useCommands(
  text: string,
  storeId: number | undefined,
  today: string,
  {
    onClose,
    onSchedule,
    onOff,
  }: {
    onClose: () => void;
    onSchedule: (event: BoardEvent) => void;
    onOff: (person: { id: number; name: string }) => void;
  },
): { commands: readonly Command[]; isComplete: boolean } {
  const navigate = useNavigate();
  const mayWrite = useMayWrite();
  const { undo, redo } = useEdits();
  const isOnBoard = useLocation({ select: ({ pathname }) => pathname === '/' });
  const showPlan = useShowPlan();
  const plans = trpc.plan.list.useQuery({ ...(storeId !== undefined && { storeId }) });
  const people = trpc.employees.list.useQuery({});
  const events = trpc.events.list.useQuery(
    { text, limit: MOST_EVENTS },
    { enabled: text !== '', placeholderData: keepPreviousData },
  );
  const go = (href: string) => () => {
    onClose();
    void navigate({ href });
  };
  const rows = text === '' ? [] : (events.data?.rows ?? []);
  const day = dayNamed(text, today);
  const matches = (people.data ?? [])
    .filter(({ name }) => text !== '' && isFound(text, [name]))
    .slice(0, MOST_PEOPLE);
  const closing = (act: () => void) => () => {
    onClose();
    act();
  };
  const deeds: (Omit<Command, 'group'> & { isLook?: boolean })[] = [
    ...matches.map((person) => ({
      key: `off ${person.id}`,
      Icon: CalendarOff,
      label: `${person.name} is off…`,
      run: () => onOff(person),
    })),
    ...(plans.data ?? [])
      .filter(({ state }) => state === 'ready' || state === 'running')
      .map((plan) => ({
        key: `plan ${plan.proposalId}`,
        isLook: true,
        Icon: ListChecks,
        label: `Review: ${planWords(plan)}`,
        run: closing(() => void showPlan(plan, plan.fromDay)),
      })),
    ...BOARD_ACTS.map(({ act, ...words }) => ({
      ...words,
      key: act,
      isLook: act === 'keys',
      run: closing(() => {
        askedOfBoard.set(act);
        if (!isOnBoard) void navigate({ href: '/' });
      }),
    })),
    { key: 'undo', Icon: Undo2, label: 'Undo the last change', detail: 'Ctrl Z', run: closing(undo) },
    {
      key: 'redo',
      Icon: Redo2,
      label: 'Make the undone change again',
      detail: 'Ctrl Shift Z',
      run: closing(redo),
    },
  ];
  const commands = [
    ...rows
      .filter(({ event, schedule }) => mayWrite && !schedule && !CLOSED_CONDITIONS.includes(event.condition))
      .slice(0, 3)
      .map(
        ({ event }): Command => ({
          key: `schedule ${event.eventId}`,
          group: 'Schedule',
          Icon: CalendarPlus,
          label: `Schedule ${titleOf(event)}`,
          detail: windowWords(event),
          run: () => onSchedule(event),
        }),
      ),
    ...rows.map(
      ({ event, schedule }): Command => ({
        key: `event ${event.eventId}`,
        group: 'Events',
        Icon: SquareArrowOutUpRight,
        label: titleOf(event),
        detail: schedule ? `${schedule.employeeName}, ${formatDay(schedule.workDate)}` : 'Not scheduled',
        run: go(`/?week=${schedule?.workDate ?? event.startsOn}&event=${event.eventId}`),
      }),
    ),
    ...matches.map(
      (person): Command => ({
        key: `person ${person.id}`,
        group: 'People',
        Icon: UserRound,
        label: person.name,
        detail: person.role,
        run: go(`/people/${person.id}`),
      }),
    ),
    ...deeds
      .filter(({ label, isLook }) => (mayWrite || isLook) && isFound(text, [label]))
      .map(({ isLook: _, ...deed }): Command => ({ ...deed, group: 'Do' })),
    ...(day === undefined ? [] : [{ day, label: formatDay(day) }]).flatMap(({ day, label }): Command[] => {
      const look = { group: 'Go to', Icon: CalendarSearch } as const;
      const week = { ...look, key: 'week', label: `Week of ${label}`, run: go(`/?week=${day}`) };
      return /week$/i.test(text)
        ? [week]
        : [{ ...look, key: 'day', label, run: go(`/day?day=${day}`) }, week];
    }),
    ...PLACES.filter(([label, , detail]) => isFound(text, [label, detail])).map(
      ([label, href, detail]): Command => ({
        key: href,
        group: 'Go to',
        Icon: ArrowRight,
        label,
        ...(detail && { detail }),
        run: go(href),
      }),
    ),
  ];
  const isSearching = text !== '' && (people.isPending || events.isPending || events.isPlaceholderData);
  return { commands, isComplete: !isSearching };
}
