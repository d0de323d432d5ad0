import type { ProposalLineView } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { Lock, LockOpen, Pencil, TriangleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { formatWhen } from '../lib/time.ts';
import { TYPES, titleOf } from '../lib/words.ts';
import { ReasonList } from '../ui/badges.tsx';
import { chooseLine, lineIdOf, type Mark } from './use-review.ts';

/** One line of a plan: who, when, why, and what can be done with it. */
export function PlanLine({
  line,
  timeZone,
  nameOf,
  isChosen,
  mayWrite,
  onMark,
  onMove,
  onBack,
  madeFor,
  onLeaveOpen,
}: {
  line: ProposalLineView;
  timeZone: string;
  nameOf: (id: number) => string;
  isChosen: boolean;
  mayWrite: boolean;
  onMark: (mark: Mark) => void;
  onMove: () => void;
  /** Puts a line that somebody moved back where it was proposed. */
  onBack: () => void;
  /** The title of the event for which this line is in the plan or makes room; undefined if there is none. */
  madeFor: string | undefined;
  /** Takes the change that placed an open event out of the plan. */
  onLeaveOpen: (eventId: number) => void;
}) {
  const id = useId();
  const title = titleOf({ name: line.eventName });
  return (
    <li
      id={lineIdOf(line.lineId)}
      data-testid={`line-${line.eventId}`}
      className={`grid scroll-mt-8 grid-cols-[auto_minmax(0,1fr)_auto] gap-x-2.5 py-2 pr-2 pl-3 ${isChosen ? 'bg-accent-soft' : ''}`}
    >
      <input
        type="checkbox"
        aria-labelledby={id}
        checked={line.ticked}
        disabled={!mayWrite}
        onChange={({ target }) => onMark({ ticked: target.checked })}
        className="mt-0.5 size-4 accent-accent pointer-coarse:size-5"
      />
      <div className="grid gap-0.5 text-sm">
        <button
          type="button"
          onClick={() => chooseLine(line.lineId, 'list')}
          className="flex items-baseline gap-1.5 text-left leading-snug font-medium hover:underline"
        >
          <span
            aria-hidden
            className="size-2 shrink-0 rounded-[2px] forced-color-adjust-none"
            style={{ background: `var(${TYPES[line.type].token})` }}
          />
          <span id={id}>{title}</span>
        </button>
        <p>
          {line.employeeName} · {formatWhen(line.startsAt, timeZone)}
        </p>
        {line.from && (
          <p className="text-xs text-ink-2">
            Now {nameOf(line.from.employeeId)}, {formatWhen(line.from.startsAt, timeZone)}
          </p>
        )}
        {line.proposed && (
          <p className="text-xs text-ink-2">
            Moved by hand. Proposed: {nameOf(line.proposed.employeeId)},{' '}
            {formatWhen(line.proposed.startsAt, timeZone)}
          </p>
        )}
        {line.proposed && mayWrite && <TextButton onClick={onBack}>Back to the proposed place</TextButton>}
        {madeFor && line.repairs !== line.eventId && <p className="text-xs">Makes room for {madeFor}.</p>}
        <p className="text-xs">{line.why}</p>
        {line.runnerUp && <p className="text-xs text-ink-2">Next best: {line.runnerUp.cost}</p>}
        <ReasonList reasons={line.warnings.map((warning) => ({ ...warning, code: warning.code as never }))} />
        {line.refusal && <Problem>Not saved: {line.refusal}</Problem>}
        {line.changed && <Problem>The board has changed: {line.changed}</Problem>}
        {line.repairs !== null && mayWrite && (
          <TextButton onClick={() => onLeaveOpen(line.repairs ?? 0)}>Leave {madeFor} open again</TextButton>
        )}
      </div>
      {mayWrite && (
        <div className="-my-1 flex flex-col">
          <IconButton
            label={line.locked ? `Unlock ${title}` : `Lock ${title}, so that planning again keeps it`}
            aria-pressed={line.locked}
            className={line.locked ? 'text-accent-text!' : ''}
            onClick={() => onMark({ locked: !line.locked })}
          >
            {line.locked ? (
              <Lock aria-hidden className="size-4" />
            ) : (
              <LockOpen aria-hidden className="size-4" />
            )}
          </IconButton>
          <IconButton label={`Change ${title}`} onClick={onMove}>
            <Pencil aria-hidden className="size-4" />
          </IconButton>
        </div>
      )}
    </li>
  );
}

const TextButton = ({ onClick, children }: { onClick: () => void; children: ReactNode }) => (
  <button
    type="button"
    className="justify-self-start text-left text-xs text-accent-text underline pointer-coarse:min-h-10"
    onClick={onClick}
  >
    {children}
  </button>
);

const Problem = ({ children }: { children: ReactNode }) => (
  <p className="flex gap-1.5 text-xs text-waiting">
    <TriangleAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
    <span>{children}</span>
  </p>
);
