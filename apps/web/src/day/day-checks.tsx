import { addDays, type DayCheck, type Finding, isFine } from '@scheduler/scheduling';
import type { DayBoard } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import { CHECK_TITLES, SEVERITY_LOOKS } from '../verification/check-titles.ts';
import type { DayActions } from './day-actions.ts';
import { Substitutes } from './substitutes.tsx';

/** The checks of the day, with what to do about each that fails. */
export function DayChecks({ board, actions }: { board: DayBoard; actions: DayActions }) {
  const open = board.checks.filter((check) => !isFine(check)).length;
  // What is to be corrected comes first, and what is critical before all else.
  const rank = (check: DayCheck) => (isFine(check) ? 2 : Number(check.severity === 'warning'));
  const checks = board.checks.toSorted((a, b) => rank(a) - rank(b));
  return (
    <section aria-labelledby="checks" className="grid gap-2">
      <div className="flex items-baseline justify-between gap-2">
        <h3 id="checks" className="text-sm font-semibold">
          Verification
        </h3>
        <p role="status" className={`text-xs font-medium ${open > 0 ? 'text-waiting' : 'text-synced'}`}>
          {open > 0 ? `${open} of ${board.checks.length} to correct` : 'All checks pass'}
        </p>
      </div>
      <p className="text-xs">
        <Link
          to="/checks"
          search={{ store: board.store.id, from: board.day, to: addDays(board.day, 6) }}
          className="inline-flex min-h-6 items-center font-medium text-accent-text underline pointer-coarse:min-h-9"
        >
          Checks of more days
        </Link>
      </p>
      <ul className="grid gap-x-6 gap-y-1.5 min-[640px]:grid-cols-2 min-[1200px]:grid-cols-1">
        {checks.map((check) => {
          const fine = isFine(check);
          const { Icon, text, word } = lookOf(check);
          return (
            <li key={check.code} data-testid={`check-${check.code}`} data-fine={fine}>
              <p className="flex items-start gap-1.5 text-sm">
                <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${text}`} />
                <span className={fine ? 'text-ink-2' : 'font-medium'}>{CHECK_TITLES[check.code]}</span>
                <span className="sr-only">: {word}</span>
              </p>
              {check.findings.length > 0 && (
                <ul className="mt-1 grid gap-1 pl-5.5">
                  {check.findings.map((finding) => (
                    <FindingLine key={finding.message} finding={finding} board={board} actions={actions} />
                  ))}
                </ul>
              )}
              {check.code === 'by_rotation' && !fine && actions.schedule && (
                <Substitutes storeId={board.store.id} day={board.day} />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function lookOf(check: DayCheck) {
  if (isFine(check)) return { Icon: CircleCheck, text: 'text-synced', word: 'passed' };
  const Icon = check.severity === 'critical' ? CircleAlert : TriangleAlert;
  return { Icon, text: SEVERITY_LOOKS[check.severity].text, word: `to correct, ${check.severity}` };
}

function FindingLine({
  finding,
  board,
  actions,
}: {
  finding: Finding;
  board: DayBoard;
  actions: DayActions;
}) {
  const { eventId, message, accepted } = finding;
  const open = [...board.due, ...board.noonChecks.map(({ event }) => event)].find(
    (event) =>
      event.eventId === eventId && !board.schedules.some(({ event: { eventId: id } }) => id === eventId),
  );
  const { schedule } = actions;
  const noon = board.noonChecks.find((each) => each.event.eventId === eventId);
  const toSchedule = open && schedule && (!noon || noon.state === 'open');
  return (
    <li className="text-xs text-ink-2">
      {message}{' '}
      {accepted !== null ? (
        <span>Accepted: “{accepted}”.</span>
      ) : (
        eventId !== null && (
          <button
            type="button"
            onClick={() => (toSchedule ? schedule(open) : actions.open(eventId))}
            className="inline-flex min-h-6 items-center font-medium text-accent-text underline pointer-coarse:min-h-9"
          >
            {toSchedule ? 'Schedule it' : 'Open it'}
            <span className="sr-only">: {message}</span>
          </button>
        )
      )}
    </li>
  );
}
