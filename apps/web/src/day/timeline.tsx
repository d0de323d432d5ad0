// biome-ignore-all lint/a11y/useSemanticElements: bars are no columns of a table, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid what is in the cells takes the focus
import type { DayBoard } from '@scheduler/server/router';
import { type CSSProperties, type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { hasMark } from '../attendance/mark-attendance.tsx';
import { formatClock, formatDay, useNow } from '../lib/time.ts';
import { TYPES } from '../lib/words.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { shortcutOf } from '../ui/shortcuts.ts';
import type { DayActions } from './day-actions.ts';
import { type Axis, axisOf, minuteAt, slotsOn } from './day-axis.ts';
import { HOUR_REM } from './lane-layout.ts';
import { LANE_COLUMNS, LaneRow } from './lane-row.tsx';
import { type Lane, lanesOf } from './lanes.ts';
import { nextStop, type Stop } from './timeline-keys.ts';

/**
 * The day as a timeline: people as lanes, hours from left to right. It is one stop of the Tab key:
 * arrows move along a lane and to the lanes above and below.
 */
export function Timeline({ board, actions }: { board: DayBoard; actions: DayActions }) {
  const grid = useRef<HTMLDivElement>(null);
  const mayWrite = useMayWrite();
  const axis = useMemo(() => axisOf(board), [board]);
  const lanes = useMemo(() => lanesOf(board), [board]);
  const { working, free, off } = lanes;
  const all = [...working, ...free, ...off];
  const [focused, setFocused] = useState<string>();
  const stops = all.map((lane) => stopsOf(lane, board, mayWrite, actions));
  const first = stops[0]?.find(({ at }) => at !== 'head') ?? stops[0]?.[0];
  const tabStop = stops.flat().some(({ key }) => key === focused) ? focused : first?.key;

  const onKeyDown = (event: KeyboardEvent) => {
    const key = event.target instanceof HTMLElement ? event.target.dataset.stop : undefined;
    const lane = stops.findIndex((each) => each.some((stop) => stop.key === key));
    const shortcut = shortcutOf(event);
    if (lane < 0 || shortcut === undefined || event.defaultPrevented) return;
    const from = { lane, stop: stops[lane]?.findIndex((stop) => stop.key === key) ?? 0 };
    const to = nextStop(
      shortcut,
      from,
      stops.map((each) => each.map(({ at }) => at)),
    );
    const next = to && stops[to.lane]?.[to.stop];
    if (!next) return;
    event.preventDefault();
    const element = grid.current?.querySelector<HTMLElement>(`[data-stop="${next.key}"]`);
    element?.focus();
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };

  return (
    <section aria-label="Timeline" className="min-w-0 overflow-auto bg-surface min-[1200px]:min-h-0">
      <div
        ref={grid}
        role="grid"
        aria-label={`Work on ${formatDay(board.day)}`}
        onKeyDown={onKeyDown}
        onFocus={({ target }) => setFocused(target.dataset.stop ?? focused)}
        className="relative [--lane-head:12.5rem] min-[1280px]:[--lane-head:14rem] min-[1400px]:[--lane-head:16rem]"
        style={{ minWidth: `calc(var(--lane-head) + ${axis.hours.length * HOUR_REM}rem)` }}
      >
        <Hours axis={axis} lanes={lanes} />
        <Columns axis={axis} board={board} />
        <Group name="With work" lanes={working} {...{ axis, board, tabStop, actions }} />
        <Group name="Free" lanes={free} {...{ axis, board, tabStop, actions }} />
        <Group name="Off" lanes={off} {...{ axis, board, tabStop, actions }} />
      </div>
    </section>
  );
}

/** The stops of a lane: its head with its buttons, and its bars by time. */
function stopsOf(
  { person, schedules }: Lane,
  board: DayBoard,
  mayWrite: boolean,
  { off }: DayActions,
): { key: string; at: Stop }[] {
  const isMarked = board.attendance.some(({ employeeId }) => employeeId === person.id);
  const hasButtons = mayWrite && person.mayOpen && hasMark(board, person.id, schedules.length > 0);
  const marks = isMarked ? [`mark ${person.id}`] : [`mark ${person.id}`, `mark ${person.id} more`];
  return [
    { key: `person ${person.id}`, at: 'head' },
    ...(off && person.mayOpen ? [{ key: `off ${person.id}`, at: 'head' as const }] : []),
    ...(hasButtons ? marks.map((key) => ({ key, at: 'head' as const })) : []),
    ...schedules.map(({ event, startsAt }) => ({
      key: `event ${event.eventId}`,
      at: Date.parse(startsAt) / 60_000,
    })),
  ];
}

function Hours({ axis, lanes: { working, free, off } }: { axis: Axis; lanes: ReturnType<typeof lanesOf> }) {
  const count = working.length + free.length + off.length;
  const rest = [free.length > 0 && `${free.length} free`, off.length > 0 && `${off.length} off`];
  return (
    <div
      role="presentation"
      className={`${LANE_COLUMNS} sticky top-0 z-4 border-b border-line bg-surface text-xs text-ink-2`}
    >
      <p className="sticky left-0 border-r border-line bg-surface px-2.5 py-1.5">
        {[`${working.length} of ${count} work`, ...rest].filter(Boolean).join(' · ')}
      </p>
      <div aria-hidden className="relative">
        {axis.hours.map(({ minute, label }) => (
          <span
            key={minute}
            className="absolute inset-y-0 border-l border-line px-1.5 py-1.5 whitespace-nowrap"
            style={{ left: `${(minute / axis.minutes) * 100}%` }}
          >
            {label}
          </span>
        ))}
      </div>
    </div>
  );
}

/** The lines of the hours, the slots as light columns, and the current time, behind all lanes. */
function Columns({ axis, board }: { axis: Axis; board: DayBoard }) {
  const at = (minute: number) => ({ left: `${(minute / axis.minutes) * 100}%` });
  return (
    <div
      aria-hidden
      className={`pointer-events-none absolute top-0 right-0 bottom-0 left-(--lane-head) ${board.holiday ? 'bg-off' : ''}`}
    >
      {axis.hours.map(({ minute }) => (
        <span key={minute} className="absolute inset-y-0 border-l border-line" style={at(minute)} />
      ))}
      {slotsOn(axis, board).map(({ time, minute, type, isTaken }) => (
        <span
          key={time}
          data-slot={time}
          title={`Slot at ${formatClock(time)}`}
          className="absolute inset-y-0 forced-color-adjust-none"
          style={
            {
              ...at(minute),
              width: `${(SLOT_MINUTES / axis.minutes) * 100}%`,
              background: `color-mix(in srgb, var(${TYPES[type].token}-soft) ${isTaken ? 30 : 65}%, transparent)`,
            } as CSSProperties
          }
        />
      ))}
      {board.day === board.today && <NowLine axis={axis} />}
    </div>
  );
}

/** The width of a slot's column. */
const SLOT_MINUTES = 10;

/** The current time on the axis. */
function NowLine({ axis }: { axis: Axis }) {
  const minute = minuteAt(axis, new Date(useNow()).toISOString());
  if (minute < 0 || minute > axis.minutes) return null;
  return (
    <span
      data-testid="now-line"
      className="absolute inset-y-0 z-2 w-0.5 bg-accent forced-color-adjust-none"
      style={{ left: `${(minute / axis.minutes) * 100}%` }}
    />
  );
}

function Group({
  name,
  lanes,
  ...row
}: { name: string; lanes: readonly Lane[] } & Omit<Parameters<typeof LaneRow>[0], 'lane'>) {
  if (lanes.length === 0) return null;
  return (
    <div role="rowgroup" aria-label={name}>
      {lanes.map((lane) => (
        <LaneRow key={lane.person.id} lane={lane} {...row} />
      ))}
    </div>
  );
}
