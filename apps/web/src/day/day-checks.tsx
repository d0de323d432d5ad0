import { type DayCheckCode, type Finding, isFine } from '@scheduler/scheduling';
import type { DayBoard } from '@scheduler/server/router';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { DayActions } from './day-actions.ts';

const TITLES: Record<DayCheckCode, string> = {
  juicer_staffed: 'Every Juicer event has a Juicer Barista',
  one_core_each: 'One Core each at most',
  noon_checks: 'Every noon check is at noon',
  core_slots: 'Cores are spread over their slots',
  leads: 'A Lead opens and a Lead closes',
  nobody_off: 'Nobody works who is off',
  due_scheduled: 'All work with its last day is scheduled',
  no_juicer_core_clash: 'No Core beside Juicer work',
};

/** Whether the day is as it should be: a list to tick off, and what to do where it isn't. */
export function DayChecks({ board, actions }: { board: DayBoard; actions: DayActions }) {
  const open = board.checks.filter((check) => !isFine(check)).length;
  return (
    <section aria-labelledby="checks" className="grid gap-2">
      <div className="flex items-baseline justify-between gap-2">
        <h3 id="checks" className="text-sm font-semibold">
          Verification
        </h3>
        <p role="status" className={`text-xs font-medium ${open > 0 ? 'text-waiting' : 'text-synced'}`}>
          {open > 0 ? `${open} of ${board.checks.length} to set right` : 'All is as it should be'}
        </p>
      </div>
      <ul className="grid gap-x-6 gap-y-1.5 min-[640px]:grid-cols-2 min-[1100px]:grid-cols-1">
        {board.checks.map((check) => {
          const fine = isFine(check);
          const Icon = fine ? CircleCheck : TriangleAlert;
          return (
            <li key={check.code} data-testid={`check-${check.code}`} data-fine={fine}>
              <p className="flex items-start gap-1.5 text-sm">
                <Icon
                  aria-hidden
                  className={`mt-0.5 size-4 shrink-0 ${fine ? 'text-synced' : 'text-waiting'}`}
                />
                <span className={fine ? 'text-ink-2' : 'font-medium'}>{TITLES[check.code]}</span>
                <span className="sr-only">{fine ? ': fine' : ': to set right'}</span>
              </p>
              {check.findings.length > 0 && (
                <ul className="mt-1 grid gap-1 pl-5.5">
                  {check.findings.map((finding) => (
                    <FindingLine key={finding.message} finding={finding} board={board} actions={actions} />
                  ))}
                </ul>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
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
