import type { BoardEvent, ProposalLineView, ProposalView, WeekBoard } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { useMutation } from '@tanstack/react-query';
import { LoaderCircle, Lock, LockOpen, Pencil, TriangleAlert, X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { cellKey } from '../board/targets.ts';
import { formatDay, formatWhen, useFormatMoment, useNow } from '../lib/time.ts';
import { TYPES, titleOf } from '../lib/words.ts';
import { OverrideField } from '../planning/save.tsx';
import { useMayWrite } from '../shell/use-session.ts';
import { ReasonList } from '../ui/badges.tsx';
import { Refusal } from '../ui/states.tsx';
import { MoveLineDialog } from './move-line-dialog.tsx';
import { ProposedCard } from './proposed-card.tsx';
import { NOT_SHOWN, review } from './shown.ts';
import {
  cancelPlan,
  chooseLine,
  discardPlan,
  dropLine,
  eventsWord,
  leaveFailed,
  lineIdOf,
  markLines,
  openReview,
  planRest,
  startPlan,
  useApprove,
  useReview,
} from './use-review.ts';

type Tab = 'new' | 'moved' | 'open';

/**
 * The plan that is made or reviewed: cards on the board, and a list in the tray's place with a reason for each line.
 * Nothing is scheduled before it is approved.
 * @param isInSight whether there is room for the list; the cards are shown all the same
 */
export function Review({
  board,
  isInSight,
  onWeek,
}: {
  board: WeekBoard;
  isInSight: boolean;
  onWeek: (day: string) => void;
}) {
  const { proposal, isOpen, chosenId } = useReview(board.store.id);
  const mayWrite = useMayWrite();
  const types = useMemo(() => typesOf(board), [board]);
  const { timeZone } = board.store;
  const openProposal = isOpen ? proposal : undefined;
  const latest = useRef(openProposal);
  latest.current = openProposal;

  useLayoutEffect(() => {
    if (!openProposal) {
      review.set(NOT_SHOWN);
      return;
    }
    const waiting = openProposal.lines.filter(({ state }) => state !== 'saved');
    const byCell = Map.groupBy(waiting, (line) => cellKey(line.employeeId, line.day));
    const cards = new Map<string, ReactNode>();
    for (const [cell, lines] of byCell) {
      cards.set(
        cell,
        lines.map((line) => (
          <ProposedCard
            key={line.lineId}
            line={line}
            type={types.get(line.eventId)}
            timeZone={timeZone}
            isChosen={line.lineId === chosenId}
            mayMove={mayWrite}
          />
        )),
      );
    }
    review.set({
      title: `Plan (${waiting.length})`,
      cards,
      place(eventId, employeeId, day) {
        const now = latest.current;
        const line = now?.lines.find((each) => each.eventId === eventId && each.state !== 'saved');
        if (!now || !line) return false;
        dropLine(now, { lineId: line.lineId, employeeId, day });
        return true;
      },
    });
  }, [openProposal, types, timeZone, chosenId, mayWrite]);
  useEffect(() => () => review.set(NOT_SHOWN), []);

  if (!openProposal || !isInSight) return null;
  return (
    <aside
      aria-label="Plan"
      className="flex min-h-0 w-full flex-1 flex-col border-line bg-surface min-[1100px]:w-88 min-[1100px]:flex-none min-[1100px]:border-l 2xl:w-96"
    >
      {openProposal.state === 'running' && <Making proposal={openProposal} mayWrite={mayWrite} />}
      {openProposal.state === 'ready' && (
        <List
          key={openProposal.proposalId}
          proposal={openProposal}
          board={board}
          types={types}
          chosenId={chosenId}
          mayWrite={mayWrite}
          onWeek={onWeek}
        />
      )}
      {(openProposal.state === 'failed' || openProposal.state === 'interrupted') && (
        <Failed proposal={openProposal} mayWrite={mayWrite} />
      )}
    </aside>
  );
}

function typesOf(board: WeekBoard): Map<number, BoardEvent['type']> {
  const events = [...board.tray, ...board.schedules.map(({ event }) => event)];
  return new Map(events.map(({ eventId, type }) => [eventId, type]));
}

const daysWords = ({ fromDay, toDay }: ProposalView): string =>
  fromDay === toDay ? formatDay(fromDay) : `${formatDay(fromDay)} – ${formatDay(toDay)}`;

function Making({ proposal, mayWrite }: { proposal: ProposalView; mayWrite: boolean }) {
  const seconds = Math.max(Math.round((useNow() - Date.parse(proposal.createdAt)) / 1000), 0);
  return (
    <div className="grid justify-items-center gap-3 px-4 py-10 text-center">
      <LoaderCircle aria-hidden className="size-6 animate-spin text-accent" />
      <div role="status">
        <h2 className="font-semibold">Planning {daysWords(proposal)}…</h2>
        <p className="text-sm text-ink-2">
          Asked for by {proposal.requestedBy}. It takes seconds, and nothing is changed by it.
        </p>
      </div>
      <p className="text-sm text-ink-2">{seconds} s</p>
      {mayWrite && <Button onClick={() => void cancelPlan(proposal)}>Cancel</Button>}
    </div>
  );
}

function Failed({ proposal, mayWrite }: { proposal: ProposalView; mayWrite: boolean }) {
  return (
    <div role="alert" className="grid justify-items-center gap-3 px-4 py-10 text-center">
      <TriangleAlert aria-hidden className="size-6 text-failed" />
      <h2 className="font-semibold">There is no plan for {daysWords(proposal)}.</h2>
      <p className="text-sm text-ink-2">{proposal.note}</p>
      <div className="flex gap-2">
        {mayWrite && (
          <Button look="primary" onClick={() => void startPlan(proposal)}>
            Plan again
          </Button>
        )}
        <Button onClick={leaveFailed}>Close</Button>
      </div>
    </div>
  );
}

function List({
  proposal,
  board,
  types,
  chosenId,
  mayWrite,
  onWeek,
}: {
  proposal: ProposalView;
  board: WeekBoard;
  types: ReadonlyMap<number, BoardEvent['type']>;
  chosenId: number | undefined;
  mayWrite: boolean;
  onWeek: (day: string) => void;
}) {
  const { lines, open } = proposal;
  const { timeZone } = board.store;
  const [askedLineId, setAskedLineId] = useState<number>();
  const [tab, setTab] = useState<Tab>(() => (lines.length === 0 ? 'open' : 'new'));
  const formatMoment = useFormatMoment(timeZone);
  const nameOf = (id: number) => board.people.find((person) => person.id === id)?.name ?? 'Somebody';

  const saved = lines.filter(({ state }) => state === 'saved').length;
  const waiting = lines.filter(({ state }) => state !== 'saved');
  const byKind = {
    new: waiting.filter(({ kind }) => kind === 'new'),
    moved: waiting.filter(({ kind }) => kind === 'moved'),
  };
  const chosen = lines.find(({ lineId }) => lineId === chosenId);
  // A card that was clicked is brought into sight here, whatever the list shows.
  useEffect(() => {
    if (chosen) setTab(chosen.kind);
  }, [chosen]);
  const tabs = [
    { id: 'new', word: 'New', count: byKind.new.length },
    { id: 'moved', word: 'Moved', count: byKind.moved.length },
    { id: 'open', word: 'Left open', count: open.length },
  ] as const;
  const visibleLines = tab === 'open' ? [] : byKind[tab];
  const parts = [
    `${byKind.new.length} new`,
    ...(byKind.moved.length > 0 ? [`${byKind.moved.length} moved`] : []),
    ...(open.length > 0 ? [`${open.length} left open`] : []),
    ...(saved > 0 ? [`${saved} approved`] : []),
  ];
  const elsewhere = proposal.toDay < board.weekOf || proposal.fromDay > (board.days.at(-1) ?? '');
  const askedLine = lines.find(({ lineId }) => lineId === askedLineId);

  return (
    <>
      <div className="grid gap-1 border-b border-line p-3">
        <div className="flex items-start gap-2">
          <h2 className="min-w-0 flex-1 text-base font-semibold">
            {lines.length} of {lines.length + open.length} placed
          </h2>
          {mayWrite && (
            <Button look="quiet" className="-my-1" onClick={() => void discardPlan(proposal)}>
              Discard
            </Button>
          )}
          <IconButton label="Close the plan" className="-my-1" onClick={() => openReview(false)}>
            <X aria-hidden className="size-4" />
          </IconButton>
        </div>
        <p className="text-sm text-ink-2">{parts.join(', ')}. Nothing is changed until you approve.</p>
        <p className="text-xs text-ink-2">
          {daysWords(proposal)} · by {proposal.requestedBy}, board as of {formatMoment(proposal.createdAt)}
        </p>
        {proposal.note && <p className="text-xs text-waiting">{proposal.note}</p>}
        {elsewhere && (
          <button
            type="button"
            className="justify-self-start text-sm text-accent-text underline pointer-coarse:min-h-10"
            onClick={() => onWeek(proposal.fromDay)}
          >
            Show its week
          </button>
        )}
        <Shares proposal={proposal} nameOf={nameOf} />
      </div>
      <div className="flex gap-1 border-b border-line px-2">
        {tabs
          .filter(({ id, count }) => count > 0 || id === 'new')
          .map(({ id, word, count }) => (
            <button
              key={id}
              type="button"
              aria-pressed={tab === id}
              onClick={() => setTab(id)}
              className={`-mb-px h-9 border-b-2 px-2 text-sm pointer-coarse:h-11 ${tab === id ? 'border-accent font-medium' : 'border-transparent text-ink-2'} ${id === 'open' ? 'text-waiting!' : ''}`}
            >
              {word} {count}
            </button>
          ))}
        {mayWrite && visibleLines.length > 1 && <TickAll proposal={proposal} lines={visibleLines} />}
      </div>
      <section aria-label="Lines of the plan" className="min-h-0 flex-1 overflow-y-auto">
        {tab === 'open' ? (
          <ul className="divide-y divide-line">
            {open.map((each) => (
              <OpenEvent key={each.eventId} open={each} board={board} />
            ))}
          </ul>
        ) : (
          [...Map.groupBy(visibleLines, ({ day }) => day)].map(([day, ofDay]) => (
            <section key={day} aria-label={formatDay(day)}>
              <h3 className="sticky top-0 z-10 border-b border-line bg-surface-2 px-3 py-1 text-xs font-medium text-ink-2">
                {formatDay(day)}
              </h3>
              <ul className="divide-y divide-line border-b border-line">
                {ofDay.map((line) => (
                  <Line
                    key={line.lineId}
                    line={line}
                    type={types.get(line.eventId)}
                    timeZone={timeZone}
                    nameOf={nameOf}
                    isChosen={line.lineId === chosenId}
                    mayWrite={mayWrite}
                    onMark={(mark) => markLines(proposal, [line], mark)}
                    onMove={() => setAskedLineId(line.lineId)}
                  />
                ))}
              </ul>
            </section>
          ))
        )}
      </section>
      {mayWrite && <Foot proposal={proposal} waiting={waiting} />}
      {askedLine && (
        <MoveLineDialog
          proposal={proposal}
          line={askedLine}
          board={board}
          onClose={() => setAskedLineId(undefined)}
        />
      )}
    </>
  );
}

function TickAll({ proposal, lines }: { proposal: ProposalView; lines: readonly ProposalLineView[] }) {
  const ticked = lines.filter((line) => line.ticked).length;
  return (
    <label className="ml-auto flex items-center gap-1.5 px-1 text-xs text-ink-2">
      <input
        type="checkbox"
        checked={ticked === lines.length}
        ref={(box) => {
          if (box) box.indeterminate = ticked > 0 && ticked < lines.length;
        }}
        onChange={({ target }) => markLines(proposal, lines, { ticked: target.checked })}
        className="size-4 accent-accent pointer-coarse:size-5"
      />
      All
    </label>
  );
}

/** People whose hours change, before and after. */
function Shares({ proposal, nameOf }: { proposal: ProposalView; nameOf: (id: number) => string }) {
  const { before, after } = proposal.fairness;
  const rows = after
    .map((each) => ({
      ...{ id: each.employeeId, now: each.minutes },
      was: before.find(({ employeeId }) => employeeId === each.employeeId)?.minutes ?? 0,
    }))
    .sort((a, b) => b.now - a.now);
  const changed = rows.filter(({ now, was }) => now !== was).length;
  if (changed === 0) return null;
  const most = Math.max(...rows.map(({ now }) => now), 40 * 60);
  const hours = (minutes: number) => String(Math.round(minutes / 6) / 10);
  return (
    <details className="text-sm">
      <summary className="cursor-pointer py-0.5 text-accent-text pointer-coarse:py-2">
        Hours before and after
      </summary>
      <ul className="grid gap-1 pt-1 text-xs text-ink-2">
        {rows.map(({ id, now, was }) => (
          <li key={id} className="grid grid-cols-[minmax(0,7rem)_minmax(0,1fr)_6rem] items-center gap-2">
            <span className="truncate" title={nameOf(id)}>
              {nameOf(id)}
            </span>
            <span aria-hidden className="relative h-1.5 overflow-hidden rounded bg-surface-3">
              <span
                className="absolute inset-y-0 left-0 bg-accent forced-color-adjust-none"
                style={{ width: `${(now / most) * 100}%` }}
              />
              <span
                className="absolute inset-y-0 left-0 bg-ink-3 forced-color-adjust-none"
                style={{ width: `${(Math.min(was, now) / most) * 100}%` }}
              />
            </span>
            <span className="text-right">
              {was === now ? `${hours(now)} h` : `${hours(was)} to ${hours(now)} h`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Line({
  line,
  type,
  timeZone,
  nameOf,
  isChosen,
  mayWrite,
  onMark,
  onMove,
}: {
  line: ProposalLineView;
  type: BoardEvent['type'] | undefined;
  timeZone: string;
  nameOf: (id: number) => string;
  isChosen: boolean;
  mayWrite: boolean;
  onMark: (mark: { ticked?: boolean; locked?: boolean }) => void;
  onMove: () => void;
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
            style={{ background: type ? `var(${TYPES[type].token})` : 'var(--line-strong)' }}
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
        <p className="text-xs">{line.why}</p>
        {line.runnerUp && <p className="text-xs text-ink-2">Next best: {line.runnerUp.cost}</p>}
        <ReasonList reasons={line.warnings.map((warning) => ({ ...warning, code: warning.code as never }))} />
        {line.refusal && <Problem>Not saved: {line.refusal}</Problem>}
        {line.changed && <Problem>The board has changed: {line.changed}</Problem>}
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

const Problem = ({ children }: { children: ReactNode }) => (
  <p className="flex gap-1.5 text-xs text-waiting">
    <TriangleAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
    <span>{children}</span>
  </p>
);

function OpenEvent({ open, board }: { open: ProposalView['open'][number]; board: WeekBoard }) {
  const event = board.tray.find(({ eventId }) => eventId === open.eventId);
  return (
    <li className="grid gap-1 px-3 py-2 text-sm">
      <p className="font-medium text-waiting">{event ? titleOf(event) : 'An event of another week'}</p>
      {event && (
        <p className="text-xs text-ink-2">
          {event.type}, due {formatDay(event.dueOn)}
        </p>
      )}
      <ul className="grid gap-0.5 text-xs">
        {open.obstacles.map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
      {open.repair && <p className="text-xs font-medium text-accent-text">{open.repair}</p>}
    </li>
  );
}

/** What is done with the whole plan; what was refused stands with its line. */
function Foot({ proposal, waiting }: { proposal: ProposalView; waiting: readonly ProposalLineView[] }) {
  const [reason, setReason] = useState('');
  const formId = useId();
  const approvePlan = useApprove();
  const approve = useMutation({
    mutationFn: () => approvePlan(proposal, reason.trim() || undefined),
    onSuccess: () => setReason(''),
  });
  // A refused line is retried after a change, or when it is ticked alone.
  const ticked = waiting.filter((line) => line.ticked && line.state === 'proposed');
  const refused = waiting.filter(({ state }) => state === 'refused').length;
  const soft = ticked.some(({ warnings }) => warnings.some(({ severity }) => severity === 'soft'));
  const unticked = waiting.length - ticked.length - refused;
  const locked = waiting.filter((line) => line.locked).length;
  const all = ticked.length === waiting.length;
  return (
    <form
      id={formId}
      className="sticky bottom-0 z-10 grid gap-2 border-t border-line bg-surface p-3"
      onSubmit={(event) => {
        event.preventDefault();
        approve.mutate();
      }}
    >
      {soft && <OverrideField value={reason} onChange={setReason} />}
      <Refusal error={approve.error} />
      {unticked > 0 && <p className="text-xs text-ink-2">{unticked} unticked: left for later.</p>}
      {refused > 0 && (
        <p role="status" className="text-sm text-waiting">
          {eventsWord(refused)} could not be scheduled; the reason stands with {refused === 1 ? 'it' : 'each'}
          .
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          look="primary"
          type="submit"
          disabled={ticked.length === 0}
          busy={approve.isPending}
          busyLabel={`Scheduling ${ticked.length}…`}
        >
          {all ? `Approve all ${ticked.length}` : `Approve ${ticked.length}`}
        </Button>
        <Button
          title={
            locked === 0
              ? 'Lock lines that shall stay; all others are planned anew.'
              : `${eventsWord(locked)} stay as they are.`
          }
          onClick={() => void planRest(proposal)}
        >
          Plan the rest again
        </Button>
      </div>
    </form>
  );
}
