// biome-ignore-all lint/a11y/useSemanticElements: a table's elements take no part in content-visibility, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid the cells and what is in them take the focus
import type { Verdict } from '@scheduler/scheduling';
import type { BoardPerson, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { Plus, TriangleAlert } from 'lucide-react';
import { memo, useDeferredValue, useLayoutEffect, useRef } from 'react';
import { formatDay } from '../lib/time.ts';
import { lastDayOf } from '../lib/words.ts';
import { Cut } from '../ui/cut.tsx';
import type { BoardActions } from './board-actions.ts';
import { useCellLook } from './drag-state.ts';
import { keepOneTabStop } from './keys.ts';
import { ScheduleCard } from './schedule-card.tsx';
import { cellKey } from './targets.ts';

/** About what fits on a screen. */
const FIRST_ROWS = 10;
const COLUMNS = 'grid grid-cols-[var(--person-column)_repeat(7,minmax(0,1fr))]';

/**
 * People by days, as a grid of the keyboard too: one stop of Tab, arrows from there on (see keys.ts). Rows out of sight
 * cost no layout.
 */
export const WeekGrid = memo(function WeekGrid({
  board,
  today,
  actions,
}: {
  board: WeekBoard;
  today: string;
  actions: BoardActions;
}) {
  const cells = useCells(board.schedules);
  // What is in sight at first is drawn at once, the rest when the browser has answered whoever waits.
  const drawn = useDeferredValue(board.people.length, FIRST_ROWS);
  const grid = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => keepOneTabStop(grid.current));
  return (
    <section aria-label="Week board" className="min-h-0 min-w-0 flex-1 overflow-auto bg-surface">
      <div
        ref={grid}
        role="grid"
        aria-label={`${board.store.name}, week of ${formatDay(board.weekOf)}: people by days`}
        aria-describedby="board-keys"
        data-board
        className="min-w-[980px] text-sm"
      >
        <div role="rowgroup" className="sticky top-0 z-20">
          <div role="row" className={COLUMNS}>
            <div
              role="columnheader"
              className="sticky left-0 z-20 border-r border-line bg-surface-2 px-2 py-1.5 text-left text-xs font-medium text-ink-2"
            >
              {board.people.length} people
            </div>
            {board.days.map((day) => (
              <div
                key={day}
                role="columnheader"
                aria-current={day === today ? 'date' : undefined}
                className={`border-r border-line px-2 py-1.5 text-left font-normal ${day === today ? 'bg-accent-soft' : 'bg-surface-2'}`}
              >
                <DayHead board={board} day={day} today={today} actions={actions} />
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="border-b border-line">
          {board.people.map((person, index) =>
            index < drawn ? (
              <Row
                // Another week's row is another row: it takes the place of the old one, and moves nothing.
                key={`${person.id} ${board.weekOf}`}
                person={person}
                days={board.days}
                work={board.days.map((day) => cells.get(cellKey(person.id, day)) ?? NO_WORK)}
                holidays={board.holidays}
                today={today}
                timeZone={board.store.timeZone}
                actions={actions}
              />
            ) : (
              <div key={person.id} aria-hidden className="h-21 border-t border-line" />
            ),
          )}
        </div>
      </div>
      <p id="board-keys" className="sr-only">
        Arrow keys move between cards and cells. Press question mark for all keys.
      </p>
    </section>
  );
});

interface RowProps {
  person: BoardPerson;
  days: readonly string[];
  /** Day by day. */
  work: readonly (readonly BoardSchedule[])[];
  holidays: WeekBoard['holidays'];
  today: string;
  timeZone: string;
  actions: BoardActions;
}

const Row = memo(function Row({ person, days, work, holidays, today, timeZone, actions }: RowProps) {
  const busy = work.filter((schedules) => schedules.length > 0).length;
  return (
    <div role="row" className={`${COLUMNS} [contain-intrinsic-size:auto_84px] [content-visibility:auto]`}>
      <div
        role="rowheader"
        // Lines are drawn above, not below: a name that stays in place is painted over the line of the row before.
        className="sticky left-0 z-10 border-t border-r border-line bg-surface px-2 py-1.5 text-left align-top font-normal"
      >
        <PersonHead person={person} days={busy} />
      </div>
      {days.map((day, index) => (
        <Cell
          key={day}
          person={person}
          day={day}
          schedules={work[index] ?? NO_WORK}
          closed={holidays.some((holiday) => holiday.day === day)}
          today={today}
          timeZone={timeZone}
          actions={actions}
        />
      ))}
    </div>
  );
}, sameRow);

/** Rows render anew only when something of theirs changed. */
function sameRow(a: RowProps, b: RowProps): boolean {
  const { work: workA, ...restA } = a;
  const { work: workB, ...restB } = b;
  return (
    sameMembers(workA, workB) &&
    (Object.keys(restA) as (keyof typeof restA)[]).every((key) => restA[key] === restB[key])
  );
}

const Cell = memo(function Cell({
  person,
  day,
  schedules,
  closed,
  today,
  timeZone,
  actions,
}: {
  person: BoardPerson;
  day: string;
  schedules: readonly BoardSchedule[];
  /** A holiday: nobody works. */
  closed: boolean;
  today: string;
  timeZone: string;
  actions: BoardActions;
}) {
  const { add } = actions;
  const off = person.off.find((each) => each.day === day);
  const key = cellKey(person.id, day);
  return (
    <div
      role="gridcell"
      tabIndex={-1}
      data-cell={key}
      className={`group relative min-h-14 border-t border-r border-line p-1 focus-visible:-outline-offset-2 ${closed || off ? 'bg-off' : day === today ? 'bg-today' : ''}`}
    >
      <div className="flex h-full flex-col gap-0.5">
        {off && !closed && (
          <Cut text={off.reason} lines={2} className="px-1 text-xs text-ink-2 first-letter:uppercase" />
        )}
        {schedules.map((schedule) => (
          <ScheduleCard
            key={schedule.event.eventId}
            schedule={schedule}
            timeZone={timeZone}
            actions={actions}
          />
        ))}
        {add && !closed && day >= today && (
          <button
            type="button"
            data-stop
            tabIndex={-1}
            onClick={() => add(person.id, day)}
            aria-label={`Schedule for ${person.name} on ${formatDay(day)}`}
            className="grid min-h-3 w-full flex-1 place-items-center rounded-md border border-dashed border-transparent text-transparent group-hover:border-line-strong/60 group-hover:text-ink-3 hover:bg-accent-soft hover:text-accent-text! focus-visible:border-accent focus-visible:text-accent-text focus-visible:-outline-offset-1 pointer-coarse:min-h-9 pointer-coarse:text-ink-3"
          >
            <Plus aria-hidden className="size-3.5" />
          </button>
        )}
      </div>
      <CellLight cell={key} />
    </div>
  );
});

const LIGHTS: Record<Verdict, string> = {
  free: 'bg-accent/10 outline-accent',
  soft: 'bg-waiting-soft/50 outline-waiting outline-dashed',
  hard: 'bg-ground/60 outline-transparent',
};

/** Over a cell while something is held: lit where it may go, dashed where it needs a reason, dimmed where it can't. */
function CellLight({ cell }: { cell: string }) {
  const look = useCellLook(cell);
  if (look === '') return null;
  const [verdict, aimed] = look.split(' ') as [Verdict, 'aimed'?];
  return (
    <span
      data-verdict={verdict}
      data-aimed={aimed && ''}
      className={`pointer-events-none absolute inset-0.5 flex items-end justify-center rounded outline-2 ${LIGHTS[verdict]} ${aimed ? `outline-[3px]! ${verdict === 'hard' ? 'outline-failed!' : ''}` : 'outline-1!'}`}
    >
      {(verdict === 'soft' || (aimed && verdict === 'hard')) && (
        <span
          className={`mb-0.5 rounded px-1 text-[11px] leading-tight font-medium ${verdict === 'soft' ? 'bg-waiting-soft text-waiting' : 'bg-failed-soft text-failed'}`}
        >
          {verdict === 'soft' ? 'needs a reason' : 'can’t'}
        </span>
      )}
    </span>
  );
}

const DayHead = memo(function DayHead({
  board,
  day,
  today,
  actions,
}: {
  board: WeekBoard;
  day: string;
  today: string;
  actions: BoardActions;
}) {
  const [weekday, ...date] = formatDay(day).split(' ');
  const holiday = board.holidays.find((each) => each.day === day);
  const count = board.schedules.filter((schedule) => schedule.workDate === day).length;
  return (
    <div className="flex min-h-9 items-start gap-1">
      <div className="min-w-0 flex-1">
        <div className={day === today ? 'font-semibold text-accent-text' : 'font-medium'}>
          {weekday} {date.join(' ')}
          {day === today && <span className="sr-only">, today</span>}
        </div>
        <Cut
          text={holiday?.name ?? (count === 1 ? '1 event' : `${count} events`)}
          className="text-xs text-ink-2"
        />
      </div>
      <DayCaution board={board} day={day} onShow={actions.showLast} />
    </div>
  );
});

/** Shown only on days on which unscheduled work could be done for the last time. */
export function DayCaution({
  board,
  day,
  onShow,
}: {
  board: WeekBoard;
  day: string;
  onShow: (day: string) => void;
}) {
  const due = board.tray.filter((event) => lastDayOf(event) === day).length;
  if (due === 0) return null;
  const label = `${due} unscheduled ${due === 1 ? 'event has its' : 'events have their'} last day on ${formatDay(day)}. Show ${due === 1 ? 'it' : 'them'}`;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={() => onShow(day)}
      className="inline-flex items-center gap-0.5 rounded bg-waiting-soft px-1 py-px text-xs font-medium text-waiting hover:brightness-95 pointer-coarse:min-h-8 pointer-coarse:px-2"
    >
      <TriangleAlert aria-hidden className="size-3.5" />
      {due}
    </button>
  );
}

function PersonHead({ person, days }: { person: BoardPerson; days: number }) {
  return (
    <>
      <Cut text={person.name} lines={2} className="leading-tight font-medium" />
      <div className="text-xs text-ink-2">{person.role}</div>
      {days > 0 && <div className="text-xs text-ink-2">{days === 1 ? '1 day' : `${days} days`}</div>}
      {person.linkState !== 'linked' && (
        <div className="mt-0.5 inline-flex items-center gap-1 text-xs text-waiting">
          <TriangleAlert aria-hidden className="size-3" />
          Not linked
        </div>
      )}
    </>
  );
}

const NO_WORK: readonly BoardSchedule[] = [];

/** Schedules by cell, in order of time. A cell in which nothing changed keeps its array, so that it needn't render. */
function useCells(schedules: readonly BoardSchedule[]): Map<string, readonly BoardSchedule[]> {
  const before = useRef(new Map<string, readonly BoardSchedule[]>());
  const now = new Map<string, readonly BoardSchedule[]>();
  const inOrder = schedules.toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : 1));
  for (const [key, work] of Map.groupBy(inOrder, (each) => cellKey(each.employeeId, each.workDate))) {
    const old = before.current.get(key);
    now.set(key, old && sameMembers(old, work) ? old : work);
  }
  before.current = now;
  return now;
}

function sameMembers(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
