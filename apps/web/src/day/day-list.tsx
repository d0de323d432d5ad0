import type { BoardSchedule, DayBoard } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { UserRoundX } from 'lucide-react';
import { useState } from 'react';
import { MarkAttendance } from '../attendance/mark-attendance.tsx';
import { formatHours, formatTime, useIsPast } from '../lib/time.ts';
import { PLAIN_CONDITIONS, SHORT_ROLES, titleOf, titleParts } from '../lib/words.ts';
import { NoteMark } from '../notes/note-mark.tsx';
import { BriefSync, ReasonList, typeColors } from '../ui/badges.tsx';
import { TruncatedText } from '../ui/truncated-text.tsx';
import type { DayActions } from './day-actions.ts';
import { TurnOf } from './day-turns.tsx';
import { type Lane, lanesOf, timeOffWords } from './lanes.ts';
import { NoonCheck, noonOf } from './noon-check.tsx';
import { ScheduleMenu } from './schedule-menu.tsx';

/** The day for narrow screens: each person with their work by time, whoever begins first on top. */
export function DayList({ board, actions }: { board: DayBoard; actions: DayActions }) {
  const { working, free, off } = lanesOf(board);
  const byStart = working.toSorted((a, b) => (firstStart(a) < firstStart(b) ? -1 : 1));
  return (
    <section aria-label="Work by person" className="grid min-w-0 gap-3 bg-surface p-3">
      {byStart.map(({ person, schedules }) => (
        <section key={person.id} data-testid={`lane-${person.id}`} aria-labelledby={`person-${person.id}`}>
          <div className="flex min-h-9 items-center gap-2">
            <h3 id={`person-${person.id}`} className="min-w-0 flex-1 truncate text-xs text-ink-2">
              <PersonLink lane={{ person, schedules }} />
              {SHORT_ROLES[person.role]}
              <TurnOf storeId={board.store.id} day={board.day} employeeId={person.id} />
            </h3>
            <NoteMark subject={{ kind: 'person', employeeId: person.id }} />
            <MarkAttendance board={board} person={person} hasWork />
            <OffButton person={person} actions={actions} />
          </div>
          {person.off !== null && <p className="pb-1 text-xs text-waiting">Off: {person.off}</p>}
          <TimeOff person={person} />
          <ul className="divide-y divide-line overflow-hidden rounded-md border border-line">
            {schedules.map((schedule) => (
              <li key={schedule.scheduleId}>
                <ScheduleRow schedule={schedule} board={board} actions={actions} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <Idle title="Free" lanes={free} board={board} actions={actions} />
      <Idle title="Off" lanes={off} board={board} actions={actions} />
    </section>
  );
}

const firstStart = ({ schedules }: Lane): string => schedules[0]?.startsAt ?? '';

function PersonLink({ lane: { person } }: { lane: Lane }) {
  return (
    <Link
      to="/people/$id"
      params={{ id: String(person.id) }}
      title={person.name}
      className="mr-1.5 text-sm font-medium text-ink hover:underline"
    >
      {person.name}
    </Link>
  );
}

/** Opens the dialog for days on which a person is off. */
function OffButton({ person, actions: { off } }: { person: Lane['person']; actions: DayActions }) {
  if (!off || !person.mayOpen) return null;
  return (
    <IconButton
      label={`${person.name} is off…`}
      onClick={() => off(person)}
      className="size-8! pointer-coarse:size-11!"
    >
      <UserRoundX aria-hidden className="size-4" />
    </IconButton>
  );
}

/** The parts of the day in which a person is off. */
const TimeOff = ({ person }: Pick<Lane, 'person'>) =>
  timeOffWords(person).map((words) => (
    <p key={words} className="pb-1 text-xs text-ink-2">
      {words}
    </p>
  ));

/** A scheduled event of the day: its time, its sync state, and its actions. */
function ScheduleRow({
  schedule,
  board,
  actions,
}: {
  schedule: BoardSchedule;
  board: DayBoard;
  actions: DayActions;
}) {
  const { event, flags } = schedule;
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  const isPast = useIsPast(schedule.endsAt);
  const { product, client } = titleParts(event);
  const noon = noonOf(board, event.eventId);
  const condition = PLAIN_CONDITIONS.includes(event.condition) ? '' : event.condition;
  return (
    <article
      data-event-id={event.eventId}
      aria-label={`${titleOf(event)}, ${formatTime(schedule.startsAt, board.store.timeZone)}`}
      className="grid gap-1 bg-(--tint) py-1.5 pr-1 pl-2.5"
      style={typeColors(event.type, isPast)}
    >
      <div className="flex items-start gap-2">
        <p className="w-18 shrink-0 pt-0.5 text-sm leading-tight">
          <span className="font-semibold whitespace-nowrap text-(--type)">
            {formatTime(schedule.startsAt, board.store.timeZone)}
          </span>
          <span className="block text-xs text-ink-2">
            {formatHours(event.durationMinutes)}
            {isPast && ' · over'}
          </span>
        </p>
        <div className="min-w-0 flex-1">
          <button
            type="button"
            onClick={() => actions.open(event.eventId)}
            title={event.name}
            className={`block min-h-6 max-w-full text-left text-base leading-tight font-medium hover:underline pointer-coarse:min-h-9 ${isPast ? 'text-ink-2' : ''}`}
          >
            {product}
            {client && <span className="block text-xs font-normal text-ink-2">{client}</span>}
          </button>
          <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink-2">
            <span className="sr-only">{event.type}</span>
            {condition}
            <NoteMark subject={{ kind: 'event', eventId: event.eventId }} />
            <BriefSync sync={event.sync} />
          </p>
        </div>
        <ScheduleMenu
          schedule={schedule}
          noon={noon}
          instructionsUrl={board.instructions[event.eventId]}
          actions={actions}
          isOpen={isMenuOpen}
          onOpen={setIsMenuOpen}
          className="size-8 shrink-0 pointer-coarse:size-11"
        />
      </div>
      {noon && <NoonCheck noon={noon} board={board} actions={actions} />}
      <ReasonList reasons={flags} brief />
    </article>
  );
}

/** The people without work. */
function Idle({
  title,
  lanes,
  board,
  actions,
}: {
  title: string;
  lanes: readonly Lane[];
  board: DayBoard;
  actions: DayActions;
}) {
  if (lanes.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="pb-1 text-xs font-medium text-ink-2">
        {title} ({lanes.length})
      </h3>
      <ul className="divide-y divide-line rounded-md border border-line">
        {lanes.map((lane) => (
          <li
            key={lane.person.id}
            data-testid={`lane-${lane.person.id}`}
            className={`flex min-h-9 items-center gap-2 py-0.5 pr-0 pl-3 text-xs text-ink-2 ${lane.person.off === null ? '' : 'bg-off'}`}
          >
            <div className="min-w-0 flex-1 py-1">
              <p className="truncate">
                <PersonLink lane={lane} />
                {SHORT_ROLES[lane.person.role]}
              </p>
              <MarkAttendance board={board} person={lane.person} hasWork={false} />
              {lane.person.off !== null && (
                <TruncatedText text={lane.person.off} className="text-xs first-letter:uppercase" />
              )}
              <TimeOff person={lane.person} />
            </div>
            {lane.person.off === null && <OffButton person={lane.person} actions={actions} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
